import { elapsedLog } from '../toolchain/index.ts';
import { parseRequest, type Request, USAGE, UsageError } from './arguments.ts';
import { defaultControlPlaneDir, removeControlPlane, startControlPlane } from './controlplane.ts';

/** Carries out one request of the command line. */
async function main(request: Request): Promise<void> {
  const log = elapsedLog();
  switch (request.command) {
    case 'help':
      process.stdout.write(USAGE);
      return;
    case 'controlplane': {
      const dir = request.dir ?? defaultControlPlaneDir();
      if (request.action === 'down') return removeControlPlane(dir);
      const { kubeconfig } = await startControlPlane({ dir, log, detached: true });
      process.stdout.write(`${kubeconfig}\n`);
      return;
    }
    default:
      throw new UsageError(`${request.command} is not available`);
  }
}

try {
  await main(parseRequest(process.argv.slice(2)));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof UsageError ? `${message}\n\n${USAGE}` : `\n${message}\n`);
  process.exitCode = error instanceof UsageError ? 64 : 1;
}
