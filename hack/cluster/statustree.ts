/** The parts of an EcommerceStack that progress and status are told from. */
export interface StackObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly generation?: number };
  readonly status?: StackStatus;
}

interface StackStatus {
  readonly observedGeneration?: number;
  readonly phase?: string;
  readonly summary?: { readonly services?: string; readonly canary?: string };
  readonly conditions?: readonly Condition[];
  readonly services?: readonly ServiceStatus[];
  readonly url?: string;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

interface ServiceStatus {
  readonly name: string;
  readonly version?: string;
  readonly phase?: string;
  readonly weight?: number;
  readonly canaryRevision?: string;
  readonly readyReplicas?: number;
  readonly message?: string;
}

/** Whether the operator has seen this generation and says Ready. */
export function isStackReady({ metadata, status }: StackObject): boolean {
  return (
    status?.observedGeneration === metadata.generation && conditionOf(status, 'Ready')?.status === 'True'
  );
}

/** One line about how far the stack is: services ready, and why the rest is not. */
export function progressLine({ status }: StackObject): string {
  if (!status) return 'the operator has not answered yet';
  const ready = conditionOf(status, 'Ready');
  const open = (status.conditions ?? []).filter(
    ({ type, status: value }) => value === 'False' && !['Ready', 'Reconciling', 'Stalled'].includes(type),
  );
  const reasons = (open.length > 0 ? open : ready ? [ready] : []).map(
    ({ type, reason, message }) => `${type} ${reason}: ${message}`,
  );
  return [`services ${status.summary?.services ?? '?'}`, ...reasons].join('; ');
}

/** The stack, its services and its conditions as a tree of lines. */
export function statusTree({ metadata, status }: StackObject): string {
  const ready = conditionOf(status, 'Ready');
  const head = `${metadata.namespace}/${metadata.name}  ${ready?.status === 'True' ? 'Ready' : 'not Ready'}  ${status?.phase ?? ''}`;
  const services = status?.services ?? [];
  const width = Math.max(...services.map(({ name }) => name.length), 0);
  const serviceLines = services.map((service) => {
    const canary = service.canaryRevision ? `canary ${service.weight ?? '?'} %` : '';
    const cells = [
      service.name.padEnd(width),
      service.version ?? '',
      service.phase ?? '',
      service.readyReplicas === undefined ? '' : `${service.readyReplicas} ready`,
      canary,
      service.phase === 'Healthy' ? '' : (service.message ?? ''),
    ];
    return cells.filter(Boolean).join('  ');
  });
  const conditionLines = (status?.conditions ?? []).map(
    ({ type, status: value, reason, message }) =>
      `${type}=${value} ${reason}${value === 'True' ? '' : `: ${message}`}`,
  );
  return [
    head.trimEnd(),
    `├─ services ${status?.summary?.services ?? ''}`.trimEnd(),
    ...branches(serviceLines).map((line) => `│  ${line}`),
    '└─ conditions',
    ...branches(conditionLines).map((line) => `   ${line}`),
  ].join('\n');
}

function branches(lines: readonly string[]): string[] {
  return lines.map((line, index) => `${index === lines.length - 1 ? '└─' : '├─'} ${line}`);
}

function conditionOf(status: StackStatus | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}
