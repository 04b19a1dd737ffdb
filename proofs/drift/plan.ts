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

/** Only an operator that is limited to namespaces may see that a Secret is gone. */
const excluded = new Set(['Secret']);

/** What a volume holds does not come back with it; a claim that a pod uses is not deleted before the pod. */
const editedOnly = new Set(['PersistentVolumeClaim']);

/** Actions that are tried on an object of a Kind. */
export function actionsFor(kind: string): Action[] {
  if (excluded.has(kind)) return [];
  if (editedOnly.has(kind)) return ['edit', 'strip'];
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
