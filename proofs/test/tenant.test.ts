import { describe, expect, test } from 'vitest';
import { validateStack } from '../../operator/src/api/validate.ts';
import type { AuditEvent } from '../audit.ts';
import type { KubeObject } from '../kube/object.ts';
import { randomFrom } from '../random.ts';
import { smallSpec } from '../small-stack.ts';
import { scene } from '../tenant/attacks/attack.ts';
import { attacks, inTurns } from '../tenant/attacks/list.ts';
import { changesOf } from '../tenant/canaries.ts';
import { escapesOf } from '../tenant/containment.ts';
import { showsIn, tenantMutants } from '../tenant/mutants.ts';
import { compareRights, forbiddenRights, type GrantingRole, unargued } from '../tenant/rights.ts';
import { trespasses } from '../tenant/trespass.ts';

function event(changes: Partial<AuditEvent>): AuditEvent {
  return {
    ...{ stage: 'ResponseComplete', verb: 'get', user: 'operator', userAgent: 'x', code: 200 },
    ...{ resource: 'services', group: '', subresource: '', namespace: 'tenant', name: 'x' },
    ...{ time: '', uri: '', decision: 'allow' },
    ...changes,
  };
}

describe('attacks', () => {
  test('there are a hundred of them and more, each told apart', () => {
    expect(attacks.length).toBeGreaterThan(200);
    const names = attacks.map(({ kind, name }) => `${kind} ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test.each(
    attacks.filter(({ lenient }) => !lenient).map((attack) => [attack.kind, attack.name, attack] as const),
  )('%s, %s: refused if and only if that is wanted', (_kind, _name, { metadata, spec, wanted }) => {
    const checked = validateStack({
      ...{ apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack' },
      metadata: { name: scene.stack, namespace: scene.tenant, ...metadata },
      spec: { ...smallSpec, ...spec },
    });
    expect(checked.ok).toBe(wanted.is !== 'Refused');
  });

  test('a short run has one of every kind before a second of any', () => {
    const drawn = inTurns(randomFrom(1));
    const kinds = new Set(attacks.map(({ kind }) => kind));
    expect(new Set(drawn.slice(0, kinds.size).map(({ kind }) => kind))).toEqual(kinds);
    expect(drawn).toHaveLength(attacks.length);
    expect(inTurns(randomFrom(1))).toEqual(drawn);
  });
});

test('each planted bug has attacks in which it shows', () => {
  const kinds = new Set(attacks.map(({ kind }) => kind));
  expect(Object.keys(showsIn).toSorted()).toEqual(tenantMutants.map(({ name }) => name).toSorted());
  expect(
    Object.values(showsIn)
      .flat()
      .filter((kind) => !kinds.has(kind)),
  ).toEqual([]);
});

describe('rights', () => {
  const roles: GrantingRole[] = [
    { rules: [{ apiGroups: [''], resources: ['services'], verbs: ['get', 'create', 'patch', 'delete'] }] },
    {
      namespace: 'home',
      rules: [
        { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: ['l'], verbs: ['get'] },
      ],
    },
  ];

  test('an apply that makes its object uses create too; what nobody used is named', () => {
    const { held, used, unused, missing } = compareRights(roles, [
      event({ verb: 'patch', code: 201 }),
      event({ resource: 'leases', group: 'coordination.k8s.io', namespace: 'home', name: 'l' }),
    ]);
    expect({ held, used, missing }).toEqual({ held: 5, used: 3, missing: [] });
    expect(unused.map(({ verb }) => verb)).toEqual(['get', 'delete']);
    expect(unargued(unused, [{ verb: 'get', resource: 'services', reason: '' }])).toHaveLength(1);
    expect(unargued(unused, [{ verb: 'get', resource: 'pods', reason: '' }])).toHaveLength(2);
  });

  test('a right for one name or one namespace is not used by another; a refusal is missing', () => {
    const other = { resource: 'leases', group: 'coordination.k8s.io', namespace: 'home', name: 'other' };
    expect(compareRights(roles, [event(other)]).used).toBe(0);
    expect(compareRights(roles, [event({ ...other, name: 'l', namespace: 'away' })]).used).toBe(0);
    expect(compareRights(roles, [event({ ...other, code: 403, decision: 'forbid' })]).missing).toEqual([
      'get leases.coordination.k8s.io in home (other)',
    ]);
  });

  test('wildcards, ways to more rights and Secrets of everybody are never to be held', () => {
    const rule = (group: string, resource: string, verb: string, namespace?: string): GrantingRole => ({
      ...(namespace !== undefined && { namespace }),
      rules: [{ apiGroups: [group], resources: [resource], verbs: [verb] }],
    });
    const bad = [rule('', '*', 'get'), rule('', 'secrets', 'list'), rule('', 'users', 'impersonate')];
    expect(forbiddenRights(bad)).toHaveLength(3);
    expect(
      forbiddenRights([...roles, rule('', 'secrets', 'create'), rule('', 'secrets', 'list', 'a')]),
    ).toEqual([]);
  });
});

describe('trespasses', () => {
  const territory = { user: 'operator', home: 'home', allowed: ['tenant'] };
  const of = (changes: Partial<AuditEvent>) => trespasses([event(changes)], territory).length;

  test('reading and writing outside, Secrets anywhere, and what RBAC forbids', () => {
    expect(of({ namespace: 'victim' })).toBe(1);
    expect(of({ namespace: 'victim', verb: 'patch' })).toBe(1);
    expect(of({ namespace: '', verb: 'watch', resource: 'secrets' })).toBe(1);
    expect(of({ decision: 'forbid' })).toBe(1);
    expect(of({ namespace: 'victim', resource: 'leases' })).toBe(1);
  });

  test('its own place, its home, its watches, and what others do', () => {
    expect(of({ verb: 'patch' })).toBe(0);
    expect(of({ namespace: 'home', resource: 'leases', verb: 'update' })).toBe(0);
    expect(of({ namespace: '', verb: 'watch' })).toBe(0);
    expect(of({ namespace: 'victim', user: 'somebody' })).toBe(0);
    expect(of({ resource: '', namespace: '' })).toBe(0);
  });
});

describe('escapes', () => {
  const bounds = { namespace: 'tenant', uid: 'u', edge: 'istio-system' };
  const of = (kind: string, spec: unknown, metadata = {}) => {
    const object: KubeObject = {
      apiVersion: 'v1',
      kind,
      metadata: { name: 'x', namespace: 'tenant', ...metadata },
      spec,
    };
    return escapesOf([object], bounds).map((what) => what.split(': ')[1]);
  };
  const route = (host: string) => ({ http: [{ route: [{ destination: { host } }] }] });
  const own = 'product-service.tenant.svc.cluster.local';

  test('objects elsewhere and owners that are others', () => {
    expect(of('ConfigMap', {}, { namespace: 'victim' })).toEqual(['stands in victim']);
    const owner = { kind: 'EcommerceStack', name: 'shop', uid: 'v' };
    expect(of('ConfigMap', {}, { ownerReferences: [owner] })).toEqual(['is owned by shop (v)']);
    expect(of('ConfigMap', {}, { ownerReferences: [{ ...owner, uid: 'u' }] })).toEqual([]);
  });

  test('routes to others, for hosts of others in the mesh, and exports', () => {
    const mesh = { hosts: [own], gateways: ['mesh'], exportTo: ['.'] };
    expect(of('VirtualService', { ...mesh, ...route(own) })).toEqual([]);
    expect(of('VirtualService', { ...mesh, ...route('x.victim.svc.cluster.local') })).toEqual([
      'routes to x.victim.svc.cluster.local',
    ]);
    expect(of('VirtualService', { ...mesh, ...route(own), hosts: ['x.victim'] })).toEqual([
      'takes calls in the mesh to x.victim',
    ]);
    expect(of('VirtualService', { ...mesh, ...route(own), exportTo: ['*'] })).toEqual(['is exported to *']);
    const edge = {
      hosts: ['a.com'],
      gateways: ['tenant/shop'],
      exportTo: ['.', 'istio-system'],
      ...route(own),
    };
    expect(of('VirtualService', edge)).toEqual([]);
    expect(of('VirtualService', { ...edge, gateways: ['victim/shop'] })).toEqual([
      'is bound to gateway victim/shop',
    ]);
    expect(of('DestinationRule', { host: own })).toEqual(['is exported to every namespace']);
  });

  test('services and pods that reach out', () => {
    expect(of('Service', { type: 'ExternalName', externalName: 'x', selector: {} })).toHaveLength(2);
    expect(of('Service', { type: 'ClusterIP', selector: { app: 'x' } })).toEqual([]);
    const affinity = { podAffinity: { required: [{ namespaces: ['victim'] }] } };
    const template = {
      metadata: {},
      spec: { automountServiceAccountToken: false, containers: [], affinity },
    };
    expect(of('Deployment', { selector: { matchLabels: { app: 'x' } }, template })).toEqual([
      'names a namespace at spec.template.spec.affinity.podAffinity.required[0].namespaces',
    ]);
  });
});

test('what is gone, made or changed is told', () => {
  const state = (entries: Record<string, string>) => new Map(Object.entries(entries));
  expect(changesOf(state({ a: '1', b: '1', c: '1' }), state({ b: '2', c: '1', d: '1' }))).toEqual([
    'a is gone',
    'd was made',
    'b was changed',
  ]);
});
