import { expect, test } from 'vitest';
import { type Draw, liveHistory } from '../../src/testing/rollout-history.ts';

/** Draws that depend on nothing but the seed (mulberry32). */
function drawFrom(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

test('every rule of a rollout holds at every event of 1,000 histories', () => {
  const failures: string[] = [];
  const states: Record<string, number> = {};
  for (let seed = 1; seed <= 1000 && failures.length < 3; seed++) {
    const result = liveHistory(drawFrom(seed), 60);
    for (const [state, times] of Object.entries(result.states)) states[state] = (states[state] ?? 0) + times;
    if (result.failure !== undefined) failures.push(`seed ${seed}: ${result.failure}`);
  }
  expect(failures).toEqual([]);
  // Histories that never reach a state would say nothing about it.
  expect(Object.keys(states).toSorted()).toEqual([
    ...['Aborted', 'Clearing', 'Draining', 'Holding', 'Keeping', 'Pinning'],
    ...['Reverting', 'Scaling', 'Shifting', 'Stable'],
  ]);
}, 60_000);
