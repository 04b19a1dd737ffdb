import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMemoryTables } from '@ecommercestack/service-kit/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createProviderListener } from '../../simulator/listener.ts';
import { createRemoteProvider } from '../../src/provider/remote.ts';
import { createSimulation, operationsTable } from '../../src/provider/simulation.ts';

async function start() {
  const ledger = createMemoryTables({ now: () => 0 }).table(operationsTable);
  const server = createServer(createProviderListener(createSimulation(ledger), ledger));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has this kind of address.
  const { port } = server.address() as AddressInfo;
  return createRemoteProvider(`http://127.0.0.1:${port}`);
}

const call = (token: string) =>
  ({
    operation: 'authorize',
    token,
    key: `k-${token}`,
    paymentId: 'pay_1',
    amount: { currency: 'EUR', minor: '5' },
  }) as const;

test('an answer over HTTP is the answer of the provider', async () => {
  const provider = await start();
  expect(await provider.perform(call('tok_visa'))).toEqual({ outcome: 'approved' });
  expect(await provider.perform(call('tok_declined'))).toEqual({
    outcome: 'declined',
    reason: 'card-declined',
  });
});

test('silence and refusals to understand are no answers', async () => {
  const provider = await start();
  await expect(provider.perform(call('tok_late'))).rejects.toMatchObject({ name: 'Unavailable' });
  await expect(provider.perform({ ...call('x'), key: '' })).rejects.toMatchObject({ name: 'Unavailable' });
  const nobody = createRemoteProvider('http://127.0.0.1:1');
  await expect(nobody.perform(call('tok_visa'))).rejects.toMatchObject({ name: 'Unavailable' });
  expect(await provider.perform(call('tok_late'))).toEqual({ outcome: 'approved' });
});
