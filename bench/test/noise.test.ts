import { expect, test } from 'vitest';
import { keepQuiet, noiseBetween, parseMachineTime } from '../noise.ts';

const stat = (user: number, idle: number, steal: number) =>
  parseMachineTime(`cpu  ${user} 0 0 ${idle} 0 0 0 ${steal} 0 0\ncpu0 1 1 1 1\n`);

test('what is neither idle nor ours nor stolen is foreign', () => {
  // 1000 jiffies: 600 idle, 50 stolen, 350 busy, of which 3 s are ours.
  const noise = noiseBetween(stat(0, 0, 0), stat(350, 600, 50), 3);
  expect(noise).toEqual({ steal: 0.05, foreign: 0.05 });
});

test('no time and more of our own than was counted are no noise', () => {
  expect(noiseBetween(stat(1, 1, 1), stat(1, 1, 1), 0)).toEqual({ steal: 0, foreign: 0 });
  expect(noiseBetween(stat(0, 0, 0), stat(100, 100, 0), 9).foreign).toBe(0);
});

test('noisy pairs are dropped as long as enough are left', () => {
  const pairs = [0, 0.01, 0.2, 0.04].map((foreign) => ({ noise: { steal: 0, foreign } }));
  expect(keepQuiet(pairs, 3)).toHaveLength(3);
  expect(keepQuiet(pairs, 4)).toHaveLength(4);
  expect(keepQuiet([{ noise: { steal: 0.5, foreign: 0 } }, ...pairs], 3)).toHaveLength(3);
});
