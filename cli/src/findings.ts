/** What `analyze` finds beyond the rules of the API: THE table of its codes, and what it looks for in a file. */
import { conditionReasons, type ReasonRow } from '../../operator/src/status/reasons.ts';
import type { StackSeen } from './seen.ts';
import { rolloutSpecOf } from './view/rollout.ts';
import type { StackView } from './view/stack.ts';
import { isBroken } from './view/tree.ts';

/** One thing that is wrong, or looks so. */
export type Finding = {
  readonly code: string;
  readonly severity: 'Error' | 'Warning';
  /** File, or namespace/name of the stack. */
  readonly where: string;
  readonly path: string;
  readonly message: string;
  readonly remedy?: string;
};

type Row = { readonly severity: Finding['severity']; readonly meaning: string; readonly remedy: string };

const error = (meaning: string, remedy: string): Row => ({ severity: 'Error', meaning, remedy });
const warning = (meaning: string, remedy: string): Row => ({ severity: 'Warning', meaning, remedy });
const told = 'Do what the message says; the reasons are listed in docs/reference/conditions.md.';

/** Codes of `analyze` on top of those that the API server refuses a stack with. */
export const findingCodes = {
  ECS1001: error(
    'The operator has not answered the present specification.',
    'Look at the operator: its pods, its log.',
  ),
  ECS1002: error('The condition Stalled holds: nothing goes on until a person acts.', told),
  ECS1003: error('A store is not ready.', told),
  ECS1004: error('A service is not available.', told),
  ECS1005: error('The mesh is not configured as specified.', told),
  ECS1006: error('The stack cannot be reached as specified.', told),
  ECS1007: error('A rollout does not go on, or was aborted.', told),
  ECS1008: error(
    'Nobody checks who asks for actions, so all but Abort are refused.',
    'Install the admission policies of the chart (`access.policies`).',
  ),
  ECS1009: error('A pod does not run.', 'Do what the message says.'),
  ECS1010: warning('A RolloutAction has no answer.', 'Look at the operator; the action expires by itself.'),
  ECS1011: warning(
    'Something may not be seen, so that no verdict covers it.',
    'Ask for the role ecommercestack-viewer.',
  ),
  ECS1101: error(
    'A Secret that the stack refers to does not exist.',
    'Create it in the namespace of the stack.',
  ),
  ECS1102: error('The namespace has a stack already, and it holds one.', 'Use another namespace.'),
  ECS1201: warning(
    'Steps of a canary go on by time alone: nothing measures it.',
    'Add `analysis`, or hold a step for approval.',
  ),
  ECS1202: warning('The stack is paused: nothing is repaired.', 'Set spec.paused to false.'),
  ECS1203: warning('A tag that moves names another image every day.', 'Name a version or a digest.'),
} as const satisfies Readonly<Record<string, Row>>;

export type FindingCode = keyof typeof findingCodes;

/** A finding with the severity and the remedy of its code. */
export function finding(
  code: FindingCode,
  where: string,
  path: string,
  message: string,
  remedy?: string,
): Finding {
  const row = findingCodes[code];
  return { code, severity: row.severity, where, path, message, remedy: remedy ?? row.remedy };
}

/** What looks wrong in a specification that is valid. */
export function adviceOnSpec(stack: StackSeen, where: string): Finding[] {
  const { spec } = stack;
  const services = [...(spec.services ?? []), ...(spec.customServices ?? [])].map(({ name }) => name);
  const moving = [
    ...(spec.version === 'latest' ? ['spec.version'] : []),
    ...(spec.services ?? []).flatMap(({ name, version, image }) =>
      version === 'latest' || image?.tag === 'latest' ? [`spec.services[${name}]`] : [],
    ),
    ...(spec.customServices ?? []).flatMap(({ name, image }) =>
      image.tag === 'latest' ? [`spec.customServices[${name}]`] : [],
    ),
  ];
  return [
    ...[...services, 'monolith']
      .filter((name) => isUnmeasured(stack, name))
      .map((name) =>
        finding(
          'ECS1201',
          where,
          pathOf(stack, name),
          `every step of ${name} goes on by time, and no metric is asked for`,
        ),
      ),
    ...(spec.paused ? [finding('ECS1202', where, 'spec.paused', 'is true')] : []),
    ...moving.map((path) => finding('ECS1203', where, path, 'asks for latest')),
  ];
}

function isUnmeasured(stack: StackSeen, service: string): boolean {
  const canary = rolloutSpecOf(stack, service)?.canary;
  if (canary?.steps === undefined || canary.weight !== undefined || canary.analysis !== undefined)
    return false;
  return canary.steps.every(({ hold }) => hold.type === 'Duration');
}

function pathOf({ spec }: StackSeen, service: string): string {
  if (service === 'monolith') return 'spec.monolith.rollout.canary';
  const list = (spec.customServices ?? []).some(({ name }) => name === service)
    ? 'customServices'
    : 'services';
  return `spec.${list}[${service}].rollout.canary`;
}

const codeOfCondition: Readonly<Record<string, FindingCode>> = {
  Stalled: 'ECS1002',
  DataReady: 'ECS1003',
  ServicesAvailable: 'ECS1004',
  MeshConfigured: 'ECS1005',
  ExposureReady: 'ECS1006',
  RolloutHealthy: 'ECS1007',
  ActionsGuarded: 'ECS1008',
};

/** Reasons that a person chose, or that wait for one by design. */
const chosen = ['MeshOff', 'NoController', 'AwaitingApproval'];

/** What is wrong with a stack as it runs. */
export function liveFindings(view: StackView): Finding[] {
  const where = `${view.namespace}/${view.name}`;
  const conditions = view.conditions.filter((row) => isBroken(row) && !chosen.includes(row.reason));
  const workloads = [...view.services.flatMap(({ revisions }) => revisions), ...view.stores];
  return [
    ...(view.current
      ? []
      : [finding('ECS1001', where, 'status.observedGeneration', 'is older than the specification')]),
    ...conditions.flatMap(({ type, reason, message }) => {
      const code = codeOfCondition[type];
      return code === undefined
        ? []
        : [
            finding(
              code,
              where,
              `status.conditions[${type}]`,
              `${reason}: ${message}`,
              remedyOf(type, reason),
            ),
          ];
    }),
    ...workloads
      .flatMap(({ pods }) => pods)
      .flatMap(({ name, message }) =>
        message === undefined ? [] : [finding('ECS1009', where, `pod/${name}`, message)],
      ),
    ...view.pending.map(({ name, action, target }) =>
      finding('ECS1010', where, `rolloutaction/${name}`, `${action} of ${target} waits`),
    ),
    ...view.gaps.map((gap) => finding('ECS1011', where, '-', gap)),
  ];
}

function remedyOf(type: string, reason: string): string | undefined {
  // The table is looked up by words of an operator that may be of another version.
  const rows = (conditionReasons as Readonly<Record<string, Readonly<Record<string, ReasonRow>>>>)[type];
  return rows?.[reason]?.remedy || undefined;
}
