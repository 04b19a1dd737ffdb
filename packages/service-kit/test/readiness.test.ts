import { describe, expect, test } from 'vitest';
import type { Dependency } from '../src/config/row.ts';
import { type Check, checkDependencies, singleFlight, toReadiness } from '../src/readiness.ts';

const up: Check = { name: 'postgres', ok: true, required: true };
const down: Check = { name: 'postgres', ok: false, required: true };
const lost: Check = { name: 'kafka', ok: false, required: false };

describe('readiness', () => {
  test.each([
    ['running, all there', 'running', [up], { status: 'ready' }],
    ['running, a store away', 'running', [down], { status: 'not-ready', reason: 'dependency' }],
    ['running, without what it survives', 'running', [up, lost], { status: 'degraded' }],
    ['running, both away', 'running', [down, lost], { status: 'not-ready', reason: 'dependency' }],
    ['starting, all there', 'starting', [up], { status: 'not-ready', reason: 'starting' }],
    ['draining, all there', 'draining', [up], { status: 'not-ready', reason: 'draining' }],
    ['running, without any store', 'running', [], { status: 'ready' }],
  ] as const)('%s', (_, state, checks, expected) => {
    expect(toReadiness(state, checks)).toEqual({ ...expected, checks });
  });
});

test('a check that rejects or does not end has failed, and names no secret', async () => {
  const pings = new Map<Dependency, () => Promise<void>>([
    ['postgres', async () => {}],
    ['redis', () => Promise.reject(new Error('redis://:hunter2@db'))],
    ['kafka', () => new Promise(() => {})],
  ]);
  expect(await checkDependencies(pings, ['kafka'])).toEqual([
    { name: 'postgres', ok: true, required: true },
    { name: 'redis', ok: false, required: true, detail: 'Error' },
    { name: 'kafka', ok: false, required: false, detail: 'TimeoutError' },
  ]);
});

test('all who ask at once share one run, and later ones get a new one', async () => {
  let runs = 0;
  const shared = singleFlight(async () => {
    runs += 1;
    return runs;
  });
  expect(await Promise.all([shared(), shared(), shared()])).toEqual([1, 1, 1]);
  expect(await shared()).toBe(2);
});
