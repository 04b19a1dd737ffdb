import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, describe, expect, test } from 'vitest';
import { type KubernetesObject, objectKey } from '../../src/api/object.ts';
import { managerName } from '../../src/desired/labels.ts';
import { stackNamed } from '../cluster/cluster-suite.ts';
import { installCrds } from './capability-crds.ts';
import { startLiveOperator } from './live-operator.ts';
import { small, userService } from './shop-world.ts';

const noMesh = { ...small, mesh: { type: 'None' } };
const examples = join(import.meta.dirname, '../../../examples');
// Functional deadlines are gated at five times their figure: machines that run tests are noisy.
const driftMs = 5 * 2_000;

const live = await startLiveOperator();
const { server, stackIn, condition, until, install, owned } = live;

afterAll(() => live.stop());

describe('the operator against a real API server', () => {
  test('a stack becomes Ready', async () => {
    await install('ready', noMesh);
    await until('Ready', async () => (await condition('ready', 'Ready')) === 'True AllAvailable');
    const stack = await stackIn('ready');
    expect(stack?.['status']).toMatchObject({
      phase: 'Ready',
      observedGeneration: 1,
      summary: { services: '3/3' },
    });
  });

  test('a converged stack causes no request but the renewal of the lease and of watches', async () => {
    // It is told once the first test of the admission policies is answered, which may be after Ready.
    await until(
      'told who may act',
      async () => (await condition('ready', 'ActionsGuarded')) !== 'undefined undefined',
    );
    const windowMs = 20_000;
    const from = Date.now();
    await new Promise((resolve) => setTimeout(resolve, windowMs));
    const requests = server
      .audit()
      .filter(
        ({ userAgent, stage }) => userAgent?.startsWith(managerName) === true && stage === 'ResponseComplete',
      )
      .filter(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp) >= from)
      .filter(({ verb, objectRef }) => verb !== 'watch' && objectRef?.resource !== 'leases');
    expect(
      requests.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource} ${objectRef?.name}`),
    ).toEqual([]);
  });

  test('every owned object that is deleted comes back', async () => {
    const before = await owned('ready');
    expect(before.length).toBeGreaterThan(20);
    // A claim that a pod uses stays until the pod is gone, and an operator of all namespaces sees no Secrets.
    const kept = ['PersistentVolumeClaim', 'Secret'];
    for (const child of before.filter(({ kind }) => !kept.includes(kind))) {
      await server.drop(child);
      await until(
        `${objectKey(child)} to come back`,
        async () => {
          const now = await server.get(child);
          return now !== undefined && now.metadata.uid !== child.metadata.uid;
        },
        driftMs,
      );
    }
  });

  test('an owned field that is changed by hand is set back; a label of somebody else stays', async () => {
    const patch = (kind: string, name: string, change: unknown) =>
      server.kubectl('-n', 'ready', 'patch', kind, name, '--type=merge', '-p', JSON.stringify(change));
    await patch('service', 'user-service', {
      spec: { selector: { app: 'elsewhere' } },
      metadata: { labels: { theirs: 'yes' } },
    });
    await patch('deployment', 'user-service', {
      spec: { replicas: 5 },
      metadata: { labels: { 'app.kubernetes.io/managed-by': null } },
    });
    await patch('serviceaccount', 'user-service', { metadata: { ownerReferences: null } });
    const get = (kind: string, name: string) =>
      server
        .kubectl('-n', 'ready', 'get', kind, name, '-o', 'json')
        .then((text): KubernetesObject => JSON.parse(text));
    await until(
      'the Service to be repaired',
      async () =>
        (await get('service', 'user-service'))['spec'] !== undefined &&
        JSON.stringify((await get('service', 'user-service'))['spec']).includes('"app":"user-service"'),
      driftMs,
    );
    await until(
      'the Deployment to be repaired',
      async () => {
        const { metadata, spec } = await get('deployment', 'user-service');
        return (
          (spec as { replicas?: number }).replicas === 1 &&
          metadata.labels?.['app.kubernetes.io/managed-by'] === managerName
        );
      },
      driftMs,
    );
    await until(
      'the owner reference to be back',
      async () => (await get('serviceaccount', 'user-service')).metadata.ownerReferences?.length === 1,
      driftMs,
    );
    expect((await get('service', 'user-service')).metadata.labels?.['theirs']).toBe('yes');
  });

  test('a second stack in the namespace is told and touches nothing', async () => {
    await server.put(stackNamed('late', 'ready', noMesh));
    await until(
      'NamespaceTaken',
      async () => (await condition('ready', 'Stalled', 'late')) === 'True NamespaceTaken',
    );
    const theirs = (await owned('ready')).filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ name }) => name === 'late'),
    );
    expect(theirs).toEqual([]);
    await server.drop(stackNamed('late', 'ready'));
  });

  test('deleting the stack leaves nothing, without a finalizer', async () => {
    const stack = await stackIn('ready');
    expect(stack?.metadata).not.toHaveProperty('finalizers');
    await server.drop(stackNamed('shop', 'ready'));
    await until('everything to be collected', async () => (await owned('ready')).length === 0, 60_000);
  });

  test('a foreign object is not touched, and the rest converges', async () => {
    await server.namespace('foreign');
    const foreign: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'user-service', namespace: 'foreign' },
      spec: { selector: { app: 'mine' }, ports: [{ port: 80 }] },
    };
    const before = await server.put(foreign);
    await server.put(stackNamed('shop', 'foreign', noMesh));
    await until('NameConflict', async () => (await condition('foreign', 'Stalled')) === 'True NameConflict');
    await until(
      'the stores',
      async () => (await condition('foreign', 'DataReady')) === 'True StoresAvailable',
    );
    expect((await server.get(foreign))?.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    await server.drop(foreign);
    await until('recovery', async () => (await condition('foreign', 'Ready')) === 'True AllAvailable');
    await server.drop(stackNamed('shop', 'foreign'));
  });

  test('without Istio it says so; once Istio is installed its objects are made', async () => {
    await install('mesh', small);
    await until(
      'IstioAbsent',
      async () => (await condition('mesh', 'MeshConfigured')) === 'False IstioAbsent',
    );
    await until(
      'the services',
      async () => (await condition('mesh', 'ServicesAvailable')) === 'True AllAvailable',
    );
    await installCrds(server, 'istio');
    await until(
      'the mesh objects',
      async () => (await condition('mesh', 'MeshConfigured')) === 'True Applied',
    );
    await until('Ready', async () => (await condition('mesh', 'Ready')) === 'True AllAvailable');
    await server.drop(stackNamed('shop', 'mesh'));
  });

  test('a canary gets its weight when its pods run, and goes when the spec is reverted', async () => {
    const want = (version: string) =>
      server.put(
        stackNamed(
          'shop',
          'canary',
          userService({ version, rollout: { strategy: 'Canary', canary: { weight: 20 } } }),
        ),
      );
    const route = () =>
      server.kubectl(
        ...['-n', 'canary', 'get', 'virtualservice', 'user-service', '-o'],
        'jsonpath={range .spec.http[0].route[*]}{.destination.subset}:{.weight} {end}',
      );
    await server.namespace('canary');
    await want('v1.0.0');
    await until('Ready', async () => (await condition('canary', 'Ready')) === 'True AllAvailable');
    await want('v2.0.0');
    await until('the canary', async () => (await route()) === 'v1-0-0:80 v2-0-0:20 ');
    await until(
      'rest',
      async () => (await condition('canary', 'RolloutHealthy')) === 'Unknown AwaitingApproval',
    );
    await until('Ready again', async () => (await condition('canary', 'Ready')) === 'True AllAvailable');
    await want('v1.0.0');
    await until(
      'one revision',
      async () => (await condition('canary', 'RolloutHealthy')) === 'True NoCanary',
    );
    await until('the plain route', async () => (await route()) === ':100 ');
    const events = await server.kubectl(
      '-n',
      'canary',
      'get',
      'events.events.k8s.io',
      '-o',
      'jsonpath={.items[*].reason}',
    );
    expect(events.split(' ')).toEqual(expect.arrayContaining(['Ready', 'CanaryStarted', 'RolloutEnded']));
    await server.drop(stackNamed('shop', 'canary'));
  }, 300_000);

  test('every object of every example is accepted', async () => {
    const files = readdirSync(examples).filter((file) => file.endsWith('.yaml'));
    await Promise.all(
      files.flatMap((file) =>
        stacksIn(file).map((stack, index) => accepted(stack, `${file.replace('.yaml', '')}-${index}`)),
      ),
    );
  }, 600_000);
});

/** The stacks of an example; whatever else stands in the file is for the person who applies it. */
function stacksIn(file: string): KubernetesObject[] {
  const found = loadAll(readFileSync(join(examples, file), 'utf8'));
  // Examples are checked by validateStack elsewhere; here their shape is taken for granted.
  return (found as KubernetesObject[]).filter((document) => document?.kind === 'EcommerceStack');
}

async function accepted(example: KubernetesObject, namespace: string): Promise<void> {
  const { name } = example.metadata;
  await server.namespace(namespace);
  const stack: KubernetesObject = { ...example, metadata: { name, namespace } };
  await server.put(stack);
  await until(
    `the objects of ${namespace}`,
    async () => {
      const stalled = await condition(namespace, 'Stalled', name);
      expect(stalled, namespace).not.toMatch(/ObjectRefused|InvalidSpec|NameConflict/);
      return /Applied|MeshOff/.test(await condition(namespace, 'MeshConfigured', name));
    },
    300_000,
  );
  await server.drop(stack);
}
