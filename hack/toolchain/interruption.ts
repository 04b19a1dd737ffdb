const controller = new AbortController();

/** Aborts when the person interrupts the program; commands and waits that are under way end with it. */
export const interruption: AbortSignal = controller.signal;

/** The reason that everything under way ends with when the person interrupts. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Turns the first SIGINT or SIGTERM into an orderly end and lets the second end the program at once. */
export function handleInterruption(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new Interrupted(`interrupted by ${signal}`));
    });
  }
}
