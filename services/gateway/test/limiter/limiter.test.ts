import type { KeyValueStore } from '@ecommercestack/service-kit';
import { createMemoryKeyValues } from '@ecommercestack/service-kit/testing';
import { describe, expect, test } from 'vitest';
import { toRule } from '../../src/domain/limits/rule.ts';
import { createLimiter, type Sharing } from '../../src/limiter/limiter.ts';

// Twenty seconds before a minute ends.
const start = 1_700_000_080_000;
const strict: Sharing = { mode: 'Strict', withoutRedis: 'Local' };
const fast: Sharing = { mode: 'Fast', withoutRedis: 'Local' };
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const rule = (limit: number) => toRule({ name: 'caller', algorithm: 'FixedWindow', limit, windowMs: 60_000 });

/** Gateways that share one store on one clock. */
function gateways(count: number) {
  const clock = { time: start, now: () => clock.time };
  const shared = createMemoryKeyValues(clock);
  const state = { away: false };
  const store: Pick<KeyValueStore, 'evaluate'> = {
    evaluate: (...call) => (state.away ? Promise.reject(new Error('gone')) : shared.evaluate(...call)),
  };
  const limiters = Array.from({ length: count }, () => createLimiter({ store, clock, log }));
  const send = async (requests: number, sharing: Sharing, limit = 100, key = 'ann') => {
    const verdicts = await Promise.all(
      Array.from({ length: requests }, async (_, index) =>
        limiters[index % count]?.decide([{ rule: rule(limit), key }], sharing),
      ),
    );
    return verdicts.filter((ruling) => ruling?.verdict === 'admitted').length;
  };
  const commands = () => limiters.reduce((sum, limiter) => sum + limiter.commands(), 0);
  return { clock, state, limiters, send, commands };
}

describe('over two gateways', () => {
  test('strict: exactly the limit is admitted, and all that comes at once is asked in few commands', async () => {
    const { send, commands } = gateways(2);
    expect(await send(250, strict)).toBe(100);
    expect(commands()).toBeLessThanOrEqual(4);
  });

  test('a refused key costs no command until its rule could admit it', async () => {
    const { send, commands, clock } = gateways(1);
    await send(101, strict);
    const before = commands();
    clock.time += 19_999;
    expect(await send(50, strict)).toBe(0);
    expect(commands()).toBe(before);
    clock.time += 1;
    expect(await send(150, strict)).toBe(100);
  });

  test('fast: the limit is kept, and most decisions cost no command', async () => {
    const { send, commands, clock } = gateways(2);
    let admitted = 0;
    for (let turn = 0; turn < 500; turn += 1) {
      admitted += await send(50, fast, 20_000);
      clock.time += 10;
    }
    expect(admitted).toBeGreaterThan(19_700);
    expect(admitted).toBeLessThanOrEqual(20_000);
    expect(commands() / 25_000).toBeLessThan(0.05);
  });

  test('fast: a caller who comes slowly forfeits nothing', async () => {
    const { send, clock } = gateways(1);
    let admitted = 0;
    for (let turn = 0; turn < 40; turn += 1) {
      admitted += await send(1, fast, 1000);
      clock.time += 1001;
    }
    expect(admitted).toBe(40);
  });

  test('fast: what was charged and not spent within a second is forfeited, not spent later', async () => {
    const { send, clock } = gateways(1);
    for (let turn = 0; turn < 30; turn += 1) await send(1, fast, 1000);
    clock.time += 2000;
    expect(await send(2000, fast, 1000)).toBeLessThanOrEqual(970);
  });
});

describe('without Redis', () => {
  test.each([
    ['Local', ['admitted', 'admitted', 'refused']],
    ['Refuse', ['unknown', 'unknown', 'unknown']],
    ['Admit', ['admitted', 'admitted', 'admitted']],
  ] as const)('%s', async (withoutRedis, expected) => {
    const { limiters, state } = gateways(1);
    state.away = true;
    const verdicts: unknown[] = [];
    for (let turn = 0; turn < 3; turn += 1)
      verdicts.push(
        (await limiters[0]?.decide([{ rule: rule(2), key: 'ann' }], { mode: 'Strict', withoutRedis }))
          ?.verdict,
      );
    expect(verdicts).toEqual(expected);
  });

  test('it is asked again once a second, and then counts for all again', async () => {
    const { send, state, commands, clock } = gateways(2);
    state.away = true;
    expect(await send(10, strict, 3)).toBe(6);
    const before = commands();
    state.away = false;
    expect(await send(10, strict, 3)).toBe(0);
    expect(commands()).toBe(before);
    clock.time += 1000;
    expect(await send(10, strict, 3)).toBe(3);
  });

  test('a store that never answers is given up, and requests go on', async () => {
    const clock = { now: () => start };
    const limiter = createLimiter({ store: { evaluate: () => new Promise(() => {}) }, clock, log });
    const ruling = await limiter.decide([{ rule: rule(1), key: 'ann' }], strict);
    expect(ruling.verdict).toBe('admitted');
    expect((await limiter.decide([{ rule: rule(1), key: 'ann' }], strict)).verdict).toBe('refused');
  });
});
