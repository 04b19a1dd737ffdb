import type { ServiceSeen, StackSeen } from '../seen.ts';
import type { RevisionView } from './revision.ts';
import { type RolloutView, rolloutSpecOf } from './rollout.ts';
import { lasting } from './text.ts';

/** What a rollout waits for, and what a person can type. */
export type Advice = {
  readonly blocks: readonly string[];
  readonly next: readonly { readonly command: string; readonly effect: string }[];
};

/** What is known of one service under way. */
export type Standing = {
  readonly stack: StackSeen;
  readonly service: ServiceSeen;
  readonly rollout: RolloutView;
  readonly revisions: readonly RevisionView[];
};

/** Every reason why the rollout does not go on now, the one that counts most first, and the commands that fit. */
export function adviceOf(standing: Standing): Advice {
  const { rollout } = standing;
  if (rollout.aborted) return afterAbort(standing);
  const blocks = [
    ...pausedBy(standing),
    ...capacityOf(standing),
    ...confirmationOf(standing),
    ...analysisOf(standing),
    ...holdOf(standing),
  ];
  return { blocks, next: nextOf(standing) };
}

function afterAbort({ stack, service, rollout }: Standing): Advice {
  const why = rollout.why ?? service.message;
  return {
    blocks: [
      `aborted${why === undefined ? '' : `: ${why}`}; the canary gets no traffic until somebody retries`,
    ],
    next: [
      {
        command: commandFor('retry', stack, service),
        effect: 'tries the revision again from the first step',
      },
      {
        command: `kubectl edit ecs ${stack.metadata.name} ${inNamespace(stack)}`,
        effect: 'another version ends the attempt',
      },
    ],
  };
}

function pausedBy({ stack, service, rollout }: Standing): string[] {
  const held = rolloutSpecOf(stack, service.name)?.canary?.weight;
  return [
    ...(stack.spec.paused ? ['spec.paused of the stack is true: only an abort still acts'] : []),
    ...(rolloutSpecOf(stack, service.name)?.paused === true
      ? ['rollout.paused in the specification is true']
      : []),
    ...(rollout.paused ? ['paused by an action'] : []),
    ...(rollout.heldWeight === undefined
      ? []
      : [`an action holds ${rollout.heldWeight} %: promote goes on with the steps`]),
    ...(held === undefined ? [] : [`canary.weight in the specification holds ${held} %: change it there`]),
  ];
}

function capacityOf({ revisions, rollout }: Standing): string[] {
  const canary = revisions.find(({ role }) => role === 'Canary');
  if (canary === undefined) return rollout.state === 'Scaling' ? ['pods of the canary are being made'] : [];
  if (canary.ready >= canary.wanted) return [];
  const trouble = canary.pods.find(({ message }) => message !== undefined)?.message;
  const count = `${canary.ready} of ${canary.wanted} pods of the canary are ready`;
  return [trouble === undefined ? count : `${count}: ${trouble}`];
}

function confirmationOf({ service, rollout }: Standing): string[] {
  const { desiredWeight: decided, weight } = rollout;
  if (decided === undefined || decided === weight) return [];
  if (weight === undefined) return ['the weight that the proxies have cannot be read'];
  return [
    `the proxies have ${weight} %, ${decided} % is decided${service.message === undefined ? '' : `: ${service.message}`}`,
  ];
}

function analysisOf({ rollout }: Standing): string[] {
  const { failures = 0, failureLimit = 0 } = rollout;
  const bad = rollout.metrics.filter(({ verdict }) => verdict === 'Fail' || verdict === 'Hold');
  return [
    ...bad.map(({ name, verdict, value, bounds }) =>
      verdict === 'Fail'
        ? `metric ${name} is ${value ?? '?'}, good is ${bounds}`
        : `metric ${name} has no data`,
    ),
    ...(failures > 0 ? [`${failures} failed measurements, ${failureLimit} are tolerated`] : []),
  ];
}

function holdOf({ rollout }: Standing): string[] {
  const index = rollout.steps.findIndex(({ state }) => state === 'Current');
  const step = rollout.steps[index];
  if (step === undefined) return [];
  const which = `step ${index + 1} of ${rollout.steps.length}`;
  if (step.hold === 'Approval') return [`${which} waits for approval`];
  const left = step.secondsLeft === undefined ? '' : `, ${lasting(step.secondsLeft)} left`;
  return [`${which} holds ${step.weight} % for ${step.hold}${left}`];
}

function nextOf({ stack, service, rollout }: Standing): Advice['next'] {
  const abort = { command: commandFor('abort', stack, service), effect: 'takes all traffic from the canary' };
  if (rollout.paused) {
    return [{ command: commandFor('resume', stack, service), effect: 'ends the pause' }, abort];
  }
  if (service.canaryRevision === undefined) {
    const undo = { command: commandFor('undo', stack, service), effect: 'goes back to the former revision' };
    return service.rollout?.ended === 'Promoted' ? [undo] : [];
  }
  const held = rolloutSpecOf(stack, service.name)?.canary?.weight !== undefined;
  const current = rollout.steps.findIndex(({ state }) => state === 'Current');
  // A promotion waits for the proxies, and there is nothing to judge before the traffic of the step flows.
  const flows = rollout.weight !== undefined && rollout.weight === rollout.desiredWeight;
  if (held || stack.spec.paused || current === -1 || !flows) return [abort];
  const after = rollout.steps[current + 1];
  const effect =
    after === undefined ? 'makes the canary the stable revision' : `goes on to ${after.weight} %`;
  return [{ command: commandFor('promote', stack, service), effect }, abort];
}

function commandFor(verb: string, stack: StackSeen, service: ServiceSeen): string {
  return `kubectl ecommerce ${verb} ${stack.metadata.name} ${service.name} ${inNamespace(stack)}`;
}

function inNamespace({ metadata }: StackSeen): string {
  return `-n ${metadata.namespace ?? 'default'}`;
}
