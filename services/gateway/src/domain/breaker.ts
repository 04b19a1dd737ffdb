/** When a service that fails is left alone. */
export type BreakerRule = {
  /** Requests within a window without which nothing is decided. */
  readonly minimum: number;
  /** Part of them that has to fail, in per cent. */
  readonly failurePercent: number;
  readonly windowMs: number;
  /** How long it is left alone; then one request is let through at a time. */
  readonly openMs: number;
};

/** The counts of one service. They are changed in place, because every request passes here. */
export type Breaker = {
  windowFrom: number;
  requests: number;
  failures: number;
  /** While this lies ahead, nothing goes through. */
  openUntil: number;
  /** One request tries whether it is well again. */
  isTrying: boolean;
};

export function closedBreaker(): Breaker {
  return { windowFrom: 0, requests: 0, failures: 0, openUntil: 0, isTrying: false };
}

/** Whether a request may go to the service, and whether it is the one that tries it. */
export type Admission = 'yes' | 'trial' | 'no';

/** Whether a request may go to the service; one that may has to be told of with `settle`, or taken back. */
export function admit(breaker: Breaker, now: number): Admission {
  if (breaker.openUntil === 0) return 'yes';
  if (now < breaker.openUntil || breaker.isTrying) return 'no';
  breaker.isTrying = true;
  return 'trial';
}

/** A request that was admitted ended without saying anything about the service. */
export function takeBack(breaker: Breaker, admission: Admission): void {
  if (admission === 'trial') breaker.isTrying = false;
}

/** Takes note of how a request ended; answers true when the breaker opened by it. */
export function settle(
  breaker: Breaker,
  rule: BreakerRule,
  now: number,
  { failed, admission }: { readonly failed: boolean; readonly admission: Admission },
): boolean {
  if (breaker.openUntil > 0) {
    // What was under way when it opened says nothing about now.
    if (admission !== 'trial') return false;
    Object.assign(breaker, closedBreaker(), failed ? { openUntil: now + rule.openMs } : {});
    return failed;
  }
  if (now - breaker.windowFrom >= rule.windowMs)
    Object.assign(breaker, { windowFrom: now, requests: 0, failures: 0 });
  breaker.requests += 1;
  if (failed) breaker.failures += 1;
  const isSick =
    breaker.requests >= rule.minimum && breaker.failures * 100 >= breaker.requests * rule.failurePercent;
  if (isSick) Object.assign(breaker, closedBreaker(), { openUntil: now + rule.openMs });
  return isSick;
}

/** Seconds after which to come again, for one who was not let through. */
export function secondsUntilTry({ openUntil }: Breaker, now: number): number {
  return Math.max(1, Math.ceil((openUntil - now) / 1000));
}
