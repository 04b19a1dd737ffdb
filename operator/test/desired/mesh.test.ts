import { callersOf, serviceRow, topology } from '@ecommercestack/contracts/topology';
import { describe, expect, test } from 'vitest';
import { completeStack } from '../../src/api/defaults.ts';
import { capabilitiesWhere } from '../../src/api/kinds.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { offlineInput } from '../../src/desired/offline.ts';
import { buildStack } from '../../src/desired/stack.ts';
import { aStack, objectsOf, pick } from '../../src/testing/a-stack.ts';

type Rule = {
  from?: { source: { principals?: string[]; notPrincipals?: string[] } }[];
  to?: { operation: { ports?: string[]; methods?: string[] } }[];
};
const rulesOf = (policy: KubernetesObject): Rule[] => (policy.spec as { rules?: Rule[] }).rules ?? [];
const principal = (name: string) => `cluster.local/ns/shop/sa/${name}`;

describe('permissions', () => {
  const objects = objectsOf(aStack());
  const policies = objects.filter(({ kind }) => kind === 'AuthorizationPolicy');

  test('deny everything to every pod of the stack by default', () => {
    expect(pick(objects, 'AuthorizationPolicy', 'shop-deny-all').spec).toEqual({
      selector: { matchLabels: { 'ecommercestack.dev/stack': 'shop' } },
      action: 'ALLOW',
    });
  });

  test('hold who and what in the same rule, always', () => {
    for (const policy of policies) {
      for (const rule of rulesOf(policy)) {
        expect(Object.keys(rule).toSorted(), policy.metadata.name).toEqual(['from', 'to']);
        expect(rule.to?.every(({ operation }) => (operation.ports ?? []).length > 0)).toBe(true);
      }
    }
  });

  test.each(topology.map(({ name }) => name))('of %s are exactly its declared callers', (name) => {
    const rules = rulesOf(pick(objects, 'AuthorizationPolicy', serviceRow(name).objectName));
    const allowed = rules.flatMap(({ from, to }) =>
      (from?.[0]?.source.principals ?? []).map((who) => [who, to?.[0]?.operation.methods]),
    );
    const declared = callersOf(name).map(({ from, methods }) => [
      principal(serviceRow(from).objectName),
      methods,
    ]);
    const edge = [
      'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account',
      ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    ];
    expect(allowed).toEqual([...declared, ...(serviceRow(name).edge ? [edge] : [])]);
  });

  test('of a store are exactly its users, by port', () => {
    const [rule, ...others] = rulesOf(pick(objects, 'AuthorizationPolicy', 'shop-redis'));
    expect(others).toEqual([]);
    expect(rule).toEqual({
      from: [{ source: { principals: [principal('cart-service'), principal('api-gateway')] } }],
      to: [{ operation: { ports: ['6379'] } }],
    });
    const [kafka] = rulesOf(pick(objects, 'AuthorizationPolicy', 'shop-kafka'));
    expect(kafka?.from?.[0]?.source.principals).toContain(principal('shop-kafka'));
    expect(kafka?.from?.[0]?.source.principals).not.toContain(principal('storefront'));
  });

  test('let an ingress controller without identity in, and no meshed stranger with it', () => {
    const exposed = objectsOf(aStack({ exposure: { type: 'Ingress', hosts: ['shop.example'] } }));
    expect(rulesOf(pick(exposed, 'AuthorizationPolicy', 'api-gateway')).at(-1)).toEqual({
      from: [{ source: { notPrincipals: ['*'] } }],
      to: [{ operation: { ports: ['8080'] } }],
    });
    expect(pick(exposed, 'PeerAuthentication', 'api-gateway-plain-edge').spec).toMatchObject({
      mtls: { mode: 'STRICT' },
      portLevelMtls: { '8080': { mode: 'PERMISSIVE' } },
    });
  });

  test('are only reported with mode DryRun and absent with Off', () => {
    const dry = objectsOf(aStack({ mesh: { authorization: { mode: 'DryRun' } } }));
    expect(pick(dry, 'AuthorizationPolicy', 'user-service').metadata.annotations).toEqual({
      'istio.io/dry-run': 'true',
    });
    const off = objectsOf(aStack({ mesh: { authorization: { mode: 'Off' } } }));
    expect(off.some(({ kind }) => kind === 'AuthorizationPolicy')).toBe(false);
  });
});

describe('without a mesh', () => {
  test.each([
    ['mesh.type None', buildStack(offlineInput(aStack({ mesh: { type: 'None' } }), []))],
    [
      'no Istio in the cluster',
      buildStack({
        ...offlineInput(aStack(), []),
        capabilities: capabilitiesWhere((name) => name !== 'istio'),
      }),
    ],
  ])('%s makes no Istio object', (_, objects) => {
    expect(objects.filter(({ apiVersion }) => apiVersion.includes('istio.io'))).toEqual([]);
    expect(pick(objects, 'Deployment', 'user-service')).toBeDefined();
  });

  test('pods ask for no sidecar', () => {
    const pod = JSON.stringify(
      pick(objectsOf(aStack({ mesh: { type: 'None' } })), 'Deployment', 'user-service'),
    );
    expect(pod).not.toContain('sidecar.istio.io');
  });
});

test('a network policy admits exactly the callers that the mesh admits', () => {
  const objects = objectsOf(aStack());
  for (const { name, objectName } of topology) {
    const { ingress = [] } = pick(objects, 'NetworkPolicy', objectName).spec as {
      ingress?: { from: { podSelector?: { matchLabels: { app: string } } }[] }[];
    };
    const apps = ingress.flatMap(({ from }) =>
      from.flatMap(({ podSelector }) => podSelector?.matchLabels.app ?? []),
    );
    expect(apps, name).toEqual(callersOf(name).map(({ from }) => serviceRow(from).objectName));
  }
});

test('the edge sees what it routes to, and nothing else', () => {
  const objects = objectsOf(aStack());
  const exported = (kind: string, name: string) =>
    (pick(objects, kind, name).spec as { exportTo: string[] }).exportTo;
  expect(exported('VirtualService', 'shop-edge')).toEqual(['.', 'istio-system']);
  expect(exported('DestinationRule', 'api-gateway')).toEqual(['.', 'istio-system']);
  expect(exported('DestinationRule', 'payment-service')).toEqual(['.']);
  expect(exported('VirtualService', 'api-gateway')).toEqual(['.']);
});

test('each host has one VirtualService', () => {
  const hosts = objectsOf(aStack())
    .filter(({ kind }) => kind === 'VirtualService')
    .flatMap(({ spec }) => (spec as { hosts: string[] }).hosts);
  expect(new Set(hosts).size).toBe(hosts.length);
});

describe('the monolith', () => {
  const stack = aStack({ topology: 'Monolith', services: [{ name: 'payment', placement: 'Standalone' }] });
  const objects = objectsOf(stack);

  test('is one Deployment behind a Service for each service inside', () => {
    expect(objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name)).toEqual([
      'payment-service',
      'shop',
    ]);
    expect(pick(objects, 'Service', 'user-service').spec).toMatchObject({
      selector: { 'ecommercestack.dev/serves-user': 'true' },
    });
    expect(pick(objects, 'Service', 'payment-service').spec).toMatchObject({
      selector: { app: 'payment-service' },
    });
  });

  test('calls under one identity', () => {
    const rules = rulesOf(pick(objects, 'AuthorizationPolicy', 'payment-service'));
    expect(new Set(rules.flatMap(({ from }) => from?.[0]?.source.principals))).toEqual(
      new Set([principal('shop')]),
    );
  });

  test('has a store address for each service inside', () => {
    const env = completeStack(stack);
    expect(env.monolith?.services).not.toContain('payment');
    const text = JSON.stringify(pick(objects, 'Deployment', 'shop').spec);
    expect(text).toContain('"USER_DATABASE_URL"');
    expect(text).toContain('"PAYMENT_URL"');
    expect(text).not.toContain('"PAYMENT_DATABASE_URL"');
  });
});
