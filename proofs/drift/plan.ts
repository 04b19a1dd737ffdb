import type { KubeObject } from '../kube/object.ts';
import type { Random } from '../random.ts';

/**
 * What a person may do to an object by hand: delete it, edit a field that the operator owns, strip its labels, or add
 * an object of their making that claims to be the stack's.
 */
export type Action = 'delete' | 'edit' | 'strip' | 'add';

export type Sample = { readonly object: KubeObject; readonly action: Action };

/** A copy of these would run pods or scale a workload besides being there. */
const neverAdded = new Set(['Deployment', 'StatefulSet', 'HorizontalPodAutoscaler']);

/**
 * A store's passwords are made once, at random, and are those of its volume: with volumes, they are what cannot be made
 * again from the specification.
 */
const excluded = new Set(['Secret']);

/** Actions that are tried on an object of a Kind. */
export function actionsFor(kind: string): Action[] {
  if (excluded.has(kind)) return [];
  return neverAdded.has(kind) ? ['delete', 'edit', 'strip'] : ['delete', 'edit', 'strip', 'add'];
}

/**
 * Every action on every object, in a drawn order that takes each pair of Kind and action in turn, so that a run that is
 * cut short has still tried all pairs.
 */
export function drawPlan(objects: readonly KubeObject[], random: Random): Sample[] {
  const strata = new Map<string, Sample[]>();
  for (const object of random.shuffle(objects)) {
    for (const action of actionsFor(object.kind)) {
      const stratum = strata.get(`${object.kind}/${action}`) ?? [];
      if (action === 'add' && stratum.length > 0) continue;
      stratum.push({ object, action });
      strata.set(`${object.kind}/${action}`, stratum);
    }
  }
  const rows = random.shuffle([...strata.values()]);
  const longest = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: longest }, (_, turn) =>
    rows.flatMap((row) => row.slice(turn, turn + 1)),
  ).flat();
}
