import { pause, systemClock } from '@ecommercestack/controller-runtime';
import type { Request } from '../arguments.ts';
import { connect } from '../connection.ts';
import { durationOf } from '../duration.ts';
import { type ExitCode, exitCodes, notFound, Refusal } from '../exit.ts';
import { readPicture, readStack } from '../picture.ts';
import type { Terminal } from '../terminal.ts';
import { parseGoal, progressOf } from '../view/goal.ts';
import { stackView } from '../view/stack.ts';

const pollMs = 1000;

/** `wait NAME [SERVICE]`: 0 when the goal is reached, 1 when waiting cannot help, 2 when time is over. */
export async function wait(request: Request, terminal: Terminal): Promise<ExitCode> {
  const [name = '', service] = request.operands;
  const goal = parseGoal(request.get('for') ?? 'ready', service);
  const until = systemClock.monotonic() + durationOf(request, 'timeout', '5m');
  const connection = await connect(request);
  let told = '';
  for (;;) {
    const picture = await readPicture(connection, await readStack(connection, name));
    const { state, line } = progressOf(goal, stackView(picture, Date.now()), service);
    if (state === 'Unknown') throw notFound(line);
    if (state === 'Lost') throw new Refusal(exitCodes.degraded, line);
    if (line !== told || state === 'Reached') terminal.out(`${line}\n`);
    told = line;
    if (state === 'Reached') return exitCodes.healthy;
    const left = until - systemClock.monotonic();
    if (left <= 0) throw new Refusal(exitCodes.timeout, `still waiting when time was over: ${line}`);
    await pause(systemClock, Math.min(pollMs, left));
  }
}
