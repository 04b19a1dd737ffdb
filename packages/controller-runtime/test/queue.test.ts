import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WorkQueue } from '../src/index.ts';
import { VirtualClock } from '../src/testing/index.ts';

function aQueue() {
  const clock = new VirtualClock();
  return { clock, queue: new WorkQueue({ clock, random: () => 1, backoff: { base: 10, cap: 100 } }) };
}

test('a key that waits already is not put in line twice', async () => {
  const { queue } = aQueue();
  queue.add('a');
  queue.add('b');
  queue.add('a');
  expect(queue.depth).toBe(2);
  expect(await queue.take()).toBe('a');
  expect(await queue.take()).toBe('b');
});

test('a key is held by one worker and comes back after done when it was added meanwhile', async () => {
  const { queue } = aQueue();
  queue.add('a');
  expect(await queue.take()).toBe('a');
  queue.add('a');
  queue.add('b');
  expect(await queue.take()).toBe('b');
  expect(queue.depth).toBe(0);
  queue.done('a');
  expect(await queue.take()).toBe('a');
});

test('a worker that waits gets the next key', async () => {
  const { queue } = aQueue();
  const waiting = queue.take();
  queue.add('a');
  expect(await waiting).toBe('a');
});

test('failures of one key double its wait up to the cap and forget starts over', () => {
  const { queue } = aQueue();
  expect([1, 2, 3, 4, 5, 6].map(() => queue.retry('a'))).toEqual([10, 20, 40, 80, 100, 100]);
  expect(queue.failures('a')).toBe(6);
  queue.forget('a');
  expect(queue.retry('a')).toBe(10);
});

test('a failing key waits outside the line and delays nobody', async () => {
  const { queue, clock } = aQueue();
  queue.retry('bad');
  queue.add('good');
  expect(await queue.take()).toBe('good');
  expect(queue.depth).toBe(0);
  await clock.advance(10);
  expect(await queue.take()).toBe('bad');
});

test('of several delays of one key the earliest counts, and it fires once', async () => {
  const { queue, clock } = aQueue();
  queue.addAfter('a', 50);
  queue.addAfter('a', 20);
  queue.addAfter('a', 80);
  await clock.advance(19);
  expect(queue.depth).toBe(0);
  await clock.advance(1);
  expect(await queue.take()).toBe('a');
  queue.done('a');
  await clock.advance(1_000);
  expect(queue.depth).toBe(0);
});

test('an event does not lose the deadline that the key had asked for', async () => {
  const { queue, clock } = aQueue();
  queue.addAfter('a', 50);
  queue.add('a');
  expect(await queue.take()).toBe('a');
  queue.done('a');
  await clock.advance(50);
  expect(await queue.take()).toBe('a');
});

test('shutting down drops what waits, releases idle workers and resolves when the last key is given back', async () => {
  const { queue, clock } = aQueue();
  queue.add('held');
  expect(await queue.take()).toBe('held');
  const idle = queue.take();
  queue.addAfter('later', 5);
  let drained = false;
  const draining = queue.shutDown().then(() => {
    drained = true;
  });
  expect(await idle).toBeUndefined();
  await clock.advance(10);
  expect(drained).toBe(false);
  queue.done('held');
  await draining;
  queue.add('late');
  expect(await queue.take()).toBeUndefined();
});

test('depth, waits and retries are told; a wait counts from the first add', async () => {
  const told: string[] = [];
  const clock = new VirtualClock();
  const observer = {
    onDepth: (depth: number) => told.push(`depth ${depth}`),
    onTake: (waitedMs: number) => told.push(`waited ${waitedMs}`),
    onRetry: () => told.push('retry'),
  };
  const queue = new WorkQueue({ clock, observer });
  queue.add('a');
  await clock.advance(30);
  queue.add('a');
  await clock.advance(10);
  await queue.take();
  queue.retry('a');
  expect(told).toEqual(['depth 1', 'depth 0', 'waited 40', 'retry']);
});

test('hurried, keys that wait after a failure come at once; those that asked for a delay do not', async () => {
  const { queue, clock } = aQueue();
  queue.addAfter('later', 50);
  for (let failure = 0; failure < 4; failure += 1) queue.retry('failed');
  queue.hurry();
  expect([queue.depth, await queue.take()]).toEqual([1, 'failed']);
  expect(queue.failures('failed')).toBe(4);
  queue.done('failed');
  await clock.advance(50);
  expect([queue.depth, await queue.take(), clock.pending]).toEqual([1, 'later', 0]);
});

test('shutting down leaves no timer that would keep a process alive', async () => {
  const { queue, clock } = aQueue();
  queue.addAfter('a', 60_000);
  await queue.shutDown();
  expect(clock.pending).toBe(0);
});

test('any interleaving: no key is held twice, and every key added is worked on after its last add', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.constant({ kind: 'take' as const }),
    fc.record({ kind: fc.constant('done' as const), index: fc.nat(2) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { queue } = aQueue();
      const held: string[] = [];
      const owed = new Set<string>();
      const take = async (): Promise<void> => {
        const key = (await queue.take()) ?? '';
        expect(held).not.toContain(key);
        held.push(key);
        owed.delete(key);
      };
      for (const each of steps) {
        if (each.kind === 'add') {
          owed.add(each.key);
          queue.add(each.key);
        } else if (each.kind === 'take' && queue.depth > 0) await take();
        else if (each.kind === 'done' && held[each.index] !== undefined) {
          for (const key of held.splice(each.index, 1)) queue.done(key);
        }
      }
      while (held.length > 0 || queue.depth > 0) {
        if (queue.depth > 0) await take();
        else for (const key of held.splice(0, 1)) queue.done(key);
      }
      expect([...owed]).toEqual([]);
    }),
  );
});
