import { afterAll, describe, expect, test } from 'vitest';
import { kinds } from '../../src/api/kinds.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { managerName } from '../../src/desired/labels.ts';
import type { AuditEntry } from '../cluster/api-server.ts';
import { stackNamed } from '../cluster/cluster-suite.ts';
import { installCrds } from './capability-crds.ts';
import { startLiveOperator } from './live-operator.ts';
import { small, userService } from './shop-world.ts';

const live = await startLiveOperator();
const { server, condition, until, install, owned } = live;

afterAll(() => live.stop());

/** A stack without a mesh, with these members on its one service with a store. */
const user = (fields: Record<string, unknown> = {}) => ({ mesh: { type: 'None' }, ...userService(fields) });

const isReady = (namespace: string) => async () =>
  (await condition(namespace, 'Ready')) === 'True AllAvailable';

async function deployment(namespace: string, name = 'user-service'): Promise<KubernetesObject> {
  return JSON.parse(await server.kubectl('-n', namespace, 'get', 'deployment', name, '-o', 'json'));
}

/** Pods that a Deployment of the API server asks for. */
async function replicas(namespace: string): Promise<number | undefined> {
  // Written by the API server.
  const { replicas: wanted } = (await deployment(namespace))['spec'] as { replicas?: number };
  return wanted;
}

const patch = (namespace: string, object: string, change: unknown) =>
  server.kubectl('-n', namespace, 'patch', object, '--type=merge', '-p', JSON.stringify(change));

/** What the operator wrote in a namespace since a moment, status and Events apart. */
function writesIn(namespace: string, since: number): AuditEntry[] {
  return server
    .audit()
    .filter(({ stage, userAgent }) => stage === 'ResponseComplete' && userAgent?.startsWith(managerName))
    .filter(({ verb }) => !['get', 'list', 'watch'].includes(verb))
    .filter(({ objectRef }) => objectRef?.namespace === namespace)
    .filter(({ objectRef }) => objectRef?.subresource !== 'status' && objectRef?.resource !== 'events')
    .filter(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp) >= since);
}

describe('what else lives in the cluster', () => {
  test('pods that the namespace refuses are told of, and the stack recovers once it lets them be', async () => {
    await server.namespace('refusing');
    await server.kubectl('-n', 'refusing', 'create', 'quota', 'none', '--hard=pods=0');
    await server.put(stackNamed('shop', 'refusing', user()));
    await until('the refusal to be told', async () => /exceeded quota/.test(await told('refusing')));
    await server.kubectl('-n', 'refusing', 'delete', 'quota', 'none');
    await until('Ready', isReady('refusing'));
    await server.drop(stackNamed('shop', 'refusing'));
  });

  test('pods that go are replaced, and nothing else is written for it', async () => {
    await install('pods', user());
    await until('Ready', isReady('pods'));
    const since = Date.now();
    await server.kubectl('-n', 'pods', 'delete', 'pods', '--all', '--wait=false');
    await until('the pods to be missed', async () => !(await isReady('pods')()));
    await until('Ready again', isReady('pods'));
    expect(writesIn('pods', since)).toEqual([]);
  });

  test('the number of an autoscaler stays; without it the number of the specification is back', async () => {
    await install('scaled', user({ replicas: 1 }));
    await until('Ready', isReady('scaled'));
    const scaled = user({ autoscaling: { minReplicas: 3, maxReplicas: 5 } });
    await server.put(stackNamed('shop', 'scaled', scaled));
    await until('the autoscaler to act', async () => (await replicas('scaled')) === 3);
    await until('Ready', isReady('scaled'));
    // Whatever makes the operator apply the Deployment again must not bring its own number along.
    await patch('scaled', 'deployment/user-service', { spec: { progressDeadlineSeconds: 7 } });
    await until('the repair', async () => {
      const { progressDeadlineSeconds } = (await deployment('scaled'))['spec'] as Record<string, unknown>;
      return progressDeadlineSeconds !== 7;
    });
    expect(await replicas('scaled')).toBe(3);
    await server.put(stackNamed('shop', 'scaled', user({ replicas: 2 })));
    await until('the number of the specification', async () => (await replicas('scaled')) === 2);
    await until('Ready', isReady('scaled'));
  });

  test('fields of others stay through repairs and changes: a restart by hand, labels, annotations', async () => {
    const theirs = { 'example.com/theirs': 'yes' };
    await server.kubectl('-n', 'scaled', 'rollout', 'restart', 'deployment/user-service');
    for (const object of ['service/user-service', 'deployment/user-service', 'serviceaccount/user-service'])
      await patch('scaled', object, { metadata: { annotations: theirs, labels: theirs } });
    await server.put(stackNamed('shop', 'scaled', user({ version: 'v2.0.0' })));
    const template = async () => JSON.stringify((await deployment('scaled'))['spec']);
    await until('the new version', async () => (await template()).includes(':v2.0.0'));
    expect(await template()).toContain('kubectl.kubernetes.io/restartedAt');
    for (const child of await owned('scaled')) {
      if (child.metadata.name !== 'user-service' || !hasTheirs(child.kind)) continue;
      expect(child.metadata.annotations, child.kind).toMatchObject(theirs);
      expect(child.metadata.labels, child.kind).toMatchObject(theirs);
    }
    await until('Ready', isReady('scaled'));
  });
});

const hasTheirs = (kind: string) => ['Service', 'Deployment', 'ServiceAccount'].includes(kind);

/** Everything that the conditions of a stack say. */
async function told(namespace: string): Promise<string> {
  return JSON.stringify((await live.stackIn(namespace))?.['status'] ?? {});
}

describe('Kinds that come and go', () => {
  test('are used when they come, told of when they vanish, and used again', async () => {
    await install('mesh', small);
    await until(
      'IstioAbsent',
      async () => (await condition('mesh', 'MeshConfigured')) === 'False IstioAbsent',
    );
    await installCrds(server, 'istio');
    await until('Ready with a mesh', isReady('mesh'));
    const names = kinds
      .filter(({ needs }) => needs === 'istio')
      .map(({ plural, group }) => `${plural}.${group}`);
    await server.kubectl('delete', 'crd', ...names);
    await until(
      'IstioAbsent',
      async () => (await condition('mesh', 'MeshConfigured')) === 'False IstioAbsent',
    );
    await until(
      'the services to be unharmed',
      async () => (await condition('mesh', 'ServicesAvailable')) === 'True AllAvailable',
    );
    await installCrds(server, 'istio');
    await until('Ready with a mesh again', isReady('mesh'));
    const routes = await server.kubectl('-n', 'mesh', 'get', 'virtualservices', '-o', 'name');
    expect(routes).toContain('user-service');
  });
});

describe('a namespace that is deleted', () => {
  test('takes everything along within a minute, and nothing is made in it any more', async () => {
    await install('leaving', user());
    await until('Ready', isReady('leaving'));
    const since = Date.now();
    await server.kubectl('delete', 'namespace', 'leaving', '--timeout=60s');
    const writes = writesIn('leaving', since).filter(({ verb }) => verb !== 'delete');
    const made = writes.filter(({ responseStatus }) => (responseStatus?.code ?? 500) < 300);
    expect(made.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource} ${objectRef?.name}`)).toEqual(
      [],
    );
    const tries = Map.groupBy(writes, ({ objectRef }) => `${objectRef?.resource} ${objectRef?.name}`);
    expect([...tries].filter(([, of]) => of.length > 1).map(([name]) => name)).toEqual([]);
  });
});
