import type { ServiceStatus } from '../api/ecommercestack.ts';
import type { attemptStates, endings } from '../api/schema/attempt.ts';
import type { MetricRecord } from './analysis.ts';

export type AttemptState = (typeof attemptStates)[number];
export type State = AttemptState | 'Stable';

/** The second revision of a service beside the stable one: tried, or on its way out. */
export type Attempt = {
  readonly state: AttemptState;
  /** The canary's revision; once it is promoted, that of the former stable one. */
  readonly revision: string;
  /** Index of the present step; as many as there are steps means all traffic. */
  readonly step: number;
  /** Percent decided. */
  readonly desired: number;
  /** Percent told to the mesh. */
  readonly given: number;
  /** Percent held by a SetWeight, or because the steps that led here are gone. */
  readonly weight?: number;
  /** No more steps: all traffic as soon as pods carry it. */
  readonly full?: boolean;
  readonly paused?: boolean;
  /** An action with that right lets this attempt go on in a freeze. */
  readonly unfrozen?: boolean;
  /** Since when the clock runs (ms); absent while it stands still. */
  readonly since?: number;
  /** Seconds of the clock before `since`. */
  readonly spent: number;
  readonly failures: number;
  /** The newest measurements. */
  readonly analysis?: readonly MetricRecord[];
  readonly ended?: (typeof endings)[number];
  /** Who moved it last, where a person did. */
  readonly by?: string;
  /** Why it ended, or stands where it stands, in the words of the person or the machine. */
  readonly why?: string;
};

/** An older revision that is wanted instead of the specified one, as long as that one stays. */
type Pin = { readonly revision: string; readonly over: string };

/** An action that took effect, and the answer to it. */
type Handled = { readonly uid: string; readonly message: string };

/** What `status.services[]` remembers of the last decision. */
export type RolloutMemory = {
  readonly stableRevision?: string;
  /** Revisions that once ran with all their pods available, newest first. */
  readonly proven: readonly string[];
  /** Identity of the last attempt; stays when it is over, so that the next one has another. */
  readonly rolloutID?: string;
  readonly attempt?: Attempt;
  readonly pin?: Pin;
  readonly handled?: readonly Handled[];
  readonly lastAction?: string;
};

/** States in which the second revision is a canary. */
const triedStates: readonly State[] = ['Pinning', 'Scaling', 'Shifting', 'Holding'];

type Tried = Attempt & { readonly state: 'Pinning' | 'Scaling' | 'Shifting' | 'Holding' };

/** Whether the attempt is under way, neither over nor latched. */
export function isTried(attempt: Attempt | undefined): attempt is Tried {
  return attempt !== undefined && triedStates.includes(attempt.state);
}

type Remembered = Pick<
  ServiceStatus,
  | 'stableRevision'
  | 'canaryRevision'
  | 'rolloutID'
  | 'desiredWeight'
  | 'step'
  | 'rollout'
  | 'analysis'
  | 'pin'
  | 'handled'
  | 'lastAction'
>;

/** Memory as status stores it. */
export function toStatus(memory: RolloutMemory): Remembered {
  const { attempt } = memory;
  const tried = isTried(attempt);
  return {
    stableRevision: memory.stableRevision,
    canaryRevision: tried ? attempt.revision : undefined,
    rolloutID: memory.rolloutID,
    desiredWeight: tried ? attempt.desired : undefined,
    step: tried ? attempt.step : undefined,
    rollout: attempt && attemptToStatus(attempt),
    analysis: attempt?.analysis?.map(({ at, recent, message, ...rest }) => ({
      ...rest,
      at: toTime(at),
      recent: [...recent],
      ...(message !== undefined && { message: message.slice(0, 256) }),
    })),
    pin: memory.pin,
    handled:
      memory.handled === undefined || memory.handled.length === 0
        ? undefined
        : memory.handled.map(({ uid, message }) => ({ uid, message: message.slice(0, 256) })),
    lastAction: memory.lastAction,
  };
}

function attemptToStatus(attempt: Attempt): NonNullable<ServiceStatus['rollout']> {
  const {
    desired: _desired,
    step: _step,
    analysis: _own,
    since,
    full,
    paused,
    unfrozen,
    by,
    why,
    ...rest
  } = attempt;
  return {
    ...rest,
    ...(by !== undefined && { by: by.slice(0, 128) }),
    ...(why !== undefined && { why: why.slice(0, 640) }),
    ...(full === true && { full }),
    ...(paused === true && { paused }),
    ...(unfrozen === true && { unfrozen }),
    ...(since !== undefined && { since: toTime(since) }),
  };
}

/** What one service's status remembers of its rollout. */
export function memoryOf(service: ServiceStatus | undefined): RolloutMemory {
  const { rollout } = service ?? {};
  return {
    stableRevision: service?.stableRevision,
    proven: provenRevisions(service),
    ...(service?.rolloutID !== undefined && { rolloutID: service.rolloutID }),
    ...(service?.pin && { pin: service.pin }),
    ...(service?.handled && { handled: service.handled }),
    ...(service?.lastAction !== undefined && { lastAction: service.lastAction }),
    ...(rollout && { attempt: attemptOf(rollout, service) }),
  };
}

function attemptOf(
  rollout: NonNullable<ServiceStatus['rollout']>,
  service: ServiceStatus | undefined,
): Attempt {
  const { since, ...rest } = rollout;
  const { analysis } = service ?? {};
  return {
    ...rest,
    step: service?.step ?? 0,
    desired: service?.desiredWeight ?? 0,
    ...(since !== undefined && { since: Date.parse(since) }),
    ...(analysis && {
      analysis: analysis.map(({ at, recent = [], ...record }) => ({
        ...record,
        recent,
        at: Date.parse(at),
      })),
    }),
  };
}

/** Revisions of a service that once ran with all their pods available, newest first. */
function provenRevisions(service: ServiceStatus | undefined): string[] {
  return (service?.history ?? [])
    .filter(({ result }) => result === 'Promoted')
    .map(({ revision }) => revision);
}

/** RFC 3339, whole seconds. */
function toTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
