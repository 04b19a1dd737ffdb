/** From a command line to the RolloutAction that it means; pure. */
import { apiVersion } from '../../operator/src/api/ecommercestack.ts';
import type { KubernetesObject } from '../../operator/src/api/object.ts';
import type { ActionVerb } from '../../operator/src/api/rolloutaction.ts';
import type { Request } from './arguments.ts';
import { exitCodes, notFound, Refusal, usage } from './exit.ts';
import type { ServiceSeen, StackSeen } from './seen.ts';

const verbs: Readonly<Record<string, ActionVerb>> = {
  promote: 'Promote',
  'set-weight': 'SetWeight',
  pause: 'Pause',
  resume: 'Resume',
  abort: 'Abort',
  retry: 'Retry',
  undo: 'Undo',
};

/** Actions that make no sense for another rollout than the one that was seen; the API asks for its identity. */
const ofOneRollout: readonly ActionVerb[] = ['Promote', 'PromoteFully', 'SetWeight', 'Retry'];
/** Actions that would mean something else at another step. An abort is never late. */
const ofOneStep: readonly ActionVerb[] = ['Promote', 'PromoteFully', 'SetWeight'];

/** The action of the request, asked by `user` and still without a name of its own; a `Refusal` where it can only be wrong. */
export function toAction(request: Request, stack: StackSeen, user: string): KubernetesObject {
  const [, target = ''] = request.operands;
  const type = request.has('release') ? 'Release' : 'Service';
  const verb = verbOf(request);
  const service = type === 'Service' ? serviceOf(stack, target) : memberOf(stack, target);
  const rolloutID = request.get('rollout-id') ?? service?.rolloutID;
  if (rolloutID === undefined && ofOneRollout.includes(verb)) {
    throw new Refusal(
      exitCodes.degraded,
      `${target} has no rollout under way that ${request.command.name} could be for`,
    );
  }
  const step = stepOf(request, verb, type === 'Service' ? service : undefined);
  const revision = request.get('to-revision');
  const onBehalfOf = request.get('on-behalf-of');
  const { name, namespace, uid = '' } = stack.metadata;
  return {
    apiVersion,
    kind: 'RolloutAction',
    metadata: {
      name: target,
      ...(namespace !== undefined && { namespace }),
      ownerReferences: [{ apiVersion, kind: 'EcommerceStack', name, uid }],
    },
    spec: {
      stackUID: uid,
      target: { type, name: target },
      action: verb,
      ...(verb === 'SetWeight' && { weight: weightOf(request) }),
      ...(revision !== undefined && { revision }),
      ...(rolloutID !== undefined && { rolloutID }),
      ...(step !== undefined && { expectedStep: step }),
      ...(request.has('override-freeze') && { overrideFreeze: true }),
      expiresAfter: request.get('expires-after') ?? '5m',
      reason: request.get('reason') ?? `kubectl ecommerce ${request.command.name}, no reason given`,
      requestedBy: user,
      ...(onBehalfOf !== undefined && { onBehalfOf }),
    },
  };
}

function verbOf(request: Request): ActionVerb {
  const verb = verbs[request.command.name];
  if (verb === undefined) throw usage(`${request.command.name} is no action`);
  return verb === 'Promote' && request.has('full') ? 'PromoteFully' : verb;
}

function serviceOf(stack: StackSeen, name: string): ServiceSeen | undefined {
  const known = stack.status?.services ?? [];
  const service = known.find((candidate) => candidate.name === name);
  if (service === undefined && known.length > 0) {
    const names = known.map((candidate) => candidate.name).join(', ');
    throw notFound(`${stack.metadata.name} has no service ${name}: it has ${names}`);
  }
  return service;
}

/** The service of a release group that is under way: its rollout stands for the group's. */
function memberOf(stack: StackSeen, name: string): ServiceSeen | undefined {
  const groups = stack.spec.release?.groups ?? [];
  const group = groups.find((candidate) => candidate.name === name);
  if (group === undefined) {
    const names = groups.map((candidate) => candidate.name).join(', ');
    throw notFound(
      `${stack.metadata.name} has no release group ${name}${names === '' ? '' : `: it has ${names}`}`,
    );
  }
  const services = group.stages.flatMap((stage) => stage.services);
  const known = (stack.status?.services ?? []).filter((service) => services.includes(service.name));
  return known.find(({ canaryRevision }) => canaryRevision !== undefined) ?? known[0];
}

function stepOf(request: Request, verb: ActionVerb, service: ServiceSeen | undefined): number | undefined {
  const given = request.get('expected-step');
  if (given === undefined) return ofOneStep.includes(verb) ? service?.step : undefined;
  if (!/^[0-9]{1,3}$/.test(given)) throw usage(`--expected-step ${given} is no step: write 0, 1, 2 …`);
  return Number(given);
}

function weightOf(request: Request): number {
  const given = request.operands[2]?.replace(/ ?%$/, '') ?? '';
  if (!/^(100|[1-9]?[0-9])$/.test(given)) {
    throw usage(`${request.operands[2]} is no percentage: write a whole number from 0 to 100`);
  }
  return Number(given);
}
