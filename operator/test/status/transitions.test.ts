import { expect, test } from 'vitest';
import { summarize } from '../../src/status/summarize.ts';
import { transitions } from '../../src/status/transitions.ts';
import { deployment, evidence, live, pod, stackWith, waiting } from './evidence.ts';

const ready = summarize(evidence());
const after = (changes: Parameters<typeof evidence>[0]) =>
  summarize(evidence({ ...changes, stack: stackWith({ exposure: { type: 'None' } }, ready) }));
const half = [live(deployment('user-service'), 1), ...evidence().seen.slice(1)];

test('equal statuses tell of nothing', () => {
  expect(transitions(ready, ready)).toEqual([]);
  expect(transitions(ready, after({}))).toEqual([]);
});

test('becoming Ready is told once', () => {
  expect(transitions(undefined, ready)).toEqual([
    { type: 'Normal', reason: 'Ready', action: 'Reconcile', note: '2 services run' },
  ]);
});

test('waiting is no warning, breaking is', () => {
  expect(transitions(ready, after({ seen: half }))).toMatchObject([
    { type: 'Normal', reason: 'Progressing' },
  ]);
  const pods = [pod('user-service', waiting('CrashLoopBackOff'))];
  expect(transitions(ready, after({ seen: half, pods }))).toMatchObject([
    { type: 'Warning', reason: 'Degraded' },
  ]);
});

test('what a person has to mend is told with its reason, and not again while it stays', () => {
  const broken = after({ missingSecrets: ['db'] });
  expect(transitions(ready, broken).map(({ reason }) => reason)).toEqual(['SecretMissing', 'Degraded']);
  expect(transitions(broken, broken)).toEqual([]);
});
