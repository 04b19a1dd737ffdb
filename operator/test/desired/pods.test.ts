import { describe, expect, test } from 'vitest';
import { aStack, objectsOf, pick } from '../../src/testing/a-stack.ts';

type Spec = Parameters<typeof aStack>[0];
type Pod = {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: Record<string, unknown> & { containers: Record<string, unknown>[] };
};

const objects = objectsOf(aStack());
const podOf = (spec: Spec, name = 'user-service'): Pod =>
  (pick(objectsOf(aStack(spec)), 'Deployment', name).spec as { template: Pod }).template;
const pods = objects
  .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
  .map(({ metadata, spec }) => [metadata.name, (spec as { template: Pod }).template] as const);

describe.each(pods)('the pod of %s', (name, { metadata, spec }) => {
  const [container = {}] = spec.containers;

  test('has no root, no rights and no token', () => {
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container['securityContext']).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      // OpenSearch's image creates its key store beside its configuration.
      readOnlyRootFilesystem: name !== 'shop-search',
    });
  });

  test('is found by the mesh, and carries nothing that a promotion would change', () => {
    expect(metadata.labels['sidecar.istio.io/inject']).toBe('true');
    expect(Object.keys(metadata.labels)).not.toContain('ecommercestack.dev/role');
    expect(Object.keys(metadata.labels)).not.toContain('app.kubernetes.io/managed-by');
  });

  test('says what it needs and how it is probed', () => {
    expect(container).toHaveProperty('resources.requests.memory');
    expect(container).toHaveProperty('resources.limits.memory');
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      expect(container).toHaveProperty(probe);
  });
});

describe('a pod', () => {
  test('gets its own pods as the selector that a term leaves out', () => {
    const affinity = {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname' } },
        ],
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'cart-service' } } },
        ],
      },
    };
    expect(podOf({ services: [{ name: 'user', pod: { affinity } }] }).spec['affinity']).toEqual({
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            podAffinityTerm: {
              topologyKey: 'kubernetes.io/hostname',
              labelSelector: { matchLabels: { app: 'user-service' } },
            },
          },
        ],
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'cart-service' } } },
        ],
      },
    });
  });

  test('keeps the labels that select it, whatever labels the stack adds', () => {
    const { labels } = podOf({ services: [{ name: 'user', pod: { labels: { team: 'a' } } }] }).metadata;
    expect(labels).toMatchObject({
      app: 'user-service',
      team: 'a',
      'ecommercestack.dev/deployment': 'user-service',
    });
  });

  test('of a custom image waits before it ends, and runs as the user of the image', () => {
    const customServices = [{ name: 'loyalty', image: { repository: 'x/loyalty', tag: 'v1' } }];
    const { spec } = podOf({ customServices }, 'loyalty');
    expect(spec.containers[0]).toHaveProperty('lifecycle.preStop.sleep.seconds', 5);
    expect(spec['securityContext']).not.toHaveProperty('runAsUser');
    expect(podOf({}).spec['securityContext']).toHaveProperty('runAsUser', 10001);
  });

  test.each([
    [1, undefined],
    [2, 1],
    [5, 4],
    [6, 5],
  ])('of a custom image with %i s to end waits less than that', (terminationGracePeriodSeconds, seconds) => {
    const image = { repository: 'x/loyalty', tag: 'v1' };
    const customServices = [{ name: 'loyalty', image, pod: { terminationGracePeriodSeconds } }];
    const [container] = podOf({ customServices }, 'loyalty').spec.containers;
    const lifecycle = seconds === undefined ? undefined : { preStop: { sleep: { seconds } } };
    expect(Reflect.get(container ?? {}, 'lifecycle')).toEqual(lifecycle);
  });

  test('gets time to drain: longer than 5 s of serving on and 20 s of draining', () => {
    expect(podOf({}).spec['terminationGracePeriodSeconds']).toBeGreaterThan(25);
  });
});
