import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KubernetesObject, objectKey } from '../../src/api/object.ts';
import { appliedAnnotation, plan, stamped } from '../../src/plan/plan.ts';
import { aStack, objectsOf, pick } from '../../src/testing/a-stack.ts';

const desired = objectsOf(aStack());
const alive = desired.map((object) => live(object));

/** The object as the API server might hold it after our apply. */
function live(object: KubernetesObject): KubernetesObject {
  const { metadata, ...rest } = structuredClone(stamped(object));
  return {
    ...rest,
    metadata: { ...metadata, uid: `uid-${metadata.name}`, resourceVersion: '1', generation: 1 },
    status: { observedGeneration: 1 },
  };
}

const replace = (object: KubernetesObject): KubernetesObject[] =>
  alive.map((candidate) => (objectKey(candidate) === objectKey(object) ? object : candidate));

type Leaf = { path: string[]; value: unknown };

function leavesOf(value: unknown, path: string[] = []): Leaf[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

function changed(
  object: KubernetesObject,
  path: readonly string[],
  change: (parent: object, key: string) => void,
) {
  const copy = structuredClone(object);
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(Object(at), key), copy);
  change(Object(parent), path.at(-1) ?? '');
  return copy;
}

// Secrets are made once and not compared; names and namespaces cannot change.
const owned = desired.filter(({ kind }) => kind !== 'Secret');
const anyLeaf = fc.constantFrom(...owned).chain((object) =>
  fc.record({
    object: fc.constant(object),
    leaf: fc.constantFrom(
      ...leavesOf(object).filter(
        ({ path, value }) =>
          path[0] !== 'kind' &&
          path[0] !== 'apiVersion' &&
          path[1] !== 'name' &&
          path[1] !== 'namespace' &&
          value !== '',
      ),
    ),
  }),
);

describe('plan', () => {
  test('asks for everything where nothing lives, in apply order', () => {
    const { apply, prune, unchanged } = plan(desired, []);
    expect(apply.map(objectKey)).toEqual(desired.map(objectKey));
    expect([prune, unchanged]).toEqual([[], []]);
    expect(apply.find(({ kind }) => kind === 'Service')?.metadata.annotations).toHaveProperty([
      appliedAnnotation,
    ]);
  });

  test('asks for nothing where all is as desired', () => {
    const { apply, prune, unchanged } = plan(desired, alive);
    expect([apply, prune]).toEqual([[], []]);
    expect(unchanged.length).toBe(desired.length);
  });

  test('finds every changed leaf of every object', () => {
    fc.assert(
      fc.property(anyLeaf, ({ object, leaf }) => {
        const drifted = changed(live(object), leaf.path, (parent, key) => {
          Reflect.set(parent, key, typeof leaf.value === 'number' ? leaf.value + 1 : 'changed-by-hand');
        });
        expect(plan([object], [drifted]).apply.map(objectKey)).toEqual([objectKey(object)]);
      }),
      { numRuns: 300 },
    );
  });

  test('finds every deleted leaf', () => {
    fc.assert(
      fc.property(anyLeaf, ({ object, leaf }) => {
        const drifted = changed(live(object), leaf.path, (parent, key) => {
          if (Array.isArray(parent)) parent.splice(Number(key), 1);
          else Reflect.deleteProperty(parent, key);
        });
        expect(plan([object], [drifted]).apply.map(objectKey)).toEqual([objectKey(object)]);
      }),
      { numRuns: 300 },
    );
  });

  test('finds every deleted object but one that is on its way out', () => {
    const service = pick(desired, 'Service', 'user-service');
    const gone = alive.filter((object) => objectKey(object) !== objectKey(service));
    expect(plan(desired, gone).apply.map(objectKey)).toEqual([objectKey(service)]);
    const going = live(service);
    going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(plan(desired, replace(going)).apply).toEqual([]);
  });

  test('leaves alone what nobody of ours asked for', () => {
    const deployment = live(pick(desired, 'Deployment', 'user-service'));
    const extra = changed(
      deployment,
      ['metadata', 'annotations', 'deployment.kubernetes.io/revision'],
      (parent, key) => {
        Reflect.set(parent, key, '3');
      },
    );
    const spec = extra.spec as { template: { spec: { dnsPolicy?: string } } };
    spec.template.spec.dnsPolicy = 'ClusterFirst';
    expect(plan(desired, replace(extra)).apply).toEqual([]);
  });

  test('lets no foreign container run with the identity of a service', () => {
    const extra = structuredClone(live(pick(desired, 'Deployment', 'user-service')));
    const spec = extra.spec as { template: { spec: { containers: object[] } } };
    spec.template.spec.containers.push({ name: 'sidecar', image: 'debug' });
    expect(plan(desired, replace(extra)).apply.map(objectKey)).toEqual([objectKey(extra)]);
  });

  test('does not mistake another spelling of a quantity for a change', () => {
    const deployment = live(pick(desired, 'Deployment', 'user-service'));
    const respelt = changed(
      deployment,
      ['spec', 'template', 'spec', 'containers', '0', 'resources', 'limits', 'cpu'],
      (parent, key) => Reflect.set(parent, key, '1000m'),
    );
    expect(plan(desired, replace(respelt)).apply).toEqual([]);
  });

  test('repairs a rule that somebody added to a list of ours', () => {
    const policy = live(pick(desired, 'AuthorizationPolicy', 'payment-service'));
    const { rules } = policy.spec as { rules: object[] };
    rules.push({});
    expect(plan(desired, replace(policy)).apply.map(objectKey)).toEqual([objectKey(policy)]);
  });

  test('repairs a condition that somebody slipped into a rule of ours', () => {
    const policy = live(pick(desired, 'AuthorizationPolicy', 'payment-service'));
    const { rules } = policy.spec as { rules: { when?: object[] }[] };
    const [rule] = rules;
    if (rule === undefined) throw new Error('no rule');
    rule.when = [{ key: 'source.ip', values: ['10.0.0.1'] }];
    expect(plan(desired, replace(policy)).reasons).toEqual({ [objectKey(policy)]: 'spec.rules.0' });
  });

  test('applies again what had a field that is desired no more', () => {
    const account = pick(desired, 'ServiceAccount', 'user-service');
    const before = live({ ...account, metadata: { ...account.metadata, annotations: { old: 'yes' } } });
    expect(plan(desired, replace(before)).reasons).toEqual({
      [objectKey(account)]: `metadata.annotations.${appliedAnnotation}`,
    });
  });
});

describe('prune', () => {
  const extra = (changes: Partial<KubernetesObject['metadata']>): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...live(pick(desired, 'ConfigMap', 'api-gateway-policy')).metadata,
      name: 'extra',
      ...changes,
    },
  });

  test('takes what the stack controls and does not want', () => {
    expect(plan(desired, [...alive, extra({})]).prune.map(({ metadata }) => metadata.name)).toEqual([
      'extra',
    ]);
  });

  test('never takes an orphan, something retained, or something already on its way out', () => {
    const kept = [
      extra({ ownerReferences: [] }),
      extra({ annotations: { 'ecommercestack.dev/deletion-policy': 'Retain' } }),
      extra({ deletionTimestamp: '2026-01-01T00:00:00Z' }),
    ];
    for (const object of kept) expect(plan(desired, [...alive, object]).prune).toEqual([]);
  });

  test('goes backwards through the Kinds', () => {
    const { prune } = plan([], alive);
    const kinds = prune.map(({ kind }) => kind);
    expect(kinds.indexOf('VirtualService')).toBeLessThan(kinds.indexOf('DestinationRule'));
    expect(kinds.indexOf('DestinationRule')).toBeLessThan(kinds.indexOf('Deployment'));
    expect(kinds.indexOf('Deployment')).toBeLessThan(kinds.indexOf('ServiceAccount'));
  });
});

test('a volume stays as it was made, whatever the profile stands for by now', () => {
  const claimOf = (size: string) => {
    const claim = desired.find(({ kind }) => kind === 'PersistentVolumeClaim');
    if (claim === undefined) throw new Error('the stack has no volume');
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } };
    return { ...claim, spec };
  };
  const large = claimOf('20Gi');
  const relabelled = { ...large, metadata: { ...large.metadata, labels: { team: 'a' } } };
  expect(plan([large], [live(claimOf('1Gi'))]).apply).toEqual([]);
  expect(plan([relabelled], [live(claimOf('1Gi'))]).apply[0]?.['spec']).toEqual(claimOf('1Gi').spec);
  expect(plan([large], []).apply[0]?.['spec']).toEqual(large.spec);
});
