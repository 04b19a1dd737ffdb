import { pino } from 'pino';
import { readConfig, UsageError, usage } from './config.ts';
import { startOperator } from './operator.ts';

try {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === undefined) process.stdout.write(usage);
  else {
    const log = pino({ level: config.logLevel, base: { name: undefined } });
    const operator = await startOperator(config, log);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        void operator.stop();
      });
    }
    await operator.done;
    log.info('stopped');
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 64 : 1;
  if (error instanceof UsageError) process.stderr.write(`\n${usage}`);
}
