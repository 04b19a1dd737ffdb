import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { KeyValueStore } from '../../src/store/key-value.ts';

const addScript = {
  lua: "return {redis.call('INCRBY', KEYS[1], ARGV[1]), tonumber(ARGV[1])}",
  twin: (memory: Map<string, unknown>, [name = '']: readonly string[], [by]: readonly string[]): number[] => {
    const sum = Number(memory.get(name) ?? 0) + Number(by);
    memory.set(name, sum);
    return [sum, Number(by)];
  },
};

/** What every key-value store does. `elapse` lets at least that much of the store's time go by. */
export function keyValueSuite(
  open: () => KeyValueStore,
  elapse: (milliseconds: number) => Promise<void>,
): void {
  const key = () => `test:${randomUUID()}`;

  test('a value is there until it is removed', async () => {
    const name = key();
    expect(await open().get(name)).toBeUndefined();
    await open().set(name, 'ünïcode "value"');
    expect(await open().get(name)).toBe('ünïcode "value"');
    await open().set(name, '');
    expect(await open().get(name)).toBe('');
    expect(await open().remove(name)).toBe(true);
    expect(await open().remove(name)).toBe(false);
    expect(await open().get(name)).toBeUndefined();
  });

  test('a value expires, and writing it again without a time keeps it', async () => {
    const [short, kept] = [key(), key()];
    await open().set(short, 'x', { ttlMs: 40 });
    await open().set(kept, 'x', { ttlMs: 40 });
    await open().set(kept, 'y');
    expect(await open().get(short)).toBe('x');
    await elapse(60);
    expect(await open().get(short)).toBeUndefined();
    expect(await open().get(kept)).toBe('y');
  });

  test('of many who claim a key one gets it, until it expires', async () => {
    const name = key();
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, index) => open().claim(name, String(index), 40)),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    await elapse(60);
    expect(await open().claim(name, 'again', 40)).toBe(true);
  });

  test('increments are counted once each, and the counter expires after its first', async () => {
    const name = key();
    const counts = await Promise.all(Array.from({ length: 8 }, () => open().increment(name, 2, 200)));
    expect(counts.toSorted((left, right) => left - right)).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
    await elapse(150);
    expect(await open().increment(name, 1, 200)).toBe(17);
    await elapse(100);
    expect(await open().increment(name, 1, 200)).toBe(1);
  });

  test('a script is one step for everybody', async () => {
    const name = key();
    const twice = () =>
      Promise.all([open().evaluate(addScript, [name], ['2']), open().evaluate(addScript, [name], ['3'])]);
    expect((await twice()).toSorted(([left = 0], [right = 0]) => left - right).map(([sum]) => sum)).toEqual([
      expect.any(Number),
      5,
    ]);
    expect(await open().evaluate(addScript, [name], ['1'])).toEqual([6, 1]);
  });

  test('it answers a ping', async () => {
    await open().ping();
  });
}
