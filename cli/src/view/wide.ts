import type { StackView } from './stack.ts';
import { table } from './text.ts';

/** One line a service: what `-o wide` shows. */
export function wideOf(views: readonly StackView[]): string[] {
  const head = ['NAMESPACE', 'STACK', 'SERVICE', 'VERSION', 'PHASE', 'READY', 'CANARY', 'STEP', 'WAITS'];
  const rows = views.flatMap((view) =>
    view.services.map(
      ({ name, version = '', phase = '', revisions, readyReplicas = 0, rollout, message }) => {
        const wanted = revisions.reduce((sum, revision) => sum + revision.wanted, 0);
        const step = rollout?.steps.findIndex(({ state }) => state === 'Current') ?? -1;
        return [
          ...[view.namespace, view.name, name, version, phase],
          revisions.length === 0 ? String(readyReplicas) : `${readyReplicas}/${wanted}`,
          rollout === undefined ? '-' : `${rollout.weight ?? '?'}%`,
          step === -1 ? '-' : `${step + 1}/${rollout?.steps.length}`,
          rollout?.blocks[0] ?? message ?? '-',
        ];
      },
    ),
  );
  return table([head, ...rows]);
}
