import { serviceNames } from '@ecommercestack/contracts/topology';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kindRank } from '../../src/api/kinds.ts';
import { objectKey } from '../../src/api/object.ts';
import { validateStack } from '../../src/api/validate.ts';
import { offlineInput } from '../../src/desired/offline.ts';
import { buildStack } from '../../src/desired/stack.ts';
import { plan, stamped } from '../../src/plan/plan.ts';

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const serviceName = fc.constantFrom(...serviceNames);

const standalone = fc.record({
  name: serviceName,
  placement: fc.constant('Standalone'),
  version: maybe(fc.constantFrom('v1', 'v2.0.0-rc.1')),
  autoscaling: maybe(fc.constant({ maxReplicas: 4 })),
  rollout: maybe(
    fc.constant({
      strategy: 'Canary',
      canary: { weight: 30, match: [{ headers: { canary: { exact: 'true' } } }] },
    }),
  ),
  disruptionBudget: maybe(fc.constant({ minAvailable: 1 })),
});

const elsewhere = fc.record({ name: serviceName, placement: fc.constantFrom('Monolith', 'Disabled') });

const anyService = fc.oneof(standalone, elsewhere);

const anySpec = fc.record({
  version: fc.constant('v1'),
  profile: fc.constantFrom('Dev', 'Production'),
  topology: fc.constantFrom('Microservices', 'Monolith'),
  mesh: fc.constantFrom({ type: 'Istio' }, { type: 'Istio', mtls: { scope: 'Namespace' } }),
  exposure: fc.constantFrom(
    { type: 'IstioGateway' },
    { type: 'Ingress', hosts: ['a.example'] },
    { type: 'GatewayAPI', gatewayAPI: { parentRefs: [{ name: 'edge' }] } },
    { type: 'None' },
  ),
  data: fc.record({
    postgres: fc.constantFrom(
      { mode: 'Embedded' },
      { mode: 'CloudNativePG' },
      { mode: 'External', secretRef: { name: 'db' } },
    ),
    mongodb: fc.constantFrom({ mode: 'Embedded' }, { mode: 'Percona' }),
    search: fc.constantFrom({ mode: 'Embedded' }, { mode: 'OpenSearch' }, { mode: 'ECK' }),
  }),
  eventBus: fc.constantFrom({ kafka: { mode: 'Embedded' } }, { kafka: { mode: 'Strimzi' } }),
  services: fc.uniqueArray(anyService, { selector: ({ name }) => name, maxLength: 5 }),
  customServices: fc.constantFrom(
    [],
    [{ name: 'loyalty', image: { repository: 'x/loyalty', tag: 'v1' }, data: { redis: {} } }],
  ),
});

// Names that look like those of objects: none may meet another one.
const anyName = fc.constantFrom('shop', 'user-service', 'api', 'api-gateway', 'loyalty', 'storefront');

test('of any stack: every object once, in apply order, in its namespace, the same each time, and at rest', () => {
  fc.assert(
    fc.property(anySpec, anyName, (spec, name) => {
      // Members that are left out are what a person leaves out.
      const document: unknown = JSON.parse(
        JSON.stringify({
          apiVersion: 'ecommercestack.dev/v1alpha1',
          kind: 'EcommerceStack',
          metadata: { name, namespace: 'any', uid: 'u-1' },
          spec,
        }),
      );
      const result = validateStack(document);
      fc.pre(result.ok);
      const objects = buildStack(offlineInput(result.stack, []));
      const keys = objects.map(objectKey);
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
      expect(objects.map(kindRank)).toEqual(objects.map(kindRank).toSorted((a, b) => a - b));
      expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['any']));
      expect(buildStack(offlineInput(result.stack, []))).toEqual(objects);
      expect(plan(objects, objects.map(stamped)).apply).toEqual([]);
    }),
    { numRuns: 20 },
  );
}, 60_000);
