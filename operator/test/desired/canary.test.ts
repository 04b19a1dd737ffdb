import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import { describe, expect, test } from 'vitest';
import { completeStack } from '../../src/api/defaults.ts';
import { capabilitiesWhere } from '../../src/api/kinds.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import type { StackInput } from '../../src/desired/input.ts';
import { workloadsOf } from '../../src/desired/intent.ts';
import { type RevisionIntent, revisionHash } from '../../src/desired/revision.ts';
import { buildStack } from '../../src/desired/stack.ts';
import type { RolloutDecision } from '../../src/rollout/decision.ts';
import { aStack, pick } from '../../src/testing/a-stack.ts';

type Spec = Parameters<typeof aStack>[0];

const canaryOf = (version: string, spec: Spec = {}) =>
  completeStack(
    aStack({
      ...spec,
      services: [
        { name: 'user', version, replicas: 4, rollout: { strategy: 'Canary', canary: { weight: 20 } } },
      ],
    }),
  );

function intentOf(stack: ReturnType<typeof canaryOf>): RevisionIntent {
  const workload = workloadsOf(stack).find(({ name }) => name === 'user');
  if (workload === undefined) throw new Error('no workload user');
  return workload.intent;
}

const before = intentOf(canaryOf('v1'));
const [old, next] = [revisionHash(before), revisionHash(intentOf(canaryOf('v2')))];
const canaryName = `user-service-${next}`;

function input(
  changes: Partial<StackInput>,
  decision: Partial<RolloutDecision> = {},
  spec: Spec = {},
): StackInput {
  return {
    stack: canaryOf('v2', spec),
    capabilities: capabilitiesWhere(() => true),
    rollouts: [
      {
        service: 'user',
        revision: next,
        stable: { revision: old, deployment: 'user-service' },
        canary: { revision: next, deployment: canaryName, replicas: 1, weight: 20 },
        retiring: [],
        route: 'Split',
        desiredWeight: 20,
        ...decision,
      },
    ],
    revisions: { [old]: before },
    history: {},
    autoscaled: new Set(),
    readyPods: {},
    ...changes,
  };
}

const templateOf = (deployment: KubernetesObject) => (deployment.spec as { template: unknown }).template;
const imageOf = (deployment: KubernetesObject) =>
  (templateOf(deployment) as { spec: { containers: { image: string }[] } }).spec.containers[0]?.image;

describe('a canary', () => {
  test('runs beside the stable revision, which stays exactly as it was', () => {
    const alone = buildStack({ ...input({}), stack: canaryOf('v1'), rollouts: [] });
    const beside = buildStack(input({}));
    expect(templateOf(pick(beside, 'Deployment', 'user-service'))).toEqual(
      templateOf(pick(alone, 'Deployment', 'user-service')),
    );
    expect(imageOf(pick(beside, 'Deployment', canaryName))).toBe('ecommercestack/user-service:v2');
    expect(pick(beside, 'Deployment', canaryName).spec).toMatchObject({ replicas: 1 });
    expect(pick(beside, 'ConfigMap', `user-service-${old}`)).toBeDefined();
    expect(pick(beside, 'ConfigMap', canaryName)).toBeDefined();
  });

  test('restarts nothing when it is promoted', () => {
    const promoted = input(
      {},
      { stable: { revision: next, deployment: canaryName }, canary: undefined, route: 'Host' },
    );
    const after = pick(buildStack(promoted), 'Deployment', canaryName);
    expect(templateOf(after)).toEqual(templateOf(pick(buildStack(input({})), 'Deployment', canaryName)));
    expect(after.metadata.labels?.['ecommercestack.dev/role']).toBe('stable');
  });

  test('keeps some pods running where every record of the stable revision is lost', () => {
    const lost = buildStack(input({ revisions: {} }));
    expect(imageOf(pick(lost, 'Deployment', 'user-service'))).toBe('ecommercestack/user-service:v2');
  });

  test('has an autoscaler of its own, and replicas only until one owns them', () => {
    const spec: Spec = {};
    const stack = completeStack(
      aStack({
        services: [
          {
            name: 'user',
            version: 'v2',
            autoscaling: { minReplicas: 2, maxReplicas: 6 },
            rollout: { strategy: 'Canary', canary: { weight: 20 } },
          },
        ],
      }),
    );
    const objects = buildStack({ ...input({}, {}, spec), stack, autoscaled: new Set(['user-service']) });
    expect(pick(objects, 'Deployment', 'user-service').spec).not.toHaveProperty('replicas');
    expect(pick(objects, 'Deployment', canaryName).spec).toHaveProperty('replicas', 1);
    expect(pick(objects, 'HorizontalPodAutoscaler', 'user-service').spec).toMatchObject({
      minReplicas: 2,
      maxReplicas: 6,
    });
    expect(pick(objects, 'HorizontalPodAutoscaler', canaryName).spec).toMatchObject({ minReplicas: 1 });
  });

  test('is split at an HTTPRoute by a Service for each Deployment', () => {
    const objects = buildStack(
      input(
        {},
        {},
        {
          exposure: {
            type: 'GatewayAPI',
            gatewayAPI: { parentRefs: [{ name: 'edge' }] },
            routes: [{ path: '/users', service: 'user' }],
          },
        },
      ),
    );
    expect(pick(objects, 'HTTPRoute', 'shop').spec).toMatchObject({
      rules: [
        {
          backendRefs: [
            { name: 'user-service-only', port: 80, weight: 80 },
            { name: `${canaryName}-only`, port: 80, weight: 20 },
          ],
        },
      ],
    });
    expect(pick(objects, 'Service', `${canaryName}-only`).spec).toMatchObject({
      selector: { app: 'user-service', 'ecommercestack.dev/deployment': canaryName },
    });
  });

  test('stands in several HTTPRoutes where the routes are more than the Gateway API takes in one', () => {
    const routes = Array.from({ length: 30 }, (_, index) => ({ path: `/p${index}`, service: 'user' }));
    const objects = buildStack(
      input(
        {},
        {},
        { exposure: { type: 'GatewayAPI', gatewayAPI: { parentRefs: [{ name: 'edge' }] }, routes } },
      ),
    );
    const made = objects.filter(({ kind }) => kind === 'HTTPRoute');
    expect(made.map(({ metadata }) => metadata.name)).toEqual(['shop', 'shop-1']);
    // The object is what is being checked here.
    for (const route of made) expect(() => new HTTPRoute(route as never).validate()).not.toThrow();
    expect(made.flatMap(({ spec }) => Object(spec).rules)).toHaveLength(30);
  });

  test('that retires keeps its subset and loses its Deployment', () => {
    const retiring = input(
      {},
      {
        stable: { revision: next, deployment: canaryName },
        canary: undefined,
        retiring: [{ revision: old, deployment: 'user-service' }],
        route: 'Stable',
      },
    );
    const objects = buildStack(retiring);
    expect(pick(objects, 'DestinationRule', 'user-service').spec).toMatchObject({
      subsets: [{ name: 'v2' }, { name: 'v1' }],
    });
    expect(pick(objects, 'VirtualService', 'user-service').spec).toMatchObject({
      http: [{ route: [{ destination: { subset: 'v2' }, weight: 100 }] }],
    });
    expect(() => pick(objects, 'Deployment', 'user-service')).toThrow('no Deployment');
  });
});
