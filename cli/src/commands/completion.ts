import type { Request } from '../arguments.ts';
import { type ExitCode, exitCodes, usage } from '../exit.ts';
import { bashCompletion } from '../help.ts';
import type { Terminal } from '../terminal.ts';

/** `completion SHELL`. */
export async function completion(request: Request, terminal: Terminal): Promise<ExitCode> {
  const [shell] = request.operands;
  if (shell !== 'bash') throw usage(`there is no completion for ${shell}: choose bash`);
  terminal.out(bashCompletion());
  return exitCodes.healthy;
}
