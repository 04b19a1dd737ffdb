import { describe, expect, test } from 'vitest';
import { completeStack } from '../../src/api/defaults.ts';
import type { EcommerceStack } from '../../src/api/ecommercestack.ts';
import {
  contend,
  hostsTaken,
  namespaceHolder,
  neededCapabilities,
  withoutHosts,
} from '../../src/status/claims.ts';
import { stackWith } from './evidence.ts';

type Changes = {
  name?: string;
  namespace?: string;
  uid?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
};

function stack(changes: Changes = {}, spec: Record<string, unknown> = {}): EcommerceStack {
  const made = stackWith(spec);
  const metadata = { creationTimestamp: '2026-01-01T00:00:00Z', ...changes };
  return { ...made, metadata: { ...made.metadata, ...metadata } };
}

describe('a namespace', () => {
  const first = stack({ name: 'first', uid: 'a' });

  test('belongs to the oldest, then to the smaller uid', () => {
    const later = stack({ name: 'later', uid: '0', creationTimestamp: '2026-01-01T00:00:01Z' });
    const twin = stack({ name: 'twin', uid: 'b' });
    const all = [later, twin, first];
    expect(namespaceHolder(first, all)).toBeUndefined();
    expect(namespaceHolder(twin, all)?.metadata.name).toBe('first');
    expect(namespaceHolder(later, all)).toBeDefined();
  });

  test('passes on when its holder is being deleted', () => {
    const going = stack({ name: 'going', uid: 'a', deletionTimestamp: '2026-02-02T00:00:00Z' });
    const next = stack({ name: 'next', uid: 'b' });
    expect(namespaceHolder(next, [going, next])).toBeUndefined();
  });

  test('of another stack is no concern', () => {
    expect(namespaceHolder(stack({ uid: 'z' }), [stack({ namespace: 'prod', uid: 'a' })])).toBeUndefined();
  });
});

describe('a host', () => {
  const exposure = (...hosts: string[]) => ({ exposure: { type: 'Ingress', hosts } });
  const older = stack(
    { namespace: 'prod', uid: 'a', creationTimestamp: '2025-01-01T00:00:00Z' },
    exposure('a.com', 'b.com'),
  );
  const mine = stack({ uid: 'm' }, exposure('a.com', 'c.com'));

  test('belongs to the older stack of another namespace', () => {
    expect(hostsTaken(mine, [older, mine])).toEqual(['a.com']);
    expect(hostsTaken(older, [older, mine])).toEqual([]);
  });

  test('that is served stays with its stack when an older one asks for it later', () => {
    const serving = { ...mine, status: { hosts: ['a.com', 'c.com'] } };
    expect(hostsTaken(serving, [older, serving])).toEqual([]);
    expect(hostsTaken(older, [older, serving])).toEqual(['a.com']);
    const both = { ...older, status: { hosts: ['a.com'] } };
    expect(hostsTaken(serving, [both, serving])).toEqual(['a.com']);
    const given = { ...mine, spec: { ...mine.spec, exposure: undefined }, status: { hosts: ['a.com'] } };
    expect(hostsTaken(older, [older, given])).toEqual([]);
  });

  test('below a wildcard belongs to whoever has the wildcard, unless it is served already', () => {
    const wild = stack(
      { namespace: 'prod', uid: 'a', creationTimestamp: '2025-01-01T00:00:00Z' },
      exposure('*.b.com'),
    );
    const below = stack({ uid: 'm' }, exposure('api.b.com', '*.x.b.com', 'b.com', 'cb.com'));
    expect(hostsTaken(below, [wild, below])).toEqual(['api.b.com', '*.x.b.com']);
    expect(hostsTaken(wild, [wild, below])).toEqual([]);
    const serving = { ...below, status: { hosts: ['api.b.com'] } };
    const late = { ...wild, status: { hosts: ['*.b.com'] } };
    expect(hostsTaken(serving, [late, serving])).toEqual(['*.x.b.com']);
  });

  test('is contended where one covers the other', () => {
    const wild = stack({ namespace: 'prod' }, exposure('*.b.com'));
    expect(contend(wild, stack({}, exposure('api.b.com')))).toBe(true);
    expect(contend(stack({}, exposure('api.b.com')), wild)).toBe(true);
    expect(contend(wild, stack({}, exposure('b.com')))).toBe(false);
    expect(contend(wild, stack({}, { exposure: { type: 'None' } }))).toBe(false);
  });

  test('is not held by a stack that does not act', () => {
    const eldest = stack({
      name: 'eldest',
      namespace: 'prod',
      uid: '0',
      creationTimestamp: '2024-01-01T00:00:00Z',
    });
    expect(hostsTaken(mine, [eldest, older, mine])).toEqual([]);
  });

  test('that is taken is left out; without any left the stack is not exposed', () => {
    const some = withoutHosts(completeStack(mine), ['a.com']);
    expect(some.exposure.hosts).toEqual(['c.com']);
    const claims = ['a.com', 'c.com'];
    expect(withoutHosts(completeStack(mine), claims).exposure).toMatchObject({ type: 'None', routes: [] });
  });
});

test.each([
  [{}, ['istio']],
  [{ mesh: { type: 'None' } }, []],
  [
    { mesh: { type: 'None' }, exposure: { type: 'GatewayAPI', gatewayAPI: { parentRefs: [{ name: 'g' }] } } },
    ['gatewayAPI'],
  ],
  [{ mesh: { type: 'None' }, data: { postgres: { mode: 'CloudNativePG' } } }, ['cloudNativePG']],
  [{ mesh: { type: 'None' }, eventBus: { kafka: { mode: 'Strimzi' } } }, ['strimzi']],
])('%j needs %j', (spec, expected) => {
  expect(neededCapabilities(completeStack(stack({}, spec)))).toEqual(expected);
});
