import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Request =
  | { readonly command: 'list' }
  | {
      readonly command: 'prove';
      readonly name: string;
      readonly minutes?: number;
      readonly seed?: number;
      readonly mutants: boolean;
    };

/** A command line that makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `usage:
  npm run prove -- NAME [--minutes N] [--seed S] [--mutants]
  npm run prove -- --list
`;

/** Turns arguments into a request; throws UsageError. `names` are the proofs that exist. */
export function parseRequest(args: readonly string[], names: readonly string[]): Request {
  const { values, positionals } = parse(args);
  if (values.list) return { command: 'list' };
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new UsageError('prove takes one NAME');
  if (!names.includes(name)) throw new UsageError(`there is no proof ${name}: ${names.join(', ')}`);
  return {
    command: 'prove',
    name,
    minutes: positive('--minutes', values.minutes),
    seed: whole('--seed', values.seed),
    mutants: values.mutants ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        list: { type: 'boolean' },
        minutes: { type: 'string' },
        seed: { type: 'string' },
        mutants: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function positive(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0))
    throw new UsageError(`${option} takes a number above 0, not ${text}`);
  return value;
}

function whole(option: string, text: string | undefined): number | undefined {
  const value = positive(option, text);
  if (value !== undefined && !Number.isSafeInteger(value))
    throw new UsageError(`${option} takes a whole number`);
  return value;
}
