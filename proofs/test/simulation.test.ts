import { expect, test } from 'vitest';
import { createLife } from '../simulation/mortal.ts';
import { createSimulatedTime } from '../simulation/time.ts';
import { simulate } from '../simulation/world.ts';

test('the same seed is the same run, to the byte; another seed is another run', async () => {
  const [first, again, other] = [await simulate(41), await simulate(41), await simulate(42)];
  expect(again).toEqual(first);
  expect(other.trace).not.toBe(first.trace);
});

test('simulated shops keep their invariants', async () => {
  let deaths = 0;
  for (let seed = 100; seed < 140; seed += 1) {
    const shop = await simulate(seed);
    expect(shop.failures).toEqual([]);
    deaths += shop.deaths;
  }
  expect(deaths).toBeGreaterThan(10);
});

test('time jumps to who sleeps least, and a signal ends a sleep', async () => {
  const { clock, pause, run } = createSimulatedTime(0);
  const woken: string[] = [];
  const wake = (name: string) => () => woken.push(`${name}@${clock.now()}`);
  const waking = new AbortController();
  void pause(20).then(wake('later'));
  void pause(10).then(wake('sooner'));
  void pause(1000, waking.signal).then(wake('woken'));
  void pause(15).then(() => waking.abort());
  expect(await run(() => woken.length === 3, 100)).toBe(true);
  expect(woken).toEqual(['sooner@10', 'woken@15', 'later@20']);
  expect(await run(() => false, 100)).toBe(false);
});

test('a process dies before or after the effect of its last call and is never heard of again', async () => {
  for (const when of ['before', 'after'] as const) {
    const done: number[] = [];
    const answered: number[] = [];
    let died = 0;
    const life = createLife({ call: 2, when }, () => {
      died += 1;
    });
    for (const call of [1, 2, 3]) void life.live(async () => done.push(call)).then(() => answered.push(call));
    await new Promise((resolve) => setImmediate(resolve));
    expect({ when, done, died, over: life.isOver() }).toEqual({
      when,
      done: when === 'before' ? [1] : [1, 2, 3],
      died: 1,
      over: true,
    });
    expect(answered).not.toContain(2);
  }
});
