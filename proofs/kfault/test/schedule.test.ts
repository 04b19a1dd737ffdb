import { describe, expect, test } from 'vitest';
import type { Plan, RequestFacts } from '../plan.ts';
import { Schedule } from '../schedule.ts';

const write: RequestFacts = {
  lane: 'write',
  method: 'PATCH',
  resource: 'services',
  subresource: '',
  namespace: 'a',
  name: 'x',
};
const read: RequestFacts = { ...write, lane: 'read', method: 'GET' };
const reset = { place: 'Before', fault: { type: 'Reset' } } as const;

/** Positions in the sequence at which some rule struck. */
function struck(plan: Plan, requests: readonly RequestFacts[]): number[] {
  const schedule = new Schedule(plan);
  return requests.flatMap((facts, index) => (schedule.request(facts).rule === undefined ? [] : [index + 1]));
}

describe('requests', () => {
  test('are numbered lane by lane', () => {
    const schedule = new Schedule({});
    const positions = [write, read, read, write].map((facts) => schedule.request(facts).request.position);
    expect(positions).toEqual([1, 1, 2, 2]);
    expect(schedule.verdict().counted).toEqual({ write: 2, read: 2, watch: 0, lease: 0, event: 0 });
  });

  test('are struck at the given match of a rule, not of another one', () => {
    const plan = { requests: [{ ...reset, on: { lane: 'write', resource: 'services' }, at: 2 }] } as const;
    const other = { ...write, resource: 'pods' };
    expect(struck(plan, [other, write, read, write, write])).toEqual([4]);
  });

  test('two rules count on their own: a pair of faults', () => {
    const on = { lane: 'write' } as const;
    const plan = {
      requests: [
        { ...reset, on, at: 2 },
        { ...reset, on, at: 4 },
      ],
    };
    expect(struck(plan, Array(6).fill(write))).toEqual([2, 4]);
  });

  test('a fraction is drawn from the seed, and the same again', () => {
    const plan = (seed: number): Plan => ({
      seed,
      requests: [{ ...reset, on: { lane: 'write' }, fraction: 0.3 }],
    });
    const many = Array(1000).fill(write);
    const first = struck(plan(7), many);
    expect(first.length).toBeGreaterThan(230);
    expect(first.length).toBeLessThan(370);
    expect(struck(plan(7), many)).toEqual(first);
    expect(struck(plan(8), many)).not.toEqual(first);
  });

  test('times bounds how often a rule strikes', () => {
    const plan = { requests: [{ ...reset, on: { lane: 'write' }, times: 2 }] } as const;
    expect(struck(plan, Array(5).fill(write))).toEqual([1, 2]);
  });

  test('the verdict tells what became of each', () => {
    let now = 1000;
    const plan = { requests: [{ ...reset, on: { lane: 'write' }, at: 2 }] } as const;
    const schedule = new Schedule(plan, () => now);
    const { request } = schedule.request(write);
    schedule.answered(request, 201);
    now = 1250;
    schedule.request(write);
    const { requests, struck: times } = schedule.verdict();
    expect(requests).toEqual([
      { ...write, position: 1, milliseconds: 0, upstream: 201 },
      { ...write, position: 2, milliseconds: 250, fault: 'Reset', place: 'Before' },
    ]);
    expect(times).toEqual({ requests: [1], events: [] });
  });
});

describe('events', () => {
  const event = { resource: 'pods', namespace: 'a', type: 'MODIFIED', initial: false } as const;
  const drop = { type: 'Drop' } as const;

  test('the nth of a resource is struck; initial ones and bookmarks do not count', () => {
    const schedule = new Schedule({ events: [{ on: { resource: 'pods' }, at: 2, fault: drop }] });
    expect(schedule.event({ ...event, initial: true })).toBeUndefined();
    expect(schedule.event(event)).toBeUndefined();
    expect(schedule.event({ ...event, type: 'BOOKMARK' })).toBeUndefined();
    expect(schedule.event({ ...event, resource: 'services' })).toBeUndefined();
    expect(schedule.event(event)).toEqual(drop);
    expect(schedule.verdict().events).toEqual({ pods: 2, services: 1 });
  });

  test('initial objects and bookmarks are struck where a rule asks for them', () => {
    const schedule = new Schedule({
      events: [
        { on: { initial: true }, fault: drop },
        { on: { types: ['BOOKMARK'] }, fault: { type: 'Silence' } },
      ],
    });
    expect(schedule.event({ ...event, initial: true })).toEqual(drop);
    expect(schedule.event({ ...event, type: 'BOOKMARK' })).toEqual({ type: 'Silence' });
    expect(schedule.event(event)).toBeUndefined();
  });
});
