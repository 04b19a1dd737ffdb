import { expect, test } from 'vitest';
import { inLanes } from '../../src/events/lanes.ts';

const items = [
  ['a', 1],
  ['b', 1],
  ['a', 2],
  ['c', 1],
  ['b', 2],
] as const;

test('keys run side by side, those of one key after each other', async () => {
  const gate = Promise.withResolvers<void>();
  const begun: string[] = [];
  const running = inLanes(
    items,
    ([key]) => key,
    2,
    async ([key, n], index) => {
      expect(items[index]).toEqual([key, n]);
      begun.push(`${key}${n}`);
      if (key === 'a' && n === 1) await gate.promise;
      if (key === 'c') gate.resolve();
    },
  );
  await running;
  expect(begun).toEqual(['a1', 'b1', 'b2', 'c1', 'a2']);
});

test('after a failure nothing new begins, and what is in hand ends first', async () => {
  const gate = Promise.withResolvers<void>();
  const ended: string[] = [];
  const running = inLanes(
    items,
    ([key]) => key,
    3,
    async ([key, n]) => {
      if (key === 'b') throw new Error('broken');
      await gate.promise;
      ended.push(`${key}${n}`);
    },
  );
  gate.resolve();
  await expect(running).rejects.toThrow('broken');
  expect(ended).toEqual(['a1', 'c1']);
});

test('nothing to do is done', async () => {
  await inLanes(
    [],
    () => '',
    4,
    async () => {
      throw new Error('never');
    },
  );
});
