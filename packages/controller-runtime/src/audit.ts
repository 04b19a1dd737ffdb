import type { Clock } from './clock.ts';
import { pause } from './clock.ts';
import type { Informer } from './informer.ts';
import type { KubeObject } from './object.ts';

/** Changes on their way have arrived after this long, if they ever do. */
const GRACE_MS = 10_000;

/**
 * Compares a cache with the API server by versions alone (a metadata-only list). What differs and still differs in the
 * same way after a grace time is not on its way but lost: a fresh picture is taken, and the keys are returned.
 */
export async function auditInformer<T extends KubeObject>(
  informer: Informer<T>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<string[]> {
  const first = await differences(informer, signal);
  if (first.size === 0) return [];
  await pause(clock, GRACE_MS, signal);
  const second = await differences(informer, signal);
  const lost = [...second].filter(([key, how]) => first.get(key) === how).map(([key]) => key);
  if (lost.length > 0 && !signal.aborted) informer.relist();
  return lost;
}

/** Keys that differ, and how: the version here and the version there. */
async function differences<T extends KubeObject>(
  informer: Informer<T>,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  // A Kind that is not synced is not to be audited; its reflector is at work on it.
  if (!informer.synced || signal.aborted) return found;
  let there: Map<string, string>;
  try {
    there = await informer.listVersions(signal);
  } catch {
    // The next audit will do; a failing API server is the reflector's business.
    return found;
  }
  for (const [key, here] of informer.cache.versions()) {
    if (there.get(key) !== here) found.set(key, `${here} ${there.get(key) ?? ''}`);
    there.delete(key);
  }
  for (const [key, version] of there) found.set(key, ` ${version}`);
  return found;
}
