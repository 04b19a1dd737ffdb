import { createServer } from 'node:http';
import { createLog, exitUsage, openRelational, systemClock } from '@ecommercestack/service-kit';
import { createSimulation, operationsTable } from '../src/provider/simulation.ts';
import { createProviderListener } from './listener.ts';

// A payment provider for development and proofs, as a process and with a ledger of its own: nothing of the shop's.
const url = process.env['DATABASE_URL'] ?? '';
if (url === '') {
  process.stderr.write('provider: DATABASE_URL is missing, for example postgresql://… or memory:\n');
  process.exit(exitUsage);
}
const log = createLog(process.env['LOG_LEVEL'] ?? 'info', { service: 'provider' });
const store = await openRelational(url, 'provider', { log, clock: systemClock });
await store.migrate(new URL('./migrations/', import.meta.url));
const ledger = store.table(operationsTable);
const server = createServer(createProviderListener(createSimulation(ledger), ledger));
server.listen(Number(process.env['PORT'] ?? 8080), process.env['BIND_ADDRESS'] ?? '127.0.0.1', () => {
  const address = server.address();
  log.info({ port: typeof address === 'object' ? address?.port : undefined }, 'open');
});
process.once('SIGTERM', () => {
  server.close(() => {
    void store.close().then(() => process.exit(0));
  });
  server.closeIdleConnections();
});
