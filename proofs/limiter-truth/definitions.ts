/** What a rule says, told a second time and in other words than the gateway tells it. */
export type Definition = {
  readonly algorithm: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly burst: number;
};

/** Whether one more request at `now` is within the rule, given the times of those that were admitted, in order. */
export function admits(rule: Definition, admitted: readonly number[], now: number): boolean {
  const { limit, windowMs } = rule;
  switch (rule.algorithm) {
    case 'TokenBucket':
      return fitsCurve(rule, admitted, now);
    case 'LeakyBucket':
      return fitsSchedule(rule, admitted, now);
    case 'FixedWindow':
      return since(admitted, now - (now % windowMs)) < limit;
    default:
      return since(admitted, now - windowMs + 1) < limit;
  }
}

// A token bucket is an arrival curve: from each admitted request on, no more than the burst and what flowed in since.
function fitsCurve(
  { limit, windowMs, burst }: Definition,
  admitted: readonly number[],
  now: number,
): boolean {
  for (let index = admitted.length - 1; index >= 0; index -= 1) {
    const count = admitted.length - index + 1;
    if (count * windowMs > burst * windowMs + limit * (now - (admitted[index] ?? 0))) return false;
  }
  return burst >= 1;
}

// A leaky bucket is a schedule: each request has its turn windowMs/limit after the one before, and none comes more than
// burst - 1 turns early. In units of 1/limit ms, so that turns are whole numbers.
function fitsSchedule(
  { limit, windowMs, burst }: Definition,
  admitted: readonly number[],
  now: number,
): boolean {
  let turn = 0n;
  const width = BigInt(windowMs);
  for (const time of admitted) {
    const arrived = BigInt(time) * BigInt(limit);
    turn = (turn > arrived ? turn : arrived) + width;
  }
  return turn - BigInt(now) * BigInt(limit) <= BigInt(burst - 1) * width;
}

function since(admitted: readonly number[], first: number): number {
  let count = 0;
  for (let index = admitted.length - 1; index >= 0 && (admitted[index] ?? 0) >= first; index -= 1) count += 1;
  return count;
}
