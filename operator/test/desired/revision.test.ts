import { describe, expect, test } from 'vitest';
import { completeStack } from '../../src/api/defaults.ts';
import { workloadsOf } from '../../src/desired/intent.ts';
import {
  intentAnnotation,
  intentKey,
  recordedRevisions,
  recordIntent,
  revisionHash,
} from '../../src/desired/revision.ts';
import { aStack, objectsOf, pick } from '../../src/testing/a-stack.ts';

type Spec = Parameters<typeof aStack>[0];
type User = NonNullable<NonNullable<NonNullable<Spec>['services']>[number]>;

const intentOf = (user: Omit<User, 'name'>, spec: Spec = {}) => {
  const stack = completeStack(aStack({ ...spec, services: [{ name: 'user', ...user }] }));
  const workload = workloadsOf(stack).find(({ name }) => name === 'user');
  if (workload === undefined) throw new Error('no workload user');
  return workload.intent;
};
const revisionOf = (user: Omit<User, 'name'>, spec: Spec = {}) => revisionHash(intentOf(user, spec));
const unchanged = revisionOf({});

describe('a revision', () => {
  test.each<[string, Omit<User, 'name'>]>([
    ['replicas', { replicas: 7 }],
    ['an autoscaler', { autoscaling: { maxReplicas: 9 } }],
    ['a disruption budget', { disruptionBudget: { minAvailable: 1 } }],
    ['rollout settings', { rollout: { strategy: 'Canary', canary: { weight: 20 } } }],
    ['resilience', { resilience: { timeout: '3s' } }],
    ['permissions', { authorization: { methods: ['GET'] } }],
  ])('stays the same with other %s', (_, user) => {
    expect(revisionOf(user)).toBe(unchanged);
  });

  test.each<[string, Omit<User, 'name'>]>([
    ['version', { version: 'v1.2.4' }],
    ['image', { image: { repository: 'other/user', tag: 'v1.2.3' } }],
    ['environment', { env: [{ name: 'A', value: 'b' }] }],
    ['resources', { resources: { limits: { memory: '1Gi' } } }],
    ['probes', { probes: { liveness: { initialDelay: '30s' } } }],
    ['pod annotations', { pod: { annotations: { a: 'b' } } }],
  ])('is a new one with another %s', (_, user) => {
    expect(revisionOf(user)).not.toBe(unchanged);
  });

  test('does not depend on what other services are', () => {
    const other = { services: [{ name: 'user' as const }, { name: 'cart' as const, version: 'v9' }] };
    const stack = completeStack(aStack(other));
    const intent = workloadsOf(stack).find(({ name }) => name === 'user')?.intent;
    expect(intent && revisionHash(intent)).toBe(unchanged);
  });

  // A change here restarts the pods of everybody who upgrades the operator: make a new blueprint instead.
  test('of the smallest stack is pinned by blueprint v1', () => {
    expect(unchanged).toMatchInlineSnapshot(`"8m8hzvtfjt"`);
  });
});

test('the pod template changes exactly when the revision does', () => {
  const templateOf = (user: Omit<User, 'name'>) => {
    const objects = objectsOf(aStack({ services: [{ name: 'user', ...user }] }));
    return (pick(objects, 'Deployment', 'user-service').spec as { template: unknown }).template;
  };
  expect(templateOf({ replicas: 7, rollout: { revisionHistoryLimit: 2 } })).toEqual(templateOf({}));
  expect(templateOf({ env: [{ name: 'A', value: 'b' }] })).not.toEqual(templateOf({}));
});

describe('records', () => {
  const intent = intentOf({ version: 'v1' });
  const revision = revisionHash(intent);
  const labels = { 'ecommercestack.dev/revision': revision };
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `user-service-${revision}`, labels },
    data: { [intentKey]: recordIntent(intent) },
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'user-service', labels, annotations: { [intentAnnotation]: recordIntent(intent) } },
  };

  test('are found in either place', () => {
    expect(recordedRevisions([config])).toEqual({ [revision]: intent });
    expect(recordedRevisions([deployment])).toEqual({ [revision]: intent });
  });

  test('stand in the ConfigMap alone where they are larger than annotations may be', () => {
    // As large as the schema lets a service be: four bytes each, and six once escaped.
    for (const sign of ['😀', '\u0007']) {
      const names = Array.from({ length: 32 }, (_, index) => `NAME_${index}`);
      const env = names.map((name) => ({ name, value: sign.repeat(1024) }));
      const annotations = Object.fromEntries(names.map((name) => [name, sign.repeat(1024)]));
      const objects = objectsOf(aStack({ services: [{ name: 'user', env, pod: { annotations } }] }));
      const large = pick(objects, 'Deployment', 'user-service');
      expect(Buffer.byteLength(JSON.stringify(large.metadata.annotations ?? {}))).toBeLessThan(256 * 1024);
      const records = objects.filter(({ kind }) => kind === 'ConfigMap');
      const name = large.metadata.labels?.['ecommercestack.dev/revision'] ?? '';
      expect(recordedRevisions(records)[name]?.env[0]?.value).toBeDefined();
    }
  });

  test('that somebody changed are ignored', () => {
    const changed = { ...config, data: { [intentKey]: recordIntent({ ...intent, image: 'evil/user:v1' }) } };
    expect(recordedRevisions([changed])).toEqual({});
    expect(recordedRevisions([{ ...config, data: { [intentKey]: '{' } }])).toEqual({});
    expect(recordedRevisions([{ ...config, data: {} }])).toEqual({});
  });
});
