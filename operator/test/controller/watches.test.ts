import { type AnyWatch, Cache, type Informer } from '@ecommercestack/controller-runtime';
import { beforeEach, describe, expect, test } from 'vitest';
import { kinds } from '../../src/api/kinds.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { stackWatches } from '../../src/controller/watches.ts';

let caches: Map<string, Cache<KubernetesObject>>;
let keys: string[];
let version = 0;

beforeEach(() => {
  keys = [];
  caches = new Map();
  const watched = kinds
    .filter(({ watch }) => watch !== 'None')
    .map((row) => {
      const cache = new Cache<KubernetesObject>();
      caches.set(row.kind, cache);
      // Watches use nothing of an informer but its cache.
      return { row, informer: { cache } as unknown as Informer<KubernetesObject> };
    });
  const watches: AnyWatch[] = stackWatches(watched);
  for (const each of watches) each.connect((key) => keys.push(key));
});

function object(
  kind: string,
  name: string,
  more: Partial<KubernetesObject['metadata']> = {},
  rest = {},
): KubernetesObject {
  version += 1;
  const metadata = {
    name,
    namespace: 'dev',
    uid: `${kind}-${name}`,
    resourceVersion: String(version),
    ...more,
  };
  return { apiVersion: 'v1', kind, metadata, ...rest };
}

/** Keys that setting these objects names, in order. */
function named(...objects: KubernetesObject[]): string[] {
  keys.length = 0;
  for (const each of objects) caches.get(each.kind)?.set(each);
  return [...keys];
}

const labels = { 'ecommercestack.dev/stack': 'shop' };
const owner = {
  apiVersion: 'ecommercestack.dev/v1alpha1',
  kind: 'EcommerceStack',
  name: 'shop',
  uid: 'u',
  controller: true,
};

describe('a change names the stacks that it concerns', () => {
  test('a child: its owner, by reference or by label; a stranger: nobody', () => {
    expect(named(object('Service', 'a', { ownerReferences: [owner] }))).toEqual(['dev/shop']);
    expect(named(object('Service', 'b', { labels }))).toEqual(['dev/shop']);
    expect(named(object('Service', 'c'))).toEqual([]);
  });

  test('a child that loses its label: the stack that it had', () => {
    named(object('Service', 'a', { labels }));
    expect(named(object('Service', 'a'))).toEqual(['dev/shop']);
  });

  test('a deleted child: its stack', () => {
    const child = object('Service', 'a', { labels });
    named(child);
    keys.length = 0;
    caches.get('Service')?.delete(child);
    expect(keys).toEqual(['dev/shop']);
  });

  test('a pod: only when its trouble changes', () => {
    const status = (reason: string) => ({
      status: { containerStatuses: [{ state: { waiting: { reason } } }] },
    });
    expect(named(object('Pod', 'p', { labels }))).toEqual([]);
    expect(named(object('Pod', 'p', { labels }, status('ImagePullBackOff')))).toEqual(['dev/shop']);
    expect(named(object('Pod', 'p', { labels }, status('ImagePullBackOff')))).toEqual([]);
    expect(named(object('Pod', 'p', { labels }))).toEqual(['dev/shop']);
  });

  test('a stack: itself, its neighbours in the namespace and those that want its host', () => {
    const spec = (host: string) => ({ spec: { exposure: { hosts: [host] } } });
    named(
      object('EcommerceStack', 'neighbour'),
      object('EcommerceStack', 'rival', { namespace: 'prod' }, spec('a.com')),
      object('EcommerceStack', 'other', { namespace: 'test' }, spec('b.com')),
    );
    const shop = object('EcommerceStack', 'shop', {}, spec('a.com'));
    expect(named(shop).toSorted()).toEqual(['dev/neighbour', 'dev/shop', 'prod/rival']);
  });

  test('an action: the stack whose uid it names, else what stands for strays of its namespace', () => {
    named(object('EcommerceStack', 'shop'), object('EcommerceStack', 'far', { namespace: 'prod' }));
    const asks = (stackUID: string) => object('RolloutAction', stackUID, {}, { spec: { stackUID } });
    expect(named(asks('EcommerceStack-shop'))).toEqual(['dev/shop']);
    expect(named(asks('EcommerceStack-far'))).toEqual(['dev/']);
    expect(named(asks('nobody'))).toEqual(['dev/']);
  });

  test('a Secret: every stack of its namespace, when it comes, goes or has another version', () => {
    named(object('EcommerceStack', 'shop'), object('EcommerceStack', 'far', { namespace: 'prod' }));
    expect(named(object('Secret', 'db'))).toEqual(['dev/shop']);
    expect(named(object('Secret', 'db'))).toEqual(['dev/shop']);
  });

  test('a namespace: its stacks, when what it enforces changes', () => {
    named(object('EcommerceStack', 'shop'));
    const enforce = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    expect(named(object('Namespace', 'dev', { namespace: undefined }))).toEqual([]);
    expect(named(object('Namespace', 'dev', { namespace: undefined, labels: enforce }))).toEqual([
      'dev/shop',
    ]);
    expect(
      named(object('Namespace', 'dev', { namespace: undefined, labels: { ...enforce, team: 'a' } })),
    ).toEqual([]);
  });
});
