import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheRoot } from './cache.ts';
import { run } from './command.ts';
import { withLock } from './lock.ts';
import { type Log, withHeartbeat } from './progress.ts';
import { CHECKOV } from './tools.ts';

/** Installs checkov into an environment of its own in the cache unless it is there, and resolves to its command. */
export async function ensureCheckov(log: Log): Promise<string> {
  const home = join(cacheRoot(), `checkov-${CHECKOV.version}`);
  const command = join(home, 'bin', 'checkov');
  const done = join(home, 'installed');
  if (existsSync(done)) return command;
  await withLock(home, async () => {
    if (existsSync(done)) return;
    // Environments hold absolute paths, so it is made in its place, and a mark tells a whole one from a half one.
    rmSync(home, { recursive: true, force: true });
    mkdirSync(dirname(home), { recursive: true });
    await withHeartbeat(log, `checkov ${CHECKOV.version} from the Python package index`, async () => {
      await run('python3', ['-m', 'venv', home]);
      const pinned = `${CHECKOV.distribution}==${CHECKOV.version}`;
      await run(join(home, 'bin', 'python'), [
        '-m',
        'pip',
        'install',
        '-q',
        '--only-binary',
        ':all:',
        pinned,
      ]);
    });
    const part = join(home, 'installed.part');
    mkdirSync(part);
    renameSync(part, done);
  });
  return command;
}
