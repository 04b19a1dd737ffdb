import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../audit.ts';
import { secondsToReady } from '../silence-200/fleet.ts';
import { usageOf } from '../silence-200/process.ts';
import { addRequests, noRequests } from '../silence-200/requests.ts';
import { sizeFor } from '../silence-200/size.ts';

function request(verb: string, resource: string, more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    ...{ stage: 'ResponseComplete', verb, user: 'admin', userAgent: 'ecommercestack-operator/1' },
    ...{ resource, group: '', subresource: '', namespace: 'dev', name: 'x', code: 200, time: '', uri: '' },
    ...more,
  };
}

test('a run without a limit is whole, a short one smaller, a hunt small', () => {
  expect(sizeFor(1780, false)).toEqual({ stacks: 200, seconds: 600, calm: 65 });
  expect(sizeFor(480, false).stacks).toBe(64);
  expect(sizeFor(30, false).stacks).toBe(10);
  expect(sizeFor(1780, true)).toMatchObject({ stacks: 5, seconds: 20 });
});

describe('requests', () => {
  const actor = { userAgent: 'ecommercestack-operator' };

  test('are counted by what they are for, watches when they open', () => {
    const events = [
      request('patch', 'services', { code: 409 }),
      request('get', 'services'),
      request('list', 'pods'),
      request('update', 'leases'),
      request('get', 'leases'),
      request('watch', 'pods', { stage: 'ResponseStarted' }),
      request('watch', 'pods'),
      request('patch', 'pods', { userAgent: 'kwok' }),
    ];
    const counted = addRequests(noRequests, events, actor);
    expect(counted).toMatchObject({ refused: 1, lease: 2, watches: 1 });
    expect([counted.writes.length, counted.gets.length, counted.lists.length]).toEqual([1, 1, 1]);
  });

  test('add up', () => {
    const once = addRequests(noRequests, [request('patch', 'services')], actor);
    expect(addRequests(once, [request('patch', 'services')], actor).writes).toHaveLength(2);
  });
});

test('a stack took from its making to its Ready', () => {
  const stack = {
    ...{ apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack' },
    metadata: { name: 'shop', creationTimestamp: '2026-01-01T00:00:00Z' },
    status: { conditions: [{ type: 'Ready', lastTransitionTime: '2026-01-01T00:00:12Z' }] },
  };
  expect(secondsToReady(stack)).toBe(12);
});

test('a process has memory and has used time', () => {
  const { residentMiB, cpuSeconds } = usageOf(process.pid);
  expect(residentMiB).toBeGreaterThan(20);
  expect(cpuSeconds).toBeGreaterThan(0);
});
