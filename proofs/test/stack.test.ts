import { expect, test } from 'vitest';
import type { KubeObject } from '../kube/object.ts';
import { unreadyPod } from '../stack.ts';

const pod = (status: unknown, metadata = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'cart-1', ...metadata },
  status,
});

test('of a pod that is ready nothing is said', () => {
  expect(unreadyPod(pod({ conditions: [{ type: 'Ready', status: 'True' }] }))).toEqual([]);
});

test('of one that is not: what is unmet, and which container does what', () => {
  const [line] = unreadyPod(
    pod(
      {
        conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
        containerStatuses: [
          { name: 'istio-proxy', ready: true, state: { running: {} } },
          { name: 'cart', ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } },
        ],
      },
      { deletionTimestamp: '2026-01-01T00:00:00Z' },
    ),
  );
  expect(line).toContain('pod cart-1: is being deleted; Ready ContainersNotReady; cart {"now":{"waiting"');
  expect(line).not.toContain('istio-proxy');
});

test('of one that was never seen by a node: that', () => {
  expect(unreadyPod(pod(undefined))).toEqual(['pod cart-1: ']);
});
