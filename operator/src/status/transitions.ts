import type { EcommerceStackStatus, ServiceStatus } from '../api/ecommercestack.ts';
import { listed } from './conditions.ts';

/** Something that happened to a stack, worth an Event. */
export type Transition = {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
};

/** What changed for people between two statuses; nothing for equal ones. */
export function transitions(
  before: EcommerceStackStatus | undefined,
  after: EcommerceStackStatus,
): Transition[] {
  return [
    ...conditionTransitions(before, after),
    ...(after.services ?? []).flatMap((service) => {
      const known = before?.services?.find(({ name }) => name === service.name);
      return serviceTransitions(known, service);
    }),
  ];
}

function conditionTransitions(
  before: EcommerceStackStatus | undefined,
  after: EcommerceStackStatus,
): Transition[] {
  const was = (type: string) => before?.conditions?.find((condition) => condition.type === type);
  const is = (type: string) => after.conditions?.find((condition) => condition.type === type);
  const found: Transition[] = [];
  const [stalled, stalledBefore] = [is('Stalled'), was('Stalled')];
  if (
    stalled?.status === 'True' &&
    (stalledBefore?.status !== 'True' || stalledBefore.reason !== stalled.reason)
  ) {
    found.push({ type: 'Warning', reason: stalled.reason, action: 'Reconcile', note: stalled.message });
  }
  const [rollout, rolloutBefore] = [is('RolloutHealthy'), was('RolloutHealthy')];
  if (rollout?.reason === 'AwaitingApproval' && rolloutBefore?.reason !== rollout.reason) {
    found.push({ type: 'Normal', reason: 'AwaitingApproval', action: 'Rollout', note: rollout.message });
  }
  const [ready, readyBefore] = [is('Ready'), was('Ready')];
  if (ready?.status === 'True' && readyBefore?.status !== 'True') {
    found.push({ type: 'Normal', reason: 'Ready', action: 'Reconcile', note: ready.message });
  }
  if (ready?.status === 'False' && readyBefore?.status === 'True') {
    const type = ready.reason === 'Progressing' ? 'Normal' : 'Warning';
    found.push({ type, reason: ready.reason, action: 'Reconcile', note: ready.message });
  }
  return found;
}

function serviceTransitions(before: ServiceStatus | undefined, after: ServiceStatus): Transition[] {
  const found: Transition[] = [];
  const action = 'Rollout';
  const { name, canaryRevision, desiredWeight } = after;
  if (canaryRevision !== undefined && canaryRevision !== before?.canaryRevision) {
    found.push({
      type: 'Normal',
      reason: 'CanaryStarted',
      action,
      note: `${name}: revision ${canaryRevision} (${after.version}) runs beside ${after.stableRevision}`,
    });
  } else if (canaryRevision !== undefined && desiredWeight !== before?.desiredWeight) {
    found.push({
      type: 'Normal',
      reason: 'CanaryWeighted',
      action,
      note: `${name}: canary at ${desiredWeight}%`,
    });
  }
  const ended = (after.history ?? []).filter(
    ({ revision, at }) => !before?.history?.some((old) => old.revision === revision && old.at === at),
  );
  // A stack's first revisions are no rollout: its Ready says that they run.
  const news = ended.filter(({ result }) => result !== 'Promoted' || before?.history !== undefined);
  if (news.length > 0) {
    const notes = news.map(
      ({ revision, version, result }) => `revision ${revision} (${version}) ${result.toLowerCase()}`,
    );
    found.push({ type: 'Normal', reason: 'RolloutEnded', action, note: `${name}: ${listed(notes)}` });
  }
  return found;
}
