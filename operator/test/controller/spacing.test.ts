import { expect, test } from 'vitest';
import { spaced } from '../../src/controller/spacing.ts';

function counted(fail = false) {
  let now = 1_000;
  let runs = 0;
  const work = spaced(
    async () => {
      runs += 1;
      if (fail) throw new Error('no');
      return {};
    },
    200,
    { monotonic: () => now },
  );
  const signal = new AbortController().signal;
  return {
    run: (key = 'a') => work(key, signal),
    runs: () => runs,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('the first change is acted on at once, the next ones together after the spacing', async () => {
  const { run, runs, pass } = counted();
  await run();
  pass(50);
  expect(await run()).toEqual({ requeueAfter: 150 });
  expect(await run()).toEqual({ requeueAfter: 150 });
  expect(runs()).toBe(1);
  pass(150);
  await run();
  expect(runs()).toBe(2);
});

test('keys do not wait for each other', async () => {
  const { run, runs } = counted();
  await run('a');
  await run('b');
  expect(runs()).toBe(2);
});

test('a failure is left to the back-off of the queue', async () => {
  const { run, runs } = counted(true);
  await expect(run()).rejects.toThrow('no');
  await expect(run()).rejects.toThrow('no');
  expect(runs()).toBe(2);
});
