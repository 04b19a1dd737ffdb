import { describe, expect, test } from 'vitest';
import { completeStack } from '../../src/api/defaults.ts';
import type { EcommerceStackInput } from '../../src/api/ecommercestack.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { audienceOf, edgeProxies } from '../../src/confirmation/proxies.ts';
import { workloadsOf } from '../../src/desired/intent.ts';
import { aStack } from '../../src/testing/a-stack.ts';

type Spec = Partial<EcommerceStackInput['spec']>;

const running = { running: {} };
const ended = { terminated: {} };
const waiting = { waiting: { reason: 'PodInitializing' } };

function pod(app: string, containers: Record<string, object>, fields: object = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name: `${app}-1`, namespace: 'shop', uid: `${app}-uid`, ...fields },
      labels: { app, 'app.kubernetes.io/component': 'service' },
    },
    status: {
      containerStatuses: Object.entries(containers).map(([name, state]) => ({ name, state })),
    },
  };
}

const meshed = (app: string, fields: object = {}) =>
  pod(app, { [app]: running, 'istio-proxy': running }, fields);

function audience(service: string, pods: readonly KubernetesObject[], spec: Spec = {}) {
  const stack = completeStack(aStack(spec));
  const workload = workloadsOf(stack).find(({ hosted }) => hosted.some(({ name }) => name === service));
  if (workload === undefined) throw new Error(`no workload for ${service}`);
  return audienceOf(stack, workload, pods);
}

const names = ({ proxies }: { readonly proxies: readonly { readonly pod: string }[] }) =>
  proxies.map((proxy) => proxy.pod);

describe('who has to know the routes to a service', () => {
  test('its callers, and nobody who is refused anyway', () => {
    const pods = ['api-gateway', 'user-service', 'payment-service'].map((app) => meshed(app));
    expect(names(audience('user', pods))).toEqual(['api-gateway-1']);
  });

  test('every service of the stack where nobody is refused', () => {
    const store = meshed('shop-postgres');
    const pods = [meshed('cart-service'), meshed('user-service')];
    store.metadata.labels = { app: 'shop-postgres', 'app.kubernetes.io/component': 'store' };
    const spec: Spec = { mesh: { authorization: { mode: 'Off' } } };
    expect(names(audience('user', [...pods, store], spec))).toEqual(['cart-service-1', 'user-service-1']);
  });

  test('the edge, where a route leads to it, and only there', () => {
    expect(audience('gateway', []).edge).toEqual({
      namespace: 'istio-system',
      selector: { istio: 'ingressgateway' },
      hosts: ['api-gateway.shop.svc.cluster.local'],
    });
    expect(audience('user', []).edge).toBeUndefined();
  });

  test('a pod that ends counts until its proxy has ended', () => {
    const ending = { deletionTimestamp: '2026-02-03T04:05:06Z' };
    expect(names(audience('user', [meshed('api-gateway', ending)]))).toEqual(['api-gateway-1']);
    const over = pod('api-gateway', { 'api-gateway': ended, 'istio-proxy': ended }, ending);
    expect(audience('user', [over])).toMatchObject({ proxies: [], bare: [] });
  });

  test('a pod that begins sends nothing yet', () => {
    const begins = pod('api-gateway', { 'api-gateway': waiting, 'istio-proxy': waiting });
    const scheduled = pod('api-gateway', {});
    expect(audience('user', [begins, scheduled])).toMatchObject({ proxies: [], bare: [] });
  });

  test('a pod that runs without a proxy is told apart', () => {
    expect(audience('user', [pod('api-gateway', { 'api-gateway': running })])).toMatchObject({
      proxies: [],
      bare: ['api-gateway-1'],
    });
  });

  test('a caller inside the monolith is the monolith', () => {
    const spec: Spec = { services: [{ name: 'gateway', placement: 'Monolith' }] };
    expect(names(audience('user', [meshed('shop'), meshed('api-gateway')], spec))).toEqual(['shop-1']);
  });

  test('at the edge, whoever has a running proxy', () => {
    const edge = { namespace: 'istio-system', selector: {}, hosts: ['a'] };
    const pods = [
      pod('gateway', { 'istio-proxy': running }, { namespace: 'istio-system' }),
      pod('starting', { 'istio-proxy': waiting }),
    ];
    expect(edgeProxies(edge, pods)).toEqual([
      { namespace: 'istio-system', pod: 'gateway-1', uid: 'gateway-uid', hosts: ['a'] },
    ]);
  });
});
