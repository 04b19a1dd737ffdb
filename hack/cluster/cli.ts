import { elapsedLog, handleInterruption, Interrupted } from '../toolchain/index.ts';
import { parseRequest, type Request, USAGE, UsageError } from './arguments.ts';
import { defaultControlPlaneDir, removeControlPlane, startControlPlane } from './controlplane.ts';
import { down, tagVersions, up } from './up.ts';

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
    case 'up':
      return up(request.file, log);
    case 'down':
      return down(log);
    case 'images':
      return tagVersions(request.versions, log);
  }
}

/** Tells what went wrong and returns the exit code. */
function explain(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) {
    process.stderr.write(`${message}\n\n${USAGE}`);
    return 64;
  }
  if (error instanceof Interrupted || (error instanceof Error && error.name === 'AbortError')) {
    process.stderr.write('\ninterrupted: npm run up goes on from here, npm run down takes it away\n');
    return 130;
  }
  process.stderr.write(`\n${message}\n`);
  return 1;
}

handleInterruption();
try {
  await main(parseRequest(process.argv.slice(2)));
} catch (error) {
  process.exitCode = explain(error);
}
