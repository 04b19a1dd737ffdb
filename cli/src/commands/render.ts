import { render } from '../../../operator/src/render.ts';
import type { Request } from '../arguments.ts';
import { type ExitCode, exitCodes } from '../exit.ts';
import { readManifest } from '../manifest.ts';
import type { Terminal } from '../terminal.ts';

/** `render -f FILE`: the function of `npm run render`. */
export async function renderFile(request: Request, terminal: Terminal): Promise<ExitCode> {
  const { file, text } = await readManifest(request);
  const { yaml, problems } = render(file, text);
  terminal.out(yaml);
  for (const problem of problems) terminal.err(`${problem}\n`);
  return problems.length === 0 ? exitCodes.healthy : exitCodes.degraded;
}
