import type { CompletedStack } from '../api/completed.ts';
import { toSeconds } from '../api/duration.ts';
import type { EcommerceStackStatus } from '../api/ecommercestack.ts';
import type { ActionVerb, RolloutAction } from '../api/rolloutaction.ts';
import { monolithService } from '../desired/intent.ts';
import type { ActionResult, PendingAction } from './action.ts';
import { isTried, memoryOf, type RolloutMemory } from './memory.ts';

/** Which service is asked what. */
export type Assignment = {
  readonly byService: Readonly<Record<string, readonly PendingAction[]>>;
  /** Answers to actions that no service can be asked. */
  readonly refused: readonly ActionResult[];
};

type Refusal = { readonly reason: string; readonly message: string };
type Member = { readonly service: string; readonly action: PendingAction };

/** Hands every unanswered action to the services that it means; one for a release goes to all that are concerned. */
export function assign(
  actions: readonly RolloutAction[],
  stack: CompletedStack,
  status: EcommerceStackStatus | undefined,
): Assignment {
  const byService: Record<string, PendingAction[]> = {};
  const refused: ActionResult[] = [];
  for (const action of actions) {
    const { target } = action.spec;
    const found =
      target.type === 'Service' ? ofService(action, stack) : ofRelease(action, stack, memories(status));
    if ('reason' in found) refused.push({ uid: action.metadata.uid ?? '', result: 'Rejected', ...found });
    else
      for (const { service, action: one } of found) byService[service] = [...(byService[service] ?? []), one];
  }
  return { byService, refused };
}

/** An action as the machine reads it. */
function toPending({ metadata, spec }: RolloutAction): PendingAction {
  const { weight, revision, rolloutID, expectedStep, overrideFreeze, reason, requestedBy, onBehalfOf } = spec;
  const createdAt = Date.parse(metadata.creationTimestamp ?? '');
  return {
    ...{ uid: metadata.uid ?? '', name: metadata.name, verb: spec.action, overrideFreeze, reason, createdAt },
    ...(weight !== undefined && { weight }),
    ...(revision !== undefined && { revision }),
    ...(rolloutID !== undefined && { rolloutID }),
    ...(expectedStep !== undefined && { expectedStep }),
    expiresAt: createdAt + toSeconds(spec.expiresAfter) * 1000,
    requestedBy: onBehalfOf === undefined ? requestedBy : `${requestedBy} for ${onBehalfOf}`,
  };
}

function ofService(action: RolloutAction, stack: CompletedStack): Member[] | Refusal {
  const { name } = action.spec.target;
  const service = stack.services.find((one) => one.name === name);
  if (service?.placement === 'Monolith') {
    return refuse(
      'InMonolith',
      `${name} rolls out with the monolith: ask for the service ${monolithService}`,
    );
  }
  if (service !== undefined && service.placement !== 'Standalone') {
    return refuse('NotRun', `${name} is ${service.placement}: nothing of it runs here that could roll out`);
  }
  const names = rolledOut(stack);
  if (!names.includes(name)) {
    return refuse('NoSuchService', `the stack has no service ${name}; ask for one of ${names.join(', ')}`);
  }
  return [{ service: name, action: toPending(action) }];
}

function ofRelease(
  action: RolloutAction,
  stack: CompletedStack,
  memory: ReadonlyMap<string, RolloutMemory>,
): Member[] | Refusal {
  const { target, action: verb, revision } = action.spec;
  const { groups } = stack.release;
  const group = groups.find(({ name }) => name === target.name);
  if (group === undefined) {
    const cure =
      groups.length === 0
        ? 'ask for a Service'
        : `ask for one of ${groups.map(({ name }) => name).join(', ')}`;
    return refuse('NoSuchRelease', `spec.release has no group ${target.name}; ${cure}`);
  }
  if (revision !== undefined) {
    return refuse(
      'OneServiceOnly',
      'a revision is that of one service: leave it out, or ask for the Service',
    );
  }
  const names = new Set(group.stages.flatMap(({ services }) => services));
  const members = rolledOut(stack).filter((name) => names.has(name));
  if (members.length === 0) {
    return refuse('NotRun', `no service of ${target.name} runs in pods of its own: ask for the monolith`);
  }
  const pending = toPending(action);
  const taken = members.filter((name) =>
    memory.get(name)?.handled?.some(({ uid }) => uid === action.metadata.uid),
  );
  const concerned = members.filter((name) => isConcerned(verb, memory.get(name)));
  const asked = [taken, concerned, members].find((some) => some.length > 0) ?? [];
  return asked.map((service) => ({
    service,
    action: { ...asOne(pending, service, asked, memory), joint: true },
  }));
}

/** Whether a service is in the state that a verb is for. */
function isConcerned(verb: ActionVerb, memory: RolloutMemory | undefined): boolean {
  return verb === 'Retry' ? memory?.attempt?.ended === 'Aborted' : isTried(memory?.attempt);
}

/** The rollout of one member stands for the release: where it is still that one, each member is asked for its own. */
function asOne(
  pending: PendingAction,
  service: string,
  asked: readonly string[],
  memory: ReadonlyMap<string, RolloutMemory>,
): PendingAction {
  const { rolloutID, expectedStep, ...rest } = pending;
  if (rolloutID === undefined) return pending;
  const named = asked.find((name) => memory.get(name)?.rolloutID === rolloutID);
  const own = memory.get(service)?.rolloutID;
  if (named === undefined || own === undefined) return pending;
  return {
    ...rest,
    rolloutID: own,
    ...(service === named && expectedStep !== undefined && { expectedStep }),
  };
}

function memories(status: EcommerceStackStatus | undefined): Map<string, RolloutMemory> {
  return new Map((status?.services ?? []).map((service) => [service.name, memoryOf(service)]));
}

/** Services with pods of their own, the monolith among them. */
function rolledOut(stack: CompletedStack): string[] {
  const own = stack.services.filter(({ placement }) => placement === 'Standalone').map(({ name }) => name);
  return stack.monolith === undefined ? own : [...own, monolithService];
}

const refuse = (reason: string, message: string): Refusal => ({ reason, message });
