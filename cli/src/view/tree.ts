import type { Colour, Paint } from '../terminal.ts';
import type { PodView } from './pods.ts';
import type { RevisionView } from './revision.ts';
import type { MetricView, RolloutView, StepView } from './rollout.ts';
import type { ServiceView, StackView, StoreView } from './stack.ts';
import { type Branch, bar, branches, lasting } from './text.ts';

/** A stack as a tree: services, their revisions and pods, the rollout, and what does not hold. */
export function treeOf(view: StackView, paint: Paint): string[] {
  const services = view.services.map((service) => serviceBranch(service, paint));
  const stores = view.stores.map((store) => storeBranch(store, paint));
  const broken = view.conditions.filter(isBroken);
  // Ready repeats what the others say, and stands in the first line.
  const told = broken.length > 1 ? broken.filter(({ type }) => type !== 'Ready') : broken;
  const groups: Branch[] = [
    ...services,
    ...(stores.length === 0 ? [] : [{ line: 'stores', below: stores }]),
    ...(view.pending.length === 0
      ? []
      : [{ line: 'actions without an answer', below: view.pending.map(pendingBranch) }]),
    ...(told.length === 0
      ? []
      : [{ line: 'conditions', below: told.map((row) => conditionBranch(row, paint)) }]),
    ...view.gaps.map((gap) => ({ line: paint('yellow', gap) })),
  ];
  return [headLine(view, paint), ...branches(groups)];
}

function headLine(view: StackView, paint: Paint): string {
  const ready = view.ready === 'True' ? paint('green', 'Ready') : paint('red', 'not Ready');
  const seen = view.current ? '' : paint('yellow', 'the operator has not seen this specification yet');
  const cells = [
    paint('bold', `${view.namespace}/${view.name}`),
    ready,
    view.phase === 'Ready' ? '' : (view.phase ?? ''),
    view.version,
    view.summary.services === undefined ? '' : `services ${view.summary.services}`,
    view.url ?? '',
    seen,
  ];
  return cells.filter((cell) => cell !== '').join('  ');
}

function serviceBranch(service: ServiceView, paint: Paint): Branch {
  const { rollout, revisions, phase = '' } = service;
  const pods = `${revisions.reduce((sum, { ready }) => sum + ready, 0)}/${revisions.reduce((sum, { wanted }) => sum + wanted, 0)}`;
  const cells = [
    paint('bold', service.name),
    service.version ?? '',
    paint(colourOf(phase), phase),
    revisions.length === 0 ? `${service.readyReplicas ?? 0} ready` : pods,
    rollout?.id === undefined ? '' : `rollout ${rollout.id}`,
    service.pinnedTo === undefined ? '' : `undone to ${service.pinnedTo}`,
  ];
  const line = cells.filter((cell) => cell !== '').join('  ');
  const trouble =
    service.message === undefined || rollout !== undefined
      ? []
      : [{ line: paint('yellow', service.message) }];
  return {
    line,
    below: [
      ...revisions.map((row) => revisionBranch(row, rollout, paint)),
      ...trouble,
      ...rolloutBranches(rollout, paint),
    ],
  };
}

function revisionBranch(row: RevisionView, rollout: RolloutView | undefined, paint: Paint): Branch {
  const share =
    rollout === undefined && row.role === 'Stable'
      ? []
      : [
          row.weight === undefined
            ? `${'?'.repeat(10)}   ? %`
            : `${bar(row.weight)} ${String(row.weight).padStart(3)} %`,
        ];
  const cells = [
    row.role.toLowerCase().padEnd(7),
    row.revision.padEnd(10),
    row.version ?? '',
    ...share,
    paint(row.ready >= row.wanted ? 'green' : 'yellow', `${row.ready}/${row.wanted} ready`),
  ];
  return {
    line: cells.filter((cell) => cell !== '').join('  '),
    below: row.pods.map((pod) => podBranch(pod, paint)),
  };
}

function podBranch(pod: PodView, paint: Paint): Branch {
  const colour = pod.ready ? 'green' : pod.message === undefined ? 'yellow' : 'red';
  const restarts = pod.restarts === 0 ? [] : [`${pod.restarts} restarts`];
  const cells = [pod.name, paint(colour, pod.state), ...restarts];
  return { line: [...cells, ...(pod.message === undefined ? [] : [pod.message])].join('  ') };
}

function rolloutBranches(rollout: ServiceView['rollout'], paint: Paint): Branch[] {
  if (rollout === undefined) return [];
  const { steps, metrics } = rollout;
  return [
    ...(steps.length === 0
      ? []
      : [{ line: `steps    ${steps.map((step) => stepText(step, paint)).join(' → ')} → 100 %` }]),
    ...(metrics.length === 0
      ? []
      : [{ line: analysisLine(rollout), below: metrics.map((row) => metricBranch(row, paint)) }]),
    ...rollout.blocks.map((text) => ({ line: `waits    ${paint('yellow', text)}` })),
    ...rollout.next.map(({ command, effect }) => ({
      line: `next     ${paint('bold', command)}   ${paint('dim', `# ${effect}`)}`,
    })),
  ];
}

function stepText(step: StepView, paint: Paint): string {
  const left = step.secondsLeft === undefined ? '' : `, ${lasting(step.secondsLeft)} left`;
  const text = `${step.weight} % (${step.hold === 'Approval' ? 'approval' : step.hold}${left})`;
  if (step.state === 'Current') return paint('bold', `[${text}]`);
  return step.state === 'Done' ? paint('dim', text) : text;
}

function analysisLine({ failures = 0, failureLimit = 0 }: RolloutView): string {
  return `analysis ${failures} failed, ${failureLimit} tolerated`;
}

function metricBranch({ name, bounds, value, verdict }: MetricView, paint: Paint): Branch {
  const colour: Colour = verdict === 'Pass' ? 'green' : verdict === 'Fail' ? 'red' : 'yellow';
  return { line: `${name}  ${value ?? '–'}  good ${bounds}  ${paint(colour, verdict)}` };
}

function storeBranch(store: StoreView, paint: Paint): Branch {
  const whole = store.ready >= store.wanted;
  const line = `${store.name}  ${paint(whole ? 'green' : 'yellow', `${store.ready}/${store.wanted} ready`)}`;
  return { line, below: whole ? [] : store.pods.map((pod) => podBranch(pod, paint)) };
}

function pendingBranch({ name, action, target, requestedBy }: StackView['pending'][number]): Branch {
  return { line: `${name}  ${action} ${target}  by ${requestedBy}` };
}

function conditionBranch({ type, reason, message }: StackView['conditions'][number], paint: Paint): Branch {
  return { line: `${paint('yellow', `${type} ${reason}`)}: ${message}` };
}

/** Reconciling and Stalled are good when they are False, everything else when it is True. */
export function isBroken({ type, status }: { readonly type: string; readonly status: string }): boolean {
  if (type === 'Reconciling') return false;
  return type === 'Stalled' ? status === 'True' : status !== 'True';
}

function colourOf(phase: string): Colour {
  if (phase === 'Available' || phase === 'Ready') return 'green';
  return phase === 'Degraded' ? 'red' : 'yellow';
}
