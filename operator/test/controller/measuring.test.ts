import { VirtualClock } from '@ecommercestack/controller-runtime/testing';
import { expect, onTestFinished, test } from 'vitest';
import type { EcommerceStackStatus } from '../../src/api/ecommercestack.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { measuringCanaries } from '../../src/controller/measuring.ts';
import { labelKeys } from '../../src/desired/labels.ts';
import type { Reading } from '../../src/measurement/reading.ts';
import { completedOf } from '../api/stacks.ts';
import { userService } from './shop-world.ts';

const metric = { name: 'errors', provider: 'prom', query: 'e{d="{{deployment}}"}', max: '0.01' };

function canaryOf(metrics: readonly Record<string, unknown>[]) {
  return userService({
    rollout: {
      strategy: 'Canary',
      canary: { steps: [{ weight: 10, hold: { type: 'Approval' } }], analysis: { interval: '10s', metrics } },
    },
  });
}

function deployment(revision: string): KubernetesObject {
  return {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
    metadata: {
      name: `user-service-${revision}`,
      labels: { [labelKeys.service]: 'user', [labelKeys.revision]: revision },
    },
  };
}

type Service = NonNullable<EcommerceStackStatus['services']>[number];

function world(metrics: readonly Record<string, unknown>[] = [metric]) {
  const clock = new VirtualClock(Date.UTC(2026, 1, 3));
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const asked: string[] = [];
  const woken: string[] = [];
  let answer: Reading = { value: 0 };
  const measure = measuringCanaries({
    ask: async (provider, query) => {
      asked.push(`${provider} ${query}`);
      return answer;
    },
    clock,
    wake: (key) => woken.push(key),
    signal: stop.signal,
  });
  const stack = completedOf(canaryOf(metrics));
  const service: Service = {
    ...{ name: 'user', stableRevision: 'r1', rolloutID: 'r2-1', desiredWeight: 10, step: 0 },
    rollout: { state: 'Holding', revision: 'r2', given: 10, spent: 0, failures: 0 },
  };
  return {
    clock,
    asked,
    woken,
    service,
    say: (next: Reading) => {
      answer = next;
    },
    reconcile: (now: Service = service) =>
      measure({ stack, status: { services: [now] }, children: [deployment('r1'), deployment('r2')] })['user'],
  };
}

test('a canary with traffic is measured, and the stack is looked at again', async () => {
  const { clock, reconcile, asked, woken } = world();
  expect(reconcile()?.measurements).toEqual([]);
  await clock.advance(0);
  expect(asked).toEqual(['prom e{d="user-service-r2"}']);
  expect(woken).toEqual(['shop/shop']);
  expect(reconcile()).toMatchObject({ rolloutID: 'r2-1', measurements: [{ name: 'errors', value: 0 }] });
});

test('nothing is asked without traffic, without a rollout, or once it is over', async () => {
  const { clock, reconcile, asked, service } = world();
  const { rollout: _rollout, ...rest } = service;
  expect(reconcile(rest)).toBeUndefined();
  expect(
    reconcile({ ...service, rollout: { state: 'Scaling', revision: 'r2', given: 0, spent: 0, failures: 0 } }),
  ).toBeUndefined();
  await clock.advance(60_000);
  expect(asked).toEqual([]);
  reconcile();
  await clock.advance(0);
  expect(asked).toHaveLength(1);
  reconcile(rest);
  await clock.advance(300_000);
  expect(asked).toHaveLength(1);
});

test('a measurement waits until status has it: no failure is lost between two reconciles', async () => {
  const { clock, reconcile, asked, woken, service, say } = world();
  say({ value: 1 });
  reconcile();
  await clock.advance(0);
  say({ value: 0 });
  await clock.advance(10_000);
  expect([asked.length, woken.length]).toEqual([1, 2]);
  const [failed] = reconcile()?.measurements ?? [];
  expect(failed).toMatchObject({ value: 1 });
  const at = new Date(failed?.at ?? 0).toISOString();
  const stored: Service = {
    ...service,
    analysis: [{ name: 'errors', verdict: 'Fail', value: '1', at, failures: 1 }],
  };
  expect(reconcile(stored)?.measurements).toEqual([]);
  await clock.advance(10_000);
  expect(reconcile(stored)?.measurements).toMatchObject([{ value: 0 }]);
});

test('a new process waits for the rest of the interval', async () => {
  const { clock, reconcile, asked, service } = world();
  const at = new Date(clock.now() - 4_000).toISOString();
  reconcile({ ...service, analysis: [{ name: 'errors', verdict: 'Pass', value: '0', at, failures: 0 }] });
  await clock.advance(5_999);
  expect(asked).toHaveLength(0);
  await clock.advance(1);
  expect(asked).toHaveLength(1);
});

test('a metric that compares asks about the stable revision, too', async () => {
  const { clock, reconcile, asked, say } = world([{ ...metric, compare: 'Ratio' }]);
  reconcile();
  await clock.advance(0);
  expect(asked).toEqual(['prom e{d="user-service-r2"}', 'prom e{d="user-service-r1"}']);
  expect(reconcile()?.measurements).toMatchObject([{ value: 0, baseline: 0 }]);
  say({ problem: 'gone' });
});

test('what cannot be measured says why', async () => {
  const { clock, reconcile, say } = world([{ ...metric, compare: 'Difference' }]);
  say({ problem: 'the server is gone' });
  reconcile();
  await clock.advance(0);
  expect(reconcile()?.measurements).toMatchObject([{ problem: 'the server is gone' }]);
});

test('looks that nobody wants any more end', async () => {
  const { clock, reconcile, asked } = world();
  reconcile();
  await clock.advance(400_000);
  expect(asked).toHaveLength(1);
  expect(clock.pending).toBe(0);
});
