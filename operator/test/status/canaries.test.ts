import { describe, expect, test } from 'vitest';
import { summarize } from '../../src/status/summarize.ts';
import {
  brief,
  canaryEvidence,
  condition,
  evidence,
  now,
  pod,
  rolling,
  stackWith,
  waiting,
} from './evidence.ts';

describe('canaries', () => {
  test('one that holds its weight waits for a person and does not hold Ready', () => {
    const status = summarize(canaryEvidence(20, 20, 2));
    expect(brief(status, 'Ready', 'Reconciling', 'RolloutHealthy')).toEqual([
      'Ready=True/AllAvailable',
      'Reconciling=False/Converged',
      'RolloutHealthy=Unknown/AwaitingApproval',
    ]);
    expect(status.summary).toEqual({ services: '2/2', canary: 'user 20%' });
    expect(status.phase).toBe('Canary');
    expect(status.services?.[0]).toMatchObject({
      revision: 'bbb',
      stableRevision: 'aaa',
      canaryRevision: 'bbb',
      desiredWeight: 20,
      weight: 20,
      version: 'v1.3.0',
      phase: 'Canary',
    });
  });

  test('one without ready pods is starting, and Ready waits', () => {
    const status = summarize(canaryEvidence(0, 20, 0));
    expect(brief(status, 'Ready', 'RolloutHealthy')).toEqual([
      'Ready=False/Progressing',
      'RolloutHealthy=Unknown/CanaryStarting',
    ]);
  });

  test('one that cannot run is said with what to do', () => {
    const sick = pod('user-service-bbb', waiting('ErrImagePull'));
    const status = summarize(canaryEvidence(0, 20, 0, [sick]));
    expect(brief(status, 'RolloutHealthy', 'Stalled')).toEqual([
      'RolloutHealthy=False/CanaryUnavailable',
      'Stalled=True/ImageNotPulled',
    ]);
    expect(condition(status, 'RolloutHealthy').message).toMatch(/revert the spec/);
  });

  test('a revision that ran whole is entered once; a canary that went away is entered as it ended', () => {
    const first = summarize(evidence());
    expect(first.services?.[0]?.history).toEqual([
      { revision: 'aaa', version: 'v1.2.3', result: 'Promoted', at: now },
    ]);
    const during = summarize({
      ...canaryEvidence(20, 20, 2),
      stack: stackWith({ exposure: { type: 'None' } }, first),
    });
    const alone = rolling('user');
    const ended = [{ revision: 'bbb', result: 'Aborted' as const, by: 'jane', why: 'slow' }];
    const after = summarize(
      evidence({
        stack: stackWith({ exposure: { type: 'None' } }, during),
        decisions: [
          { ...alone, ...(alone.turn && { turn: { ...alone.turn, endings: ended } }) },
          rolling('product'),
        ],
      }),
    );
    expect(after.services?.[0]?.history?.[0]).toMatchObject({ by: 'jane', why: 'slow' });
    expect(after.services?.[0]?.history?.map(({ revision, result }) => `${revision} ${result}`)).toEqual([
      'bbb Aborted',
      'aaa Promoted',
    ]);
  });
});
