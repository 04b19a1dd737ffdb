import { expect, test } from 'vitest';
import { Pace } from '../src/pace.ts';
import { VirtualClock } from '../src/testing/index.ts';

function aPace() {
  const clock = new VirtualClock();
  const options = { spacingMs: 1_000, backoff: { base: 500, cap: 4_000 } };
  return { clock, pace: new Pace(options, clock, () => 0.999) };
}

/** Waits after so many connects that live for `lifeMs` and then break. */
async function broken(times: number, lifeMs: number): Promise<number[]> {
  const { clock, pace } = aPace();
  const waits: number[] = [];
  for (let time = 0; time < times; time += 1) {
    pace.connecting();
    pace.opened();
    await clock.advance(lifeMs);
    const wait = pace.afterFailure();
    waits.push(Math.round(wait / 10) * 10);
    await clock.advance(Math.max(wait, pace.spacing));
  }
  return waits;
}

test('a connect that fails is tried again ever more rarely, until one leads to a stream', () => {
  const { pace } = aPace();
  const failed = () => {
    pace.connecting();
    return Math.round(pace.afterFailure() / 10) * 10;
  };
  expect([1, 2, 3, 4, 5].map(failed)).toEqual([500, 1_000, 2_000, 4_000, 4_000]);
  pace.connecting();
  pace.opened();
  pace.afterFailure();
  expect(failed()).toBe(500);
});

test('streams that break in a row are made anew at once, as long as there are few of them', async () => {
  expect(await broken(7, 400)).toEqual([...Array(6).fill(500), 4_000]);
});

test('streams that break every quarter of a minute are always made anew at once', async () => {
  expect(new Set(await broken(40, 15_000))).toEqual(new Set([500]));
});

test('connects keep a distance, and an orderly end after a long life needs no wait', async () => {
  const { clock, pace } = aPace();
  pace.connecting();
  expect(pace.spacing).toBeGreaterThan(1_000);
  pace.opened();
  await clock.advance(3_000);
  expect(pace.afterEnd()).toBeGreaterThan(400);
  await clock.advance(3_000);
  expect([pace.spacing < 0, pace.afterEnd()]).toEqual([true, 0]);
});
