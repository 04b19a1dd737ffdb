import { kindOf } from '../api/kinds.ts';
import { type KubernetesObject, objectKey } from '../api/object.ts';
import type { Changes } from '../cluster/apply.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type Observed, secretsInUse } from '../cluster/observe.ts';
import { podTrouble } from '../status/pods.ts';

/**
 * The changes without objects that are made once and were made already. An installation over all namespaces has no
 * right to see Secrets, so what it made it remembers, what running pods read it takes to be there, and it tries anew when
 * a pod misses one.
 */
export function withoutMade(
  changes: Changes,
  cluster: Cluster,
  made: ReadonlySet<string>,
  seen: Pick<Observed, 'children' | 'pods'>,
): Changes {
  const read = secretsInUse(seen.children);
  const missed = seen.pods.some((pod) => podTrouble(pod)?.reason === 'SecretMissing');
  const isMade = (object: KubernetesObject): boolean => {
    if (kindOf(object).write !== 'CreateOnce' || missed) return false;
    const known = cluster.secret(object.metadata.namespace ?? '', object.metadata.name);
    return known === undefined && (made.has(madeKey(object)) || read.has(object.metadata.name));
  };
  return { apply: changes.apply.filter((object) => !isMade(object)), prune: changes.prune };
}

/** Remembers objects that are made once; those of a stack that was made anew count as others. */
export function rememberMade(made: Set<string>, changes: Changes): void {
  for (const object of changes.apply) if (kindOf(object).write === 'CreateOnce') made.add(madeKey(object));
}

function madeKey(object: KubernetesObject): string {
  return `${objectKey(object)} ${object.metadata.ownerReferences?.[0]?.uid ?? ''}`;
}
