import { randomUUID } from 'node:crypto';
import { ApiError, isNotFound, pause, systemClock } from '@ecommercestack/controller-runtime';
import type { KubernetesObject } from '../../../operator/src/api/object.ts';
import type { Request } from '../arguments.ts';
import { toAction } from '../ask.ts';
import { actionResource, type Connection, connect, textOf } from '../connection.ts';
import { durationOf } from '../duration.ts';
import { type ExitCode, exitCodes, Refusal } from '../exit.ts';
import { readStack } from '../picture.ts';
import type { ActionSeen } from '../seen.ts';
import { structured, type Terminal } from '../terminal.ts';
import { clean } from '../view/clean.ts';

const pollMs = 250;

/** What became of an action, as JSON tells it. */
type Answer = {
  readonly name: string;
  readonly namespace: string;
  readonly action: string;
  readonly target: string;
  readonly requestedBy: string;
  /** Absent while nobody has answered. */
  readonly result?: string;
  /** One word, such as Stale. */
  readonly reason?: string;
  readonly message?: string;
  readonly appliedAt?: string;
};

/** `promote`, `abort` and the like: creates the RolloutAction and waits until the operator has answered it. */
export async function act(request: Request, terminal: Terminal): Promise<ExitCode> {
  const connection = await connect(request);
  const timeoutMs = durationOf(request, 'timeout', '60s');
  const [name = ''] = request.operands;
  const stack = await readStack(connection, name);
  const wanted = toAction(request, stack, await whoAmI(connection));
  const created = await create(connection, wanted, request);
  if (request.has('dry-run')) return tell(request, terminal, created, 'the API server would take it');
  if (request.has('no-wait')) return tell(request, terminal, created, 'created; nobody has answered yet');
  const answered = await answerOf(connection, created, timeoutMs);
  if (answered.status?.result === undefined) {
    tell(request, terminal, answered, 'nobody has answered');
    terminal.err(
      `error: no answer within ${request.get('timeout') ?? '60s'}: does the operator run? The action stays until ${answered.spec.expiresAfter} after its creation\n`,
    );
    return exitCodes.timeout;
  }
  return tell(request, terminal, answered, '');
}

/** The name under which the API server knows the author. */
async function whoAmI({ client }: Connection): Promise<string> {
  const review = await client.request<{ status?: { userInfo?: { username?: string } } }>({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  return review.status?.userInfo?.username ?? '';
}

async function create(
  { client, namespace }: Connection,
  action: KubernetesObject,
  request: Request,
): Promise<ActionSeen> {
  const [, target = ''] = request.operands;
  const name = `${target}-${request.command.name}-${randomUUID().slice(0, 8)}`;
  try {
    // The answer is what was sent, with what the API server fills in.
    return (await client.create(
      actionResource,
      { ...action, metadata: { ...action.metadata, namespace, name } },
      { dryRun: request.has('dry-run') },
    )) as unknown as ActionSeen;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isNotFound(error)) {
      throw new Refusal(
        exitCodes.degraded,
        'the cluster knows no RolloutAction: install the CRDs of this version',
      );
    }
    throw new Refusal(exitCodes.degraded, `refused: ${textOf(error)}`);
  }
}

async function answerOf({ client }: Connection, action: ActionSeen, timeoutMs: number): Promise<ActionSeen> {
  const until = systemClock.monotonic() + timeoutMs;
  for (let seen = action; ; ) {
    if (seen.status?.result !== undefined || systemClock.monotonic() >= until) return seen;
    await pause(systemClock, Math.min(pollMs, Math.max(1, until - systemClock.monotonic())));
    // As in create.
    seen = (await client.get(actionResource, action.metadata)) as unknown as ActionSeen;
  }
}

/** The answer in short; conditions carry the reason. */
export function answerFrom({ metadata, spec, status }: ActionSeen): Answer {
  const decisive = status?.result === 'Rejected' ? 'Stalled' : 'Ready';
  const reason = status?.conditions?.find(({ type }) => type === decisive)?.reason;
  return clean({
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    action: spec.action,
    target: spec.target.name,
    requestedBy: spec.requestedBy,
    ...(status?.result !== undefined && { result: status.result }),
    ...(reason !== undefined && { reason }),
    ...(status?.message !== undefined && { message: status.message }),
    ...(status?.appliedAt !== undefined && { appliedAt: status.appliedAt }),
  });
}

function tell(request: Request, terminal: Terminal, action: ActionSeen, otherwise: string): ExitCode {
  const answer = answerFrom(action);
  const form = request.get('output') ?? 'text';
  const applied = answer.result === 'Applied';
  if (form === 'json' || form === 'yaml') terminal.out(structured(form, answer));
  else {
    const { action: verb, target, result, reason, message = '', name } = answer;
    const why = result === 'Rejected' && reason !== undefined ? ` ${reason}` : '';
    const head =
      result === undefined ? otherwise : terminal.paint(applied ? 'green' : 'red', `${result}${why}`);
    terminal.out(`${verb} ${target}: ${head}${message === '' ? '' : `: ${message}`}\n`);
    if (name !== undefined && !request.has('dry-run'))
      terminal.out(terminal.paint('dim', `rolloutaction/${name}\n`));
  }
  return answer.result === 'Rejected' ? exitCodes.degraded : exitCodes.healthy;
}
