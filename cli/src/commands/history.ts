import type { Request } from '../arguments.ts';
import { actionResource, connect, listOrGap } from '../connection.ts';
import { type ExitCode, exitCodes, notFound } from '../exit.ts';
import { readStack } from '../picture.ts';
import type { ActionSeen } from '../seen.ts';
import { structured, type Terminal } from '../terminal.ts';
import { type HistoryEntry, historyOf } from '../view/history.ts';
import { table } from '../view/text.ts';

/** `history NAME [SERVICE]`. */
export async function history(request: Request, terminal: Terminal): Promise<ExitCode> {
  const connection = await connect(request);
  const [name = '', service] = request.operands;
  const stack = await readStack(connection, name);
  const known = [
    ...(stack.status?.services ?? []).map((one) => one.name),
    ...(stack.spec.release?.groups ?? []).map((group) => group.name),
  ];
  if (service !== undefined && !known.includes(service)) throw notFound(`${name} has no service ${service}`);
  const { items, gap } = await listOrGap(connection, actionResource);
  const entries = historyOf(stack, items as unknown as ActionSeen[], service); // checked by the CRD
  const form = request.get('output') ?? 'text';
  if (form === 'json' || form === 'yaml') {
    terminal.out(structured(form, { items: entries, gaps: gap === undefined ? [] : [gap] }));
  } else {
    terminal.out(`${table([head, ...entries.map(row)]).join('\n')}\n`);
    if (gap !== undefined) terminal.err(`${gap}\n`);
  }
  return exitCodes.healthy;
}

const head = ['AT', 'SERVICE', 'WHAT', 'RESULT', 'BY', 'WHY'];

function row({
  at,
  service,
  what,
  result,
  revision,
  version,
  by,
  onBehalfOf,
  reason,
  message,
}: HistoryEntry): string[] {
  const revisionText = [version, revision].filter((part) => part !== undefined && part !== '').join(' ');
  const who = [by ?? '', onBehalfOf === undefined ? '' : `for ${onBehalfOf}`]
    .filter((part) => part !== '')
    .join(' ');
  const why = [reason ?? '', result === 'Rejected' ? (message ?? '') : '']
    .filter((part) => part !== '')
    .join(': ');
  return [
    at,
    service,
    what === 'Rollout' ? `Rollout ${revisionText}`.trim() : what,
    result,
    who || '-',
    why || '-',
  ];
}
