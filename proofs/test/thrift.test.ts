import { describe, expect, test } from 'vitest';
import { validateStack } from '../../operator/src/api/validate.ts';
import type { AuditEvent } from '../audit.ts';
import { randomFrom } from '../random.ts';
import { drawChanges, drawSpec } from '../thrift/draw.ts';
import { differenceOf, judgeWrites, pictureOf, summaryOf } from '../thrift/ledger.ts';
import { judgePhase } from '../thrift/phase.ts';
import { judgeStatus } from '../thrift/status.ts';

const operator = { userAgent: 'ecommercestack-operator' };

function request(verb: string, resource: string, name: string, more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    ...{ stage: 'ResponseComplete', verb, user: 'admin', userAgent: 'ecommercestack-operator/1' },
    ...{ resource, group: '', subresource: '', namespace: 'dev', name, code: 200, time: '', uri: '' },
    ...more,
  };
}

const configMap = (name: string, value: string, uid = name) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', data: { a: value, theirs: 'x' } },
  metadata: {
    ...{ name, uid, resourceVersion: String(Math.random()) },
    managedFields: [
      {
        ...{ manager: 'ecommercestack-operator', operation: 'Apply' as const },
        fieldsV1: { 'f:data': { 'f:a': {} } },
      },
    ],
  },
});

describe('draws', () => {
  test.each(Array.from({ length: 60 }, (_, index) => index + 1))(
    'of seed %i are stacks that the schema takes, at each step',
    (seed) => {
      const random = randomFrom(seed);
      const spec = drawSpec(random);
      const changes = drawChanges(spec, random);
      for (const each of [spec, ...changes.map((change) => change.spec)]) {
        const metadata = { name: 'shop', namespace: 'dev' };
        const plain: unknown = JSON.parse(JSON.stringify({ metadata, spec: each }));
        const object = Object.assign(
          { apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack' },
          plain,
        );
        expect(validateStack(object)).toMatchObject({ ok: true });
      }
      expect(new Set(changes.map(({ kind }) => kind)).size).toBe(8);
    },
  );

  test('are the same for the same seed', () => {
    expect(drawSpec(randomFrom(5))).toEqual(drawSpec(randomFrom(5)));
  });
});

describe('the ledger', () => {
  const before = pictureOf([configMap('kept', '1'), configMap('edited', '1'), configMap('gone', '1')]);
  const after = pictureOf([configMap('kept', '1'), configMap('edited', '2'), configMap('new', '1')]);
  const difference = differenceOf(before, after);
  const right = [
    request('patch', 'configmaps', 'edited'),
    request('delete', 'configmaps', 'gone'),
    request('patch', 'configmaps', 'new', { code: 201 }),
  ];

  test('tells what is made, changed and removed; what others set is no difference', () => {
    expect(summaryOf(difference, 'new')).toEqual([
      'changed ConfigMap of another',
      'made ConfigMap',
      'removed ConfigMap of another',
    ]);
  });

  test('is even when each difference was written once', () => {
    expect(judgeWrites(right, difference)).toEqual([]);
  });

  test('forgives one delete that lost a race, and no second', () => {
    const refused = request('delete', 'configmaps', 'gone', { code: 409 });
    expect(judgeWrites([refused, ...right], difference)).toEqual([]);
    expect(judgeWrites([refused, refused, ...right], difference).join('\n')).toMatch(/more than once/);
  });

  test.each([
    [[...right, request('patch', 'configmaps', 'edited')], /more than once/],
    [[...right, request('patch', 'configmaps', 'kept')], /nothing differs/],
    [right.slice(1), /edited differs and nobody wrote it/],
    [[request('patch', 'configmaps', 'new', { code: 409 }), ...right.slice(0, 2)], /wanted create 201/],
  ])('is not even otherwise', (writes, message) => {
    expect(judgeWrites(writes, difference).join('\n')).toMatch(message);
  });
});

describe('status', () => {
  const saying = (phase: string, message = '', at = '') => ({
    phase,
    conditions: [{ type: 'Ready', status: 'False', reason: phase, message, lastTransitionTime: at }],
    services: [{ name: 'user', message, history: [{ revision: 'a', result: 'Promoted', at }] }],
  });

  test('counts what says something new, times and texts aside', () => {
    const written = [saying('A'), saying('A', 'other words', 'later'), saying('B'), saying('C')];
    expect(judgeStatus(undefined, written, 9)).toEqual({ writes: 4, transitions: 3, failures: [] });
  });

  test('may repeat itself twice and no more', () => {
    const { failures } = judgeStatus(saying('A'), [saying('A', 'w'), saying('A', 'x'), saying('A', 'y')], 9);
    expect(failures).toEqual([expect.stringContaining('3 times for 0 transitions')]);
  });

  test('that stands there already is not written', () => {
    const { failures } = judgeStatus(saying('A'), [saying('A')], 9);
    expect(failures).toEqual([expect.stringContaining('stood there already')]);
    const reordered = Object.fromEntries(Object.entries(saying('A')).reverse());
    expect(judgeStatus(saying('A'), [reordered], 9).failures).toHaveLength(1);
  });

  test('needs a cause for each transition', () => {
    const written = [saying('B'), saying('A'), saying('B'), saying('A')];
    expect(judgeStatus(saying('A'), written, 2).failures).toEqual([]);
    expect(judgeStatus(saying('A'), written, 1).failures).toEqual([expect.stringContaining('only 1 times')]);
  });
});

describe('a phase', () => {
  const nothing = { objects: new Map<string, string>(), status: undefined };

  test('counts reads, Events, status and children apart; leases and the key of the passwords are no part of it', () => {
    const made = { objects: pictureOf([configMap('new', '1')]), status: { phase: 'Ready' } };
    const phase = judgePhase(
      [
        request('patch', 'configmaps', 'new', { code: 201 }),
        request('patch', 'ecommercestacks', 'shop', { subresource: 'status', status: { phase: 'Ready' } }),
        request('create', 'events', 'x'),
        request('update', 'leases', 'x'),
        request('get', 'secrets', 'ecommercestack-operator-key'),
        request('get', 'configmaps', 'new', { userAgent: 'prove' }),
      ],
      operator,
      nothing,
      made,
    );
    expect(phase).toMatchObject({ childWrites: 1, statusWrites: 1, transitions: 1, reads: 0, events: 1 });
    expect(phase.failures).toEqual([]);
  });

  test.each(['get', 'list'])('has no %s in it', (verb) => {
    const { failures } = judgePhase([request(verb, 'configmaps', 'x')], operator, nothing, nothing);
    expect(failures).toEqual([expect.stringContaining(`${verb} configmaps dev/x`)]);
  });
});
