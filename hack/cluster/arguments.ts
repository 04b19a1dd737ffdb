import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Request =
  | { readonly command: 'help' }
  | { readonly command: 'up'; readonly file?: string }
  | { readonly command: 'down' }
  | { readonly command: 'images'; readonly versions: readonly string[] }
  | { readonly command: 'controlplane'; readonly action: 'up' | 'down'; readonly dir?: string };

/** A command line that makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The help text. */
export const USAGE = `usage:
  npm run up [-- FILE]                          a cluster, the mesh, the operator and the stack of FILE
                                                (default examples/shop.yaml); run it again after a change
  npm run down                                  takes all of it away
  npm run images -- VERSION…                    makes further versions of the service image runnable
  npm run controlplane -- up|down [--dir D]     an API server without nodes, for tests

  CLUSTER=existing|kind|local picks where; without it: existing when KUBECONFIG is set and CLUSTER says so,
  kind when a container engine answers, else a cluster built here from pinned Go modules (Linux, root).
`;

/** Turns arguments into a request; throws UsageError. */
export function parseRequest(args: readonly string[]): Request {
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  if (values.help || command === undefined || command === 'help') return { command: 'help' };
  if (values.dir !== undefined && command !== 'controlplane') {
    throw new UsageError(`--dir belongs to controlplane, not to ${command}`);
  }
  switch (command) {
    case 'up':
      atMost(rest, 1, 'up takes one FILE at most');
      return rest[0] === undefined ? { command } : { command, file: rest[0] };
    case 'down':
      atMost(rest, 0, 'down takes no arguments');
      return { command };
    case 'images':
      if (rest.length === 0) throw new UsageError('images needs at least one VERSION');
      return { command, versions: rest };
    case 'controlplane': {
      atMost(rest, 1, 'controlplane takes up or down');
      const action = rest[0];
      if (action !== 'up' && action !== 'down') throw new UsageError('controlplane takes up or down');
      return values.dir === undefined ? { command, action } : { command, action, dir: values.dir };
    }
    default:
      throw new UsageError(`there is no command ${command}`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, dir: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function atMost(rest: readonly string[], count: number, message: string): void {
  if (rest.length > count) throw new UsageError(`${message}, and was given: ${rest.join(' ')}`);
}
