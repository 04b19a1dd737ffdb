import { parseRequest, type Request } from './arguments.ts';
import { textOf } from './connection.ts';
import { type ExitCode, exitCodes, Refusal } from './exit.ts';
import { paintFor, type Terminal } from './terminal.ts';

type Run = (request: Request, terminal: Terminal) => Promise<ExitCode>;

/** A command is loaded when it is asked for: the tree needs no schema, rendering needs no cluster. */
const actionModule = async (): Promise<Run> => (await import('./commands/action.ts')).act;
const modules: Readonly<Record<string, () => Promise<Run>>> = {
  status: async () => (await import('./commands/status.ts')).status,
  promote: actionModule,
  'set-weight': actionModule,
  pause: actionModule,
  resume: actionModule,
  abort: actionModule,
  retry: actionModule,
  undo: actionModule,
  history: async () => (await import('./commands/history.ts')).history,
  render: async () => (await import('./commands/render.ts')).renderFile,
  diff: async () => (await import('./commands/diff.ts')).diff,
  analyze: async () => (await import('./commands/analyze.ts')).analyze,
  wait: async () => (await import('./commands/wait.ts')).wait,
  completion: async () => (await import('./commands/completion.ts')).completion,
};

/** Carries out a command line and says how it ended; errors become one sentence on standard error. */
export async function execute(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const request = parseRequest(args);
    if ('help' in request) {
      terminal.out(request.help);
      return exitCodes.healthy;
    }
    const load = modules[request.command.name];
    if (load === undefined) throw new Error(`the command ${request.command.name} has no module`);
    const run = await load();
    return await run(request, terminal);
  } catch (error) {
    terminal.err(`error: ${textOf(error)}\n`);
    return error instanceof Refusal ? error.code : exitCodes.degraded;
  }
}

/** Runs as a process: standard streams, exit code. */
export async function start(args: readonly string[]): Promise<void> {
  // A reader that has seen enough (`status … | head`) closes the pipe; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const isTTY = process.stdout.isTTY === true;
  const code = await execute(args, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    paint: paintFor(isTTY, process.env),
    live: isTTY && process.env['TERM'] !== 'dumb',
    columns: process.stdout.columns ?? 80,
    rows: process.stdout.rows ?? 24,
  });
  process.exitCode = code;
  // Connections that are kept alive must not keep the process; what was written is flushed first.
  process.stdout.write('', () => process.exit(code));
}

if (import.meta.main) await start(process.argv.slice(2));
