import { ConfigError, type Environment } from './config/read.ts';
import { type Host, startHost } from './host.ts';
import type { Service } from './service.ts';

/** Exit code for a wrong command line or environment (EX_USAGE of sysexits). */
export const exitUsage = 64;

/** Runs one service as this process. */
export async function run(service: Service): Promise<void> {
  await runAll([service]);
}

/**
 * Runs services in this process on one port, until SIGTERM or SIGINT. An incomplete environment ends it with exit
 * code 64 and a message that names each variable.
 */
export async function runAll(
  services: readonly Service[],
  environment: Environment = process.env,
): Promise<void> {
  // Listened to before anything else: the first process of a container has no default action for signals.
  const asked = new Promise<void>((resolve) => {
    process.on('SIGTERM', () => resolve());
    process.on('SIGINT', () => resolve());
  });
  const host = await startOrExit(services, environment);
  await asked;
  await host.stop();
  process.exit(0);
}

async function startOrExit(services: readonly Service[], environment: Environment): Promise<Host> {
  try {
    return await startHost({ services, environment });
  } catch (error) {
    const names = services.map(({ row }) => row.name).join(', ');
    process.stderr.write(`${names}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof ConfigError ? exitUsage : 1);
  }
}
