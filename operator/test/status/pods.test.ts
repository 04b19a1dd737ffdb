import { expect, test } from 'vitest';
import { podTrouble } from '../../src/status/pods.ts';
import { pod, waiting } from './evidence.ts';

const troubleOf = (status: Record<string, unknown>) => podTrouble(pod('user-service', status));

test.each([
  ['ErrImagePull', 'ImageNotPulled'],
  ['ImagePullBackOff', 'ImageNotPulled'],
  ['ErrImageNeverPull', 'ImageNotPulled'],
  ['InvalidImageName', 'ImageNotPulled'],
  ['CrashLoopBackOff', 'CrashLooping'],
  ['CreateContainerConfigError', 'ConfigurationRefused'],
])('a container that waits with %s is %s', (reason, expected) => {
  expect(troubleOf(waiting(reason))?.reason).toBe(expected);
});

test.each(['ContainerCreating', 'PodInitializing'])(
  'a container that waits with %s is no trouble',
  (reason) => {
    expect(troubleOf(waiting(reason))).toBeUndefined();
  },
);

test('a missing Secret and a missing key are named, with what to do', () => {
  const missing = troubleOf(waiting('CreateContainerConfigError', 'secret "db-secret" not found'));
  expect(missing).toEqual({
    reason: 'SecretMissing',
    message: 'Secret db-secret does not exist; create it in this namespace',
  });
  const key = troubleOf(
    waiting('CreateContainerConfigError', "couldn't find key host in Secret dev/db-secret"),
  );
  expect(key?.message).toBe(
    'Secret db-secret has no key host; add the key or name another one in secretRef.keys',
  );
});

test('an init container counts too, and the first trouble is told', () => {
  const status = {
    initContainerStatuses: [{ name: 'init', image: 'a', state: { waiting: { reason: 'ErrImagePull' } } }],
    ...waiting('CrashLoopBackOff'),
  };
  expect(troubleOf(status)?.reason).toBe('ImageNotPulled');
});

test('a crash says how it ended and where to read more', () => {
  const status = {
    containerStatuses: [
      {
        name: 'main',
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
      },
    ],
  };
  expect(troubleOf(status)?.message).toMatch(
    /OOMKilled, exit code 137; see kubectl logs user-service-x -c main --previous/,
  );
});

test('a pod that fits nowhere says why', () => {
  const conditions = [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/1 nodes: Insufficient cpu',
    },
  ];
  expect(troubleOf({ conditions })).toMatchObject({
    reason: 'Unschedulable',
    message: expect.stringMatching(/Insufficient cpu; add room/),
  });
  expect(
    troubleOf({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
  ).toBeUndefined();
});

test('a pod that ends, a running one and one without status are no trouble', () => {
  const ending = pod('user-service', waiting('ErrImagePull'));
  ending.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  expect(podTrouble(ending)).toBeUndefined();
  expect(troubleOf({ containerStatuses: [{ name: 'main', state: { running: {} } }] })).toBeUndefined();
  expect(troubleOf({})).toBeUndefined();
});
