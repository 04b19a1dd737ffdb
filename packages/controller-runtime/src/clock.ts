/** Ends a pending timer; calling it after the timer fired does nothing. */
export type Cancel = () => void;

/** Time as this package sees it; tests pass a virtual one. */
export interface Clock {
  /** Wall clock in milliseconds since 1970: only for timestamps that others read. */
  now(): number;
  /** Milliseconds that never go backwards: for every deadline and back-off. */
  monotonic(): number;
  /** Runs `callback` once after `milliseconds`. */
  after(milliseconds: number, callback: () => void): Cancel;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `milliseconds` (at once when not positive), or when `signal` aborts; never rejects. */
export function pause(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true || milliseconds <= 0) {
      resolve();
      return;
    }
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(milliseconds, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** A point in time as Kubernetes' MicroTime: always six fraction digits, as the API server demands. */
export function microTime(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const micros = Math.floor((milliseconds - whole) * 1000);
  return new Date(whole).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}
