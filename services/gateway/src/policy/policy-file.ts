import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Log } from '@ecommercestack/service-kit';
import { openPolicy, type Policy, parsePolicy } from './policy.ts';

export type PolicyFile = { readonly current: () => Policy; readonly close: () => void };

/**
 * Follows the policy in a file. A file that cannot be read or understood is refused with its reason, and the policy
 * before it stays in force; without any file it is the open policy.
 */
export async function followPolicy(
  path: string,
  log: Log,
  intervalMs: number,
  onPolicy: (policy: Policy) => void = () => {},
): Promise<PolicyFile> {
  let policy = openPolicy;
  const read = async (): Promise<void> => {
    try {
      policy = parsePolicy(await readFile(path, 'utf8'));
      onPolicy(policy);
      log.info({ path }, 'policy read');
    } catch (error) {
      // Without a file from the start there is nothing to refuse.
      const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (isAbsent && policy === openPolicy) return;
      log.error({ path, error: String(error) }, 'policy refused, the one before stays');
    }
  };
  await read();
  // Looked at by time and inode: a mounted ConfigMap changes by a swapped link, which file events do not tell.
  const onChange = (): void => {
    void read();
  };
  watchFile(path, { interval: intervalMs, persistent: false }, onChange);
  return { current: () => policy, close: () => unwatchFile(path, onChange) };
}
