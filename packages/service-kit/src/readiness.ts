import type { Dependency } from './config/row.ts';

export type Check = {
  readonly name: Dependency;
  readonly ok: boolean;
  readonly required: boolean;
  readonly detail?: string;
};

export type Readiness = {
  readonly status: 'ready' | 'degraded' | 'not-ready';
  readonly reason?: 'starting' | 'draining' | 'dependency';
  readonly checks: readonly Check[];
};

const checkTimeoutMs = 2000;

/** Runs the checks of all dependencies at once. A check that does not end in time has failed. */
export async function checkDependencies(
  pings: ReadonlyMap<Dependency, () => Promise<void>>,
  optional: readonly Dependency[],
): Promise<Check[]> {
  return Promise.all(
    [...pings].map(async ([name, ping]) => {
      const required = !optional.includes(name);
      try {
        await withTimeout(ping(), checkTimeoutMs);
        return { name, ok: true, required };
      } catch (error) {
        return { name, ok: false, required, detail: error instanceof Error ? error.name : 'Error' };
      }
    }),
  );
}

/** What `/ready` says: red while starting, draining, or without a store that answers need. */
export function toReadiness(state: 'starting' | 'running' | 'draining', checks: readonly Check[]): Readiness {
  if (state !== 'running') return { status: 'not-ready', reason: state, checks };
  if (checks.some(({ ok, required }) => required && !ok))
    return { status: 'not-ready', reason: 'dependency', checks };
  return { status: checks.every(({ ok }) => ok) ? 'ready' : 'degraded', checks };
}

/** Shares one run of `work` among all who ask while it lasts. */
export function singleFlight<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** Rejects when `work` takes longer than `milliseconds`; the work itself goes on unheeded. */
export async function withTimeout<Result>(work: Promise<Result>, milliseconds: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DOMException(`not done in ${milliseconds} ms`, 'TimeoutError')),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
