/**
 * Runs `work` with a signal that aborts with the first of `sources`. Unlike that of `AbortSignal.any`, its ties end with the
 * work: Node keeps an entry for each such signal at the source for as long as the source lives, and ours live long.
 */
export async function withSignals<T>(
  sources: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const ties = sources.map((source) => {
    const abort = (): void => controller.abort(source.reason);
    source.addEventListener('abort', abort, { once: true });
    if (source.aborted) abort();
    return () => source.removeEventListener('abort', abort);
  });
  try {
    return await work(controller.signal);
  } finally {
    for (const untie of ties) untie();
  }
}
