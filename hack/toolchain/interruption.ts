const controller = new AbortController();

/** Aborts when the person interrupts the program; commands and waits that are under way end with it. */
export const interruption: AbortSignal = controller.signal;

/** The reason that everything under way ends with when the person interrupts. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** A terminal and npm both pass on the same Ctrl-C; only what comes later is a second one. */
const SAME_KEYSTROKE_MS = 1000;

/** Turns the first SIGINT or SIGTERM into an orderly end and lets a second one end the program at once. */
export function handleInterruption(): void {
  let first = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted && performance.now() - first > SAME_KEYSTROKE_MS) process.exit(130);
      if (!controller.signal.aborted) first = performance.now();
      controller.abort(new Interrupted(`interrupted by ${signal}`));
    });
  }
}
