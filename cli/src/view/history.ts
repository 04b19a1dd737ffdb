import type { ActionSeen, StackSeen } from '../seen.ts';
import { clean } from './clean.ts';

/** One thing that happened to a service: a rollout that ended, or an action that somebody asked for. */
export type HistoryEntry = {
  readonly at: string;
  readonly service: string;
  /** Rollout, or the verb of an action. */
  readonly what: string;
  readonly result: string;
  readonly revision?: string;
  readonly version?: string;
  readonly by?: string;
  readonly onBehalfOf?: string;
  readonly reason?: string;
  readonly message?: string;
};

/** Everything that is remembered of a stack, or of one service of it, the newest first. */
export function historyOf(
  stack: StackSeen,
  actions: readonly ActionSeen[],
  service?: string,
): HistoryEntry[] {
  const rollouts = (stack.status?.services ?? []).flatMap(({ name, history = [] }) =>
    history.map(({ at, result, revision, version, ...more }) => ({
      ...{ at, service: name, what: 'Rollout', result, revision, version },
      ...textsOf(more),
    })),
  );
  const asked = actions
    .filter(({ spec }) => spec.stackUID === stack.metadata.uid)
    .map(({ metadata, spec, status }) => ({
      at: status?.appliedAt ?? metadata.creationTimestamp ?? '',
      service: spec.target.name,
      what: spec.action === 'SetWeight' ? `SetWeight ${spec.weight ?? ''}`.trim() : spec.action,
      result: status?.result ?? 'Pending',
      by: spec.requestedBy,
      ...(spec.onBehalfOf !== undefined && { onBehalfOf: spec.onBehalfOf }),
      reason: spec.reason,
      ...(status?.message !== undefined && { message: status.message }),
    }));
  return clean(
    [...rollouts, ...asked]
      .filter((entry) => service === undefined || entry.service === service)
      .toSorted((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0)),
  );
}

/** Who and why, where the operator keeps it with the rollout. */
function textsOf({ by, why }: Readonly<Record<string, unknown>>): Pick<HistoryEntry, 'by' | 'reason'> {
  return { ...(typeof by === 'string' && { by }), ...(typeof why === 'string' && { reason: why }) };
}
