import { toSeconds } from '../../../operator/src/api/duration.ts';
import type { ServiceSeen, StackSeen } from '../seen.ts';

export type StepView = {
  readonly weight: number;
  /** `5m`, or Approval. */
  readonly hold: string;
  readonly state: 'Done' | 'Current' | 'Next';
  /** Of a step that ends by itself: how long it still takes, and nothing while its clock stands still. */
  readonly secondsLeft?: number;
};

export type MetricView = {
  readonly name: string;
  readonly provider: string;
  /** What is good, such as ≥ 0.99. */
  readonly bounds: string;
  readonly value?: string;
  readonly verdict: string;
};

/** A canary under way, aborted, or on its way out. */
export type RolloutView = {
  readonly id?: string;
  /** State of the machine, see docs/reference/rollouts.md. */
  readonly state?: string;
  readonly steps: readonly StepView[];
  readonly desiredWeight?: number;
  /** Percent that the proxies have; absent where it cannot be read. */
  readonly weight?: number;
  /** Percent that a SetWeight holds. */
  readonly heldWeight?: number;
  readonly paused: boolean;
  readonly aborted: boolean;
  readonly why?: string;
  readonly failures?: number;
  readonly failureLimit?: number;
  readonly metrics: readonly MetricView[];
};

type RolloutSpec = NonNullable<NonNullable<StackSeen['spec']['services']>[number]['rollout']>;

/** The rollout settings of a service, or of the monolith, as far as the stack has any. */
export function rolloutSpecOf({ spec }: StackSeen, service: string): RolloutSpec | undefined {
  if (service === 'monolith') return spec.monolith?.rollout;
  return [...(spec.services ?? []), ...(spec.customServices ?? [])].find(({ name }) => name === service)
    ?.rollout;
}

/** The rollout of a service; nothing where one revision serves and no other is wanted. */
export function rolloutView(stack: StackSeen, service: ServiceSeen, now: number): RolloutView | undefined {
  const { rollout: attempt, canaryRevision } = service;
  if (canaryRevision === undefined && attempt === undefined) return undefined;
  const canary = rolloutSpecOf(stack, service.name)?.canary;
  const at = service.step ?? attempt?.step;
  const weight = canaryRevision === undefined ? 0 : service.weight;
  return {
    ...(service.rolloutID !== undefined && { id: service.rolloutID }),
    ...(attempt?.state !== undefined && { state: attempt.state }),
    steps: (canary?.steps ?? []).map((step, index) => stepView(step, index, at, service, now)),
    ...(service.desiredWeight !== undefined && { desiredWeight: service.desiredWeight }),
    ...(weight !== undefined && { weight }),
    ...(attempt?.weight !== undefined && { heldWeight: attempt.weight }),
    paused: attempt?.paused === true,
    aborted: attempt?.state === 'Aborted' || attempt?.ended === 'Aborted',
    ...(attempt?.why !== undefined && { why: attempt.why }),
    ...(attempt?.failures !== undefined && { failures: attempt.failures }),
    ...(canary?.analysis && { failureLimit: canary.analysis.failureLimit }),
    metrics: (canary?.analysis?.metrics ?? []).map((metric) => metricView(metric, service)),
  };
}

type StepSpec = NonNullable<NonNullable<RolloutSpec['canary']>['steps']>[number];

function stepView(
  { weight, hold }: StepSpec,
  index: number,
  at: number | undefined,
  service: ServiceSeen,
  now: number,
): StepView {
  const state = at === undefined || index > at ? 'Next' : index === at ? 'Current' : 'Done';
  const left = state === 'Current' ? secondsLeft(hold, service, now) : undefined;
  return {
    weight,
    hold: hold.type === 'Approval' ? 'Approval' : (hold.duration ?? ''),
    state,
    ...(left !== undefined && { secondsLeft: left }),
  };
}

/** The clock of a step runs only while the proxies have its weight and nothing holds it. */
function secondsLeft(hold: StepSpec['hold'], { rollout }: ServiceSeen, now: number): number | undefined {
  if (hold.duration === undefined || rollout?.since === undefined || rollout.state !== 'Holding')
    return undefined;
  const passed = (rollout.spent ?? 0) + (now - Date.parse(rollout.since)) / 1000;
  return Math.max(0, Math.ceil(toSeconds(hold.duration) - passed));
}

type MetricSpec = NonNullable<NonNullable<RolloutSpec['canary']>['analysis']>['metrics'][number];

function metricView({ name, provider, min, max }: MetricSpec, service: ServiceSeen): MetricView {
  const seen = service.rollout?.measurements?.find((measured) => measured.name === name);
  const bounds = [min === undefined ? '' : `≥ ${min}`, max === undefined ? '' : `≤ ${max}`];
  return {
    ...{ name, provider, bounds: bounds.filter((bound) => bound !== '').join(' and ') },
    ...(seen?.value !== undefined && { value: String(seen.value) }),
    verdict: seen?.verdict ?? 'Unknown',
  };
}
