import type { ReconcileResult } from '@ecommercestack/controller-runtime';
import { answerWith, isAnswered, pruneAnswered } from './answers.ts';
import type { ReconcileContext } from './context.ts';

/** How long an action may name a stack that the cache does not show: the two are watched apart. */
const graceMs = 5_000;

/** Stands in the work queue for the actions of a namespace that mean no stack of it; no stack's name is empty. */
export function strayKey(namespace: string): string {
  return `${namespace}/`;
}

/** Refuses the actions of a namespace whose stack does not exist there. */
export async function answerStrays(context: ReconcileContext, key: string): Promise<ReconcileResult> {
  const { cluster } = context;
  const now = context.now();
  const [namespace = ''] = key.split('/');
  const stacks = cluster.stacks().filter(({ metadata }) => metadata.namespace === namespace);
  const strays = cluster
    .actions(namespace)
    .filter(({ spec }) => !stacks.some(({ metadata }) => metadata['uid'] === spec.stackUID));
  const cure =
    stacks.length === 0
      ? 'there is no stack in this namespace'
      : `copy metadata.uid of the stack ${stacks.map(({ metadata }) => metadata.name).join(' or ')}`;
  let soonest = Number.POSITIVE_INFINITY;
  for (const action of strays.filter((one) => !isAnswered(one))) {
    const age = Date.parse(now) - Date.parse(action.metadata.creationTimestamp ?? '');
    if (age < graceMs) {
      soonest = Math.min(soonest, graceMs - age);
      continue;
    }
    const message = `no stack has the uid ${action.spec.stackUID}: ${cure}`;
    await answerWith(context, key, action, { result: 'Rejected', reason: 'NoSuchStack', message }, now);
  }
  await pruneAnswered(context, key, strays);
  return { waits: false, ...(Number.isFinite(soonest) && { requeueAfter: soonest }) };
}
