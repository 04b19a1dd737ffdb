import { expect, test } from 'vitest';
import { Doubts } from '../src/doubts.ts';
import { VirtualClock } from '../src/testing/index.ts';

function aWorld() {
  const clock = new VirtualClock();
  const at: number[] = [];
  return { clock, at, doubts: new Doubts(clock, () => at.push(clock.monotonic() / 1000)) };
}

test('silence about a key that waits is doubted after 30 s, then after twice as long each time, up to 10 min', async () => {
  const { clock, at, doubts } = aWorld();
  doubts.waits('key');
  await clock.advance(2_400_000);
  expect(at).toEqual([30, 90, 210, 450, 930, 1530, 2130]);
});

test('every look at the key begins the silence anew, and a key that waits for nothing is not doubted', async () => {
  const { clock, at, doubts } = aWorld();
  for (let look = 0; look < 5; look += 1) {
    doubts.waits('key');
    await clock.advance(29_000);
  }
  doubts.settles('key');
  await clock.advance(100_000);
  expect(at).toEqual([]);
});

test('what ends after stop leaves no timer behind: a process can end', () => {
  const { clock, doubts } = aWorld();
  doubts.waits('early');
  doubts.stop();
  doubts.waits('late');
  expect(clock.pending).toBe(0);
});
