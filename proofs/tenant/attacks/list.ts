import type { Random } from '../../random.ts';
import type { Attack } from './attack.ts';
import { edgeAttacks } from './edge.ts';
import { objectAttacks } from './objects.ts';
import { podAttacks } from './pods.ts';
import { referenceAttacks } from './references.ts';

/** Every attack. */
export const attacks: readonly Attack[] = [
  ...referenceAttacks,
  ...edgeAttacks,
  ...podAttacks,
  ...objectAttacks,
];

/** The attacks in a drawn order in which the kinds take turns, so that a short run is a fair one. */
export function inTurns(random: Random): Attack[] {
  const byKind = new Map<string, Attack[]>();
  for (const attack of random.shuffle(attacks))
    byKind.set(attack.kind, [...(byKind.get(attack.kind) ?? []), attack]);
  const kinds = random.shuffle([...byKind.values()]);
  const longest = Math.max(...kinds.map((kind) => kind.length));
  return Array.from({ length: longest }, (_, turn) => kinds.flatMap((kind) => kind[turn] ?? [])).flat();
}
