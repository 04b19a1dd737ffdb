import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Request =
  | { readonly command: 'list' }
  | { readonly command: 'bench'; readonly name: string; readonly minutes?: number };

/** A command line that makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `usage:
  npm run bench -- NAME [--minutes N]
  npm run bench -- --list
`;

/** Turns arguments into a request; throws UsageError. `names` are the benches that exist. */
export function parseRequest(args: readonly string[], names: readonly string[]): Request {
  const { values, positionals } = parse(args);
  if (values.list) return { command: 'list' };
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new UsageError('bench takes one NAME');
  if (!names.includes(name)) throw new UsageError(`there is no bench ${name}: ${names.join(', ')}`);
  if (values.minutes === undefined) return { command: 'bench', name };
  const minutes = Number(values.minutes);
  if (!(Number.isFinite(minutes) && minutes > 0))
    throw new UsageError(`--minutes takes a number above 0, not ${values.minutes}`);
  return { command: 'bench', name, minutes };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { list: { type: 'boolean' }, minutes: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
