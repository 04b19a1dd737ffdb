import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KubernetesObject, objectKey } from '../../src/api/object.ts';
import type { Evidence } from '../../src/status/evidence.ts';
import { conditionReasons } from '../../src/status/reasons.ts';
import { summarize, summarizeHalt } from '../../src/status/summarize.ts';
import {
  brief,
  canaryEvidence,
  condition,
  deployment,
  evidence,
  live,
  mesh,
  now,
  pod,
  stackWith,
  statefulSet,
  waiting,
} from './evidence.ts';

describe('a stack at rest', () => {
  test('everything as wanted is Ready, with the counts', () => {
    const status = summarize(evidence());
    expect(brief(status, 'Ready', 'Reconciling', 'Stalled', 'DataReady', 'ServicesAvailable')).toEqual([
      'Ready=True/AllAvailable',
      'Reconciling=False/Converged',
      'Stalled=False/NotStalled',
      'DataReady=True/StoresAvailable',
      'ServicesAvailable=True/AllAvailable',
    ]);
    expect(brief(status, 'MeshConfigured', 'ExposureReady', 'RolloutHealthy')).toEqual([
      'MeshConfigured=True/Applied',
      'ExposureReady=True/NotExposed',
      'RolloutHealthy=True/NoCanary',
    ]);
    expect(status).toMatchObject({ phase: 'Ready', summary: { services: '2/2' }, observedGeneration: 3 });
  });

  test('the same evidence gives the same status, whatever the time', () => {
    const first = summarize(evidence());
    const later = evidence({
      stack: stackWith({ exposure: { type: 'None' } }, first),
      now: '2027-01-01T00:00:00Z',
    });
    expect(summarize(later)).toEqual(first);
  });

  test('the time of a condition moves only when its status flips', () => {
    const first = summarize(evidence());
    const stack = stackWith({ exposure: { type: 'None' } }, first);
    const later = summarize(
      evidence({ stack, now: '2027-01-01T00:00:00Z', seen: [live(deployment('user-service'), 1)] }),
    );
    expect(condition(later, 'Ready').lastTransitionTime).toBe('2027-01-01T00:00:00Z');
    expect(condition(later, 'ExposureReady').lastTransitionTime).toBe(now);
  });

  test('conditions of other writers stay', () => {
    const foreign = {
      type: 'Audited',
      status: 'True',
      reason: 'Yes',
      message: '',
      lastTransitionTime: now,
    } as const;
    const stack = stackWith({}, { conditions: [foreign] });
    expect(summarize(evidence({ stack })).conditions).toContainEqual(foreign);
  });
});

describe('before the first status', () => {
  test('Ready is Unknown and Reconciling is True, with the generation', () => {
    const stack = stackWith();
    const status = summarize(evidence({ stack, seen: [], pending: evidence().desired.map(objectKey) }));
    expect(brief(status, 'Ready', 'Reconciling')).toEqual([
      'Ready=Unknown/Reconciling',
      'Reconciling=True/Converging',
    ]);
    expect(status.observedGeneration).toBe(3);
  });
});

describe('what is wrong, and whether a person has to act', () => {
  const sick = (reason: string, message = '') => [pod('user-service', waiting(reason, message))];
  const half = [
    live(deployment('user-service'), 1),
    live(deployment('product-service')),
    live(statefulSet('shop-postgres')),
    mesh(),
  ];
  const refusedByPolicy = {
    ...live(deployment('user-service'), 1),
    status: { conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'violates PodSecurity' }] },
  };
  const cases: [string, Partial<Evidence>, string[], RegExp][] = [
    [
      'an image that never pulls',
      { seen: half, pods: sick('ImagePullBackOff') },
      ['Ready=False/Degraded', 'Stalled=True/ImageNotPulled', 'ServicesAvailable=False/ServiceUnavailable'],
      /shop\/user:v9 cannot be pulled.*pullSecrets/,
    ],
    [
      'a Secret that the kubelet misses',
      { seen: half, pods: sick('CreateContainerConfigError', 'secret "db-secret" not found') },
      ['Ready=False/Degraded', 'Stalled=True/SecretMissing', 'ServicesAvailable=False/ServiceUnavailable'],
      /Secret db-secret does not exist/,
    ],
    [
      'a key that a Secret lacks',
      {
        seen: half,
        pods: sick('CreateContainerConfigError', "couldn't find key url in Secret dev/db-secret"),
      },
      ['Stalled=True/SecretMissing'],
      /Secret db-secret has no key url/,
    ],
    [
      'pods that the API server refuses',
      { seen: [refusedByPolicy, ...half.slice(1)] },
      [
        'Ready=False/Degraded',
        'Stalled=True/ConfigurationRefused',
        'ServicesAvailable=False/ServiceUnavailable',
      ],
      /pods of user-service are refused: violates PodSecurity/,
    ],
    [
      'a Secret that is known to be missing',
      { missingSecrets: ['db-secret'] },
      ['Ready=False/Degraded', 'Stalled=True/SecretMissing', 'DataReady=False/SecretMissing'],
      /db-secret does not exist; create it in namespace dev/,
    ],
    [
      'a crash loop, which may mend itself',
      { seen: half, pods: sick('CrashLoopBackOff') },
      ['Ready=False/Degraded', 'Stalled=False/NotStalled', 'Reconciling=True/Converging'],
      /kubectl logs/,
    ],
    [
      'pods that start',
      { seen: half },
      ['Ready=False/Progressing', 'Stalled=False/NotStalled', 'ServicesAvailable=False/Starting'],
      /waiting for user/,
    ],
    [
      'a foreign object under a name of ours',
      {
        problems: [
          { kind: 'Service', name: 'user-service', reason: 'NameConflict', message: 'made by kubectl' },
        ],
      },
      ['Ready=False/Degraded', 'Reconciling=False/Halted', 'Stalled=True/NameConflict'],
      /Service user-service exists and belongs to somebody else.*rename or delete/,
    ],
    [
      'an object that the API server refuses',
      {
        problems: [
          {
            kind: 'Deployment',
            name: 'user-service',
            reason: 'ObjectRefused',
            message: '403 Forbidden: quota',
          },
        ],
      },
      [
        'Stalled=True/ObjectRefused',
        'ServicesAvailable=False/ServiceUnavailable',
        'MeshConfigured=True/Applied',
      ],
      /Deployment user-service: 403 Forbidden: quota/,
    ],
    [
      'a mesh object that the API server refuses',
      {
        problems: [{ kind: 'VirtualService', name: 'user-service', reason: 'ObjectRefused', message: '422' }],
      },
      ['MeshConfigured=False/ObjectRefused', 'ServicesAvailable=True/AllAvailable'],
      /VirtualService user-service/,
    ],
    [
      'an API server that does not answer, which passes',
      { problems: [{ kind: 'Service', name: 'user-service', reason: 'Unreachable', message: 'no answer' }] },
      ['Ready=False/Degraded', 'Stalled=False/NotStalled', 'Reconciling=True/Converging'],
      /no answer/,
    ],
    [
      'no Istio',
      { absent: ['istio'] },
      [
        'Ready=False/Degraded',
        'Stalled=True/IstioAbsent',
        'MeshConfigured=False/IstioAbsent',
        'ServicesAvailable=True/AllAvailable',
      ],
      /install Istio or set spec.mesh.type to None/,
    ],
    [
      'a host of somebody else',
      { hostsTaken: ['api.example.com'] },
      ['Stalled=True/HostTaken', 'ExposureReady=False/HostTaken', 'ServicesAvailable=True/AllAvailable'],
      /api.example.com belongs to a stack in another namespace/,
    ],
    [
      'a store that starts',
      { seen: evidence().seen.map((object) => (object.kind === 'StatefulSet' ? live(object, 0) : object)) },
      ['Ready=False/Progressing', 'DataReady=False/StoresStarting'],
      /waiting for shop-postgres/,
    ],
    [
      'a store whose image never pulls',
      {
        seen: evidence().seen.map((object) => (object.kind === 'StatefulSet' ? live(object, 0) : object)),
        pods: [
          {
            ...pod('shop-postgres', waiting('ErrImagePull')),
            metadata: {
              name: 'shop-postgres-0',
              ownerReferences: [
                { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'shop-postgres', uid: 'u' },
              ],
            },
          },
        ],
      },
      ['Stalled=True/ImageNotPulled', 'DataReady=False/StoreUnavailable'],
      /shop-postgres: image/,
    ],
    [
      'a Deployment whose new generation its controller has not seen',
      {
        seen: evidence().seen.map((object) =>
          object.metadata.name === 'user-service'
            ? { ...object, metadata: { ...object.metadata, generation: 2 } }
            : object,
        ),
      },
      ['Ready=False/Progressing', 'ServicesAvailable=False/Starting'],
      /waiting for user/,
    ],
    [
      'an object that was written just now',
      { pending: [objectKey(mesh())] },
      ['Ready=False/Progressing', 'Reconciling=True/Converging'],
      /written/,
    ],
  ];

  test.each(cases)('%s', (_name, changes, expected, words) => {
    const status = summarize(evidence(changes));
    for (const line of expected) expect(brief(status, line.split('=')[0] ?? '')).toEqual([line]);
    const texts = status.conditions?.map(({ message }) => message).join('\n');
    expect(texts).toMatch(words);
  });

  test('a mesh that is off is said and does not hold Ready', () => {
    const stack = stackWith({ mesh: { type: 'None' }, exposure: { type: 'None' } }, { conditions: [] });
    const status = summarize(evidence({ stack }));
    expect(brief(status, 'Ready', 'MeshConfigured')).toEqual([
      'Ready=True/AllAvailable',
      'MeshConfigured=False/MeshOff',
    ]);
  });

  test('a namespace that enforces no Pod Security standard is told how to', () => {
    const said = condition(summarize(evidence({ podSecurity: false })), 'ServicesAvailable').message;
    expect(said).toMatch(
      /namespace dev enforces no Pod Security.*pod-security.kubernetes.io\/enforce=restricted/,
    );
    expect(condition(summarize(evidence({ podSecurity: true })), 'ServicesAvailable').message).not.toMatch(
      /enforce/,
    );
  });

  test('an Ingress that nobody serves is Unknown and does not hold Ready; with an address it is routed', () => {
    const ingress: KubernetesObject = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'shop', namespace: 'dev' },
    };
    const stack = stackWith(
      { exposure: { type: 'Ingress', hosts: ['api.example.com'], tls: { secretName: 'tls' } } },
      { conditions: [] },
    );
    const calm = evidence();
    const desired = [...calm.desired, ingress];
    const alone = summarize(evidence({ stack, desired, seen: [...calm.seen, ingress] }));
    expect(brief(alone, 'Ready', 'ExposureReady')).toEqual([
      'Ready=True/AllAvailable',
      'ExposureReady=Unknown/NoController',
    ]);
    const served = { ...ingress, status: { loadBalancer: { ingress: [{ ip: '10.0.0.9' }] } } };
    const status = summarize(evidence({ stack, desired, seen: [...calm.seen, served] }));
    expect(brief(status, 'ExposureReady')).toEqual(['ExposureReady=True/Routed']);
    expect(status.url).toBe('https://api.example.com/');
    expect(status.hosts).toEqual(['api.example.com']);
    expect(summarize(evidence()).hosts).toBeUndefined();
  });
});

describe('stacks that are left alone', () => {
  test('an invalid spec is stalled, keeps what it said of services and is not retried into noise', () => {
    const stack = stackWith({}, summarize(evidence()));
    const status = summarizeHalt(
      stack,
      { reason: 'InvalidSpec', message: 'spec.services[0].image: no' },
      now,
    );
    expect(brief(status, 'Ready', 'Reconciling', 'Stalled')).toEqual([
      'Ready=False/InvalidSpec',
      'Reconciling=False/Halted',
      'Stalled=True/InvalidSpec',
    ]);
    expect(status.services).toEqual(stack.status?.services);
    expect(
      summarizeHalt(
        { ...stack, status },
        { reason: 'InvalidSpec', message: 'spec.services[0].image: no' },
        '2027-01-01T00:00:00Z',
      ),
    ).toEqual(status);
  });
});

test('Ready is True only if every child is current and available', () => {
  const anyLive = fc.record({
    ready: fc.integer({ min: 0, max: 2 }),
    stale: fc.boolean(),
    gone: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyLive, { minLength: 3, maxLength: 3 }), fc.boolean(), (states, meshGone) => {
      const calm = evidence();
      const workloads = calm.desired.filter(({ kind }) => kind !== 'PeerAuthentication');
      const seen = workloads.flatMap((object, index) => {
        const { ready, stale, gone } = states[index] ?? { ready: 2, stale: false, gone: false };
        const found = live(object, ready);
        const status = { ...(found['status'] as object), ...(stale && { observedGeneration: 0 }) };
        return gone ? [] : [{ ...found, status }];
      });
      const status = summarize(evidence({ seen: meshGone ? seen : [...seen, mesh()] }));
      const whole = !meshGone && states.every(({ ready, stale, gone }) => ready === 2 && !stale && !gone);
      expect(condition(status, 'Ready').status).toBe(whole ? 'True' : 'False');
    }),
  );
});

test('every reason that is said stands in the table with its status', () => {
  for (const status of [
    summarize(evidence()),
    summarize(canaryEvidence(0, 20, 0)),
    summarize(evidence({ absent: ['istio'] })),
  ]) {
    for (const { type, status: value, reason } of status.conditions ?? []) {
      const rows: Record<string, { status: string }> =
        conditionReasons[type as keyof typeof conditionReasons];
      expect(rows[reason]?.status, `${type} ${reason}`).toBe(value);
    }
  }
});
