import type { ReconcileResult } from '@ecommercestack/controller-runtime';
import { completeStack } from '../api/defaults.ts';
import { objectKey } from '../api/object.ts';
import { applyChanges } from '../cluster/apply.ts';
import { missingSecrets, observe } from '../cluster/observe.ts';
import { recordedRevisions } from '../desired/revision.ts';
import { buildStack } from '../desired/stack.ts';
import { plan } from '../plan/plan.ts';
import { decideRollouts, isRemembered } from '../rollout/decide.ts';
import { hostsTaken, neededCapabilities, withoutHosts } from '../status/claims.ts';
import { summarize, summarizeHalt } from '../status/summarize.ts';
import { answerActions, askedOf, refuseActions } from './actions.ts';
import type { ReconcileContext } from './context.ts';
import { haltOf } from './halt.ts';
import { inputOf } from './input.ts';
import { forget, isLeaving, noteLeaving } from './leaving.ts';
import { allowed } from './pause.ts';
import { report } from './report.ts';
import { afterwards } from './requeue.ts';
import { rememberMade, withoutMade } from './secrets.ts';
import { answerStrays } from './strays.ts';

/** Brings the cluster closer to what the stack under `key` wants, whatever it was that changed. */
export async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
  const { cluster } = context;
  const stack = cluster.stack(key);
  if (stack === undefined || stack.metadata['deletionTimestamp'] !== undefined) {
    forget(context, key);
    return answerStrays(context, key);
  }
  if (isLeaving(context.leaving, key, stack)) return { waits: false };
  const now = context.now();
  const halt = haltOf(stack, cluster.stacks());
  if (halt !== undefined) {
    await report(context, stack, summarizeHalt(stack, halt, now));
    await refuseActions(context, stack, halt, now);
    return { waits: false };
  }
  const taken = hostsTaken(stack, cluster.stacks());
  const completed = withoutHosts(completeStack(stack), taken);
  const asked = await askedOf(context, completed, stack.status, now);
  const seen = observe(cluster, stack);
  const { namespace } = completed.metadata;
  const decisions = decideRollouts(completed, stack.status, seen.children, {
    now: Date.parse(now),
    secret: (name) => cluster.secret(namespace, name),
    confirmation: context.confirmation({ stack: completed, ...seen }),
    ...asked.world,
    rounds: context.measuring({ stack: completed, status: stack.status, children: seen.children }),
  });
  const input = inputOf(completed, stack.status, seen, decisions, context.records.get(key));
  const desired = buildStack(input);
  context.records.set(key, recordedRevisions(desired));
  const planned = withoutMade(plan(desired, seen.children), cluster, context.made, seen);
  const evidence = {
    completed,
    now,
    decisions,
    desired,
    seen: seen.children,
    pods: seen.pods,
    pending: [...planned.apply, ...planned.prune].map(objectKey),
    problems: [],
    absent: neededCapabilities(completed).filter((name) => !seen.capabilities[name]),
    hostsTaken: taken,
    missingSecrets: missingSecrets(cluster, namespace, desired),
    storeNotes: context.storeNotes,
    podSecurity: seen.podSecurity,
    guard: context.guard.seen(namespace),
  };
  const remembered = isRemembered(decisions, stack.status)
    ? stack
    : await report(context, stack, summarize({ ...evidence, stack }));
  await answerActions(context, remembered, asked, decisions, now);
  const changes = allowed(completed, planned, decisions);
  const { awaited, problems } = await applyChanges(cluster, stack.metadata, changes, seen.children);
  if (noteLeaving(context.leaving, key, stack, problems)) return { waits: false };
  if (problems.length === 0) rememberMade(context.made, changes);
  const pending = completed.paused ? evidence.pending : awaited;
  const status = summarize({ ...evidence, stack: remembered, pending, problems });
  const told = await report(context, remembered, status);
  return afterwards(context, told, evidence, problems, asked.withheld);
}
