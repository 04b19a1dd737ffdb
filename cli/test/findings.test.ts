import { describe, expect, it } from 'vitest';
import { conditionReasons } from '../../operator/src/status/reasons.ts';
import { adviceOnSpec, findingCodes, liveFindings } from '../src/findings.ts';
import { secretNames } from '../src/secrets.ts';
import { historyOf } from '../src/view/history.ts';
import { stackView } from '../src/view/stack.ts';
import { anAction, aPicture, condition, now, pod } from './pictures.ts';

const codes = (findings: readonly { code: string }[]) => findings.map(({ code }) => code);
const live = (...changes: Parameters<typeof aPicture>) => liveFindings(stackView(aPicture(...changes), now));

describe('findings in a specification', () => {
  it('warn of a canary that nothing measures, a pause and a tag that moves', () => {
    const byTime = [{ weight: 10, hold: { type: 'Duration' as const, duration: '5m' } }];
    const { stack } = aPicture({ paused: true, rollout: { strategy: 'Canary', canary: { steps: byTime } } });
    const moving = { ...stack, spec: { ...stack.spec, version: 'latest' } };
    expect(codes(adviceOnSpec(moving, 'x'))).toEqual(['ECS1201', 'ECS1202', 'ECS1203']);
    expect(adviceOnSpec(moving, 'x')[0]?.path).toBe('spec.services[user].rollout.canary');
  });

  it('are none where a person approves', () => {
    expect(adviceOnSpec(aPicture().stack, 'x')).toEqual([]);
  });
});

describe('findings in a cluster', () => {
  it('are none for a stack that is well', () => {
    expect(live()).toEqual([]);
  });

  it('have a code for every condition of the table, and its remedy', () => {
    for (const [type, reasons] of Object.entries(conditionReasons)) {
      if (type === 'Ready' || type === 'Reconciling') continue;
      for (const [reason, { status, remedy }] of Object.entries(reasons)) {
        const bad = type === 'Stalled' ? status === 'True' : status !== 'True';
        if (!bad || ['MeshOff', 'NoController', 'AwaitingApproval'].includes(reason)) continue;
        const found = live({ conditions: [condition(type, status, reason, 'm')] });
        expect(found, `${type} ${reason}`).toHaveLength(1);
        if (remedy !== '') expect(found[0]?.remedy).toBe(remedy);
      }
    }
  });

  it('tell of pods, of actions without an answer and of what may not be seen', () => {
    const broken = pod('p', 'user-service', false, {
      containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ErrImagePull' } } }],
    });
    const found = live({
      picture: { pods: [broken], actions: [anAction()], gaps: ['pods are not shown: forbidden'] },
    });
    expect(codes(found)).toEqual(['ECS1009', 'ECS1010', 'ECS1011']);
  });

  it('say each what to do', () => {
    for (const row of Object.values(findingCodes)) expect(row.remedy.length).toBeGreaterThan(10);
  });
});

it('every Secret that a stack names is found with its place', () => {
  const spec = {
    data: { postgres: { secretRef: { name: 'db' } } },
    services: [
      { env: [{ valueFrom: { secretKeyRef: { name: 'a' } } }] },
      { envFrom: [{ secretRef: { name: 'b', optional: true } }] },
    ],
  };
  expect(secretNames({ spec })).toEqual([
    { name: 'db', path: 'spec.data.postgres.secretRef' },
    { name: 'a', path: 'spec.services[0].env[0].valueFrom.secretKeyRef' },
  ]);
});

describe('history', () => {
  const past = {
    revision: 'ssssssssss',
    version: 'v1.2.3',
    result: 'Promoted' as const,
    at: '2026-11-23T10:00:00Z',
  };
  const { stack } = aPicture({ service: { history: [past] } });
  const applied = anAction(
    {},
    { result: 'Applied', appliedAt: '2026-11-23T11:59:30Z', message: 'goes on to 50 %' },
  );
  const pending = anAction({ action: 'SetWeight', weight: 20, onBehalfOf: 'joe' });

  it('answers who, when and why, the newest first', () => {
    const entries = historyOf(stack, [pending, applied]);
    expect(entries.map(({ at, what, result, by }) => [at, what, result, by])).toEqual([
      ['2026-11-23T11:59:30Z', 'Promote', 'Applied', 'jane'],
      ['2026-11-23T11:59:00Z', 'SetWeight 20', 'Pending', 'jane'],
      ['2026-11-23T10:00:00Z', 'Rollout', 'Promoted', undefined],
    ]);
    expect(entries[1]).toMatchObject({ onBehalfOf: 'joe', reason: 'looks fine' });
  });

  it('tells who ended a rollout and why, where that is kept', () => {
    const aborted = { ...past, result: 'Aborted' as const, by: 'jane', why: 'see incident 4711' };
    const { stack: other } = aPicture({ service: { history: [aborted] } });
    expect(historyOf(other, [])).toMatchObject([{ by: 'jane', reason: 'see incident 4711' }]);
  });

  it('leaves out other services and actions of an earlier stack', () => {
    const earlier = anAction({ stackUID: '00000000-0000-4000-8000-000000000000' });
    expect(historyOf(stack, [earlier], 'cart')).toEqual([]);
    expect(historyOf(stack, [earlier])).toHaveLength(1);
  });
});
