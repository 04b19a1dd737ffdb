import type { Standing } from '../rollout/standing.ts';
import { type Finding, finding, listed } from './conditions.ts';
import type { Evidence } from './evidence.ts';
import type { ReasonOf } from './reasons.ts';
import type { ServiceStanding } from './services.ts';

type Reason = ReasonOf<'RolloutHealthy'>;

/** Reasons in the order in which they are told: what is worse first, then what a person can do, then what takes time. */
const reasonsOf: readonly (readonly [Standing['code'], Reason])[] = [
  ['Aborted', 'RolloutAborted'],
  ['MeshUnknown', 'MeshUnknown'],
  ['Blocked', 'AnalysisBlocks'],
  ['NoData', 'NoMeasurement'],
  ['Starting', 'CanaryStarting'],
  ['Progressing', 'Progressing'],
  ['Leaving', 'Withdrawing'],
  ['Holding', 'Holding'],
  ['Keeping', 'Finishing'],
  ['AwaitingApproval', 'AwaitingApproval'],
  ['Paused', 'Paused'],
  ['Frozen', 'Frozen'],
  ['Undone', 'Undone'],
];

/** Whether canaries do well, and which of them wait for a person. */
export function rolloutHealthy(evidence: Evidence, standings: readonly ServiceStanding[]): Finding {
  const type = 'RolloutHealthy';
  const sick = standings.find(({ canary }) => canary?.workload?.trouble !== undefined);
  if (sick?.canary?.workload?.trouble !== undefined) {
    return finding(
      type,
      'CanaryUnavailable',
      `canary of ${sick.status.name} gets no traffic: ${sick.canary.workload.trouble.message}; or revert the spec`,
    );
  }
  for (const [code, reason] of reasonsOf) {
    const some = standings.filter(({ rollout }) => rollout.code === code);
    if (some.length === 0) continue;
    const texts = some.map(({ status, rollout }) => `${status.name}: ${rollout.message}`);
    return finding(type, reason, [listed(texts), ...meshNotes(evidence)].join('; '));
  }
  return finding(type, 'NoCanary', ['every service runs one revision', ...restartNotes(evidence)].join('; '));
}

/** Nobody may take what the mesh was told for what it does. */
function meshNotes({ decisions }: Evidence): string[] {
  const notes = decisions.flatMap(({ canary, turn }) =>
    canary === undefined || turn?.note === undefined ? [] : [turn.note],
  );
  return [...new Set(notes)];
}

function restartNotes({ decisions }: Evidence): string[] {
  const unseen = new Set(decisions.flatMap((decision) => decision.unseen ?? []));
  if (unseen.size === 0) return [];
  return [
    `onSecretChange is off for ${listed([...unseen])}: an operator of all namespaces sees no Secrets; install it with watch.namespaces, or restart the pods yourself`,
  ];
}
