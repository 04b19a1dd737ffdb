import { describe, expect, test } from 'vitest';
import { workloadReadiness } from '../../src/status/readiness.ts';
import { deployment, live, statefulSet } from './evidence.ts';

const whole = live(deployment('user-service'));
const withStatus = (changes: Record<string, unknown>) => ({
  ...whole,
  status: { ...(whole['status'] as object), ...changes },
});

describe('a Deployment', () => {
  test('is settled when the present generation runs whole', () => {
    expect(workloadReadiness(whole)).toEqual({ wanted: 2, ready: 2, pods: 2, settled: true, stuck: false });
  });

  test.each([
    ['its controller has not seen the generation', { observedGeneration: 0 }],
    ['a pod runs the old template', { updatedReplicas: 1 }],
    ['an old pod still lives', { replicas: 3 }],
    ['a pod is not available', { availableReplicas: 1 }],
  ])('is not settled while %s', (_name, changes) => {
    expect(workloadReadiness(withStatus(changes)).settled).toBe(false);
  });

  test('is stuck when its own deadline passed, for the present generation only', () => {
    const conditions = [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }];
    expect(workloadReadiness(withStatus({ conditions })).stuck).toBe(true);
    expect(workloadReadiness(withStatus({ conditions, observedGeneration: 0 })).stuck).toBe(false);
  });

  test('that was just made has nothing ready', () => {
    const { status: _none, ...made } = whole;
    expect(workloadReadiness(made)).toEqual({ wanted: 2, ready: 0, pods: 1, settled: false, stuck: false });
  });

  test('that is scaled to nothing is settled', () => {
    const none = {
      ...withStatus({ replicas: 0, updatedReplicas: 0, availableReplicas: 0 }),
      spec: { replicas: 0 },
    };
    expect(workloadReadiness(none).settled).toBe(true);
  });
});

test('a StatefulSet is settled only when every pod is of the update revision', () => {
  const store = live(statefulSet('shop-postgres'));
  const revisions = (currentRevision: string) => ({
    ...store,
    status: { ...(store['status'] as object), currentRevision, updateRevision: 'b' },
  });
  expect(workloadReadiness(revisions('a')).settled).toBe(false);
  expect(workloadReadiness(revisions('b')).settled).toBe(true);
});
