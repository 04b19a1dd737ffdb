import { Informer, type Resource } from '@ecommercestack/controller-runtime';
import { actionResource, type Connection, resourceOf, textOf } from './connection.ts';
import { type ExitCode, Refusal } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** What is shown again and again. */
export type Followed<Seen> = {
  readonly read: () => Promise<Seen>;
  readonly print: (seen: Seen) => string;
  /** True for documents, which follow one another; a picture is drawn over the one before where that can be done. */
  readonly compact: boolean;
};

/** Changes come in bursts; a picture a burst is enough. */
const settleMs = 150;
const sequence = '\u001b[';
/** Clocks in the picture tick where somebody looks on. */
const tickMs = 1000;

/** How soon a read is tried again that failed for want of an answer. */
const againMs = 2000;

/**
 * Shows what `read` sees, anew whenever stacks, workloads, pods or actions change. Ends only with the process, or when
 * what is shown is gone; an API server that does not answer for a while is waited for.
 */
export async function follow<Seen>(
  connection: Connection,
  { everywhere }: { readonly everywhere: boolean },
  terminal: Terminal,
  followed: Followed<Seen>,
): Promise<ExitCode> {
  const wake = waker();
  const informers = watchedResources.map((resource) =>
    informerOf(connection, resource, everywhere, wake.now),
  );
  for (const informer of informers) informer.start();
  const draw = screen(terminal, followed.compact);
  for (;;) {
    const failed = await followed.read().then(
      (seen) => draw(followed.print(seen)),
      (error: unknown) => complain(error, terminal),
    );
    const tick = terminal.live && !followed.compact ? tickMs : undefined;
    await wake.next(failed === 'failed' ? againMs : tick);
  }
}

function complain(error: unknown, terminal: Terminal): 'failed' {
  if (error instanceof Refusal) throw error;
  terminal.err(`${textOf(error)}; trying again\n`);
  return 'failed';
}

const watchedResources: readonly Resource[] = [
  resourceOf('EcommerceStack'),
  resourceOf('Deployment'),
  resourceOf('StatefulSet'),
  resourceOf('Pod'),
  actionResource,
];

function informerOf(
  connection: Connection,
  resource: Resource,
  everywhere: boolean,
  onChange: () => void,
): Informer {
  const informer = new Informer({
    client: connection.client,
    resource,
    namespaces: everywhere ? [] : [connection.namespace],
    metadataOnly: true,
    required: false,
  });
  informer.cache.onChange(onChange);
  return informer;
}

/** Writes what differs from what was written last: over it on a terminal, after it elsewhere. */
function screen(terminal: Terminal, compact: boolean): (text: string) => void {
  let last: string | undefined;
  let height = 0;
  return (text) => {
    if (text === last) return;
    if (terminal.live && !compact) {
      const lines = fit(text, terminal);
      const up = height === 0 ? '' : `${sequence}${height}A${sequence}J`;
      terminal.out(`${up}${lines.map((line) => `${line}\n`).join('')}`);
      height = lines.length;
    } else {
      terminal.out(last === undefined || compact ? text : `\n${text}`);
    }
    last = text;
  };
}

/** As many lines, and as much of each, as the terminal can show: a line that wraps could not be drawn over. */
function fit(text: string, { columns, rows }: Terminal): string[] {
  const lines = text.trimEnd().split('\n');
  const shown =
    lines.length < rows ? lines : [...lines.slice(0, rows - 2), `… ${lines.length - rows + 2} more lines`];
  return shown.map((line) => shorten(line, columns - 1));
}

/** The first `width` characters that are seen; colours count for nothing and end with the line. */
export function shorten(line: string, width: number): string {
  const [plain = '', ...coloured] = line.split(sequence);
  let left = width;
  const take = (text: string): string => {
    const taken = Array.from(text).slice(0, left);
    left -= taken.length;
    return taken.join('');
  };
  return [
    take(plain),
    ...coloured.map((part) => {
      const end = part.indexOf('m') + 1;
      return `${sequence}${part.slice(0, end)}${take(part.slice(end))}`;
    }),
  ].join('');
}

/** Wakes whoever waits, a moment after the first of a burst of calls. */
function waker(): {
  readonly now: () => void;
  readonly next: (atMostMs: number | undefined) => Promise<void>;
} {
  let state: 'idle' | 'due' | 'set' = 'idle';
  let resume: (() => void) | undefined;
  const fire = () => {
    state = 'due';
    resume?.();
  };
  return {
    now: () => {
      if (state !== 'idle') return;
      state = 'set';
      setTimeout(fire, settleMs);
    },
    next: async (atMostMs) => {
      if (state !== 'due') {
        await new Promise<void>((resolve) => {
          resume = resolve;
          if (atMostMs !== undefined) setTimeout(resolve, atMostMs);
        });
      }
      if (state === 'due') state = 'idle';
    },
  };
}
