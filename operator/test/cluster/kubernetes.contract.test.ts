import { ApiClient, Expectations, loadCredentials } from '@ecommercestack/controller-runtime';
import { afterAll, beforeAll, describe } from 'vitest';
import { waitFor } from '../../../hack/cluster/wait.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { type WatchedKind, watchedKinds } from '../../src/cluster/informers.ts';
import { kubernetesCluster } from '../../src/cluster/kubernetes.ts';
import { passwordSource } from '../../src/cluster/passwords.ts';
import { managerName } from '../../src/desired/labels.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { clusterSuite } from './cluster-suite.ts';

let server: ApiServer;
let watched: WatchedKind[];
let client: ApiClient;
let namespaces = 0;

beforeAll(async () => {
  server = await startApiServer({ pods: false });
  const credentials = await loadCredentials({ kubeconfig: server.kubeconfig });
  client = new ApiClient({ credentials, userAgent: managerName, fieldManager: managerName });
  watched = watchedKinds({ client, namespaces: [] });
  for (const { informer } of watched) informer.start();
  await Promise.all(watched.map(({ informer }) => informer.waitForSync()));
});

afterAll(async () => {
  await Promise.all((watched ?? []).map(({ informer }) => informer.stop()));
  await server?.stop();
});

describe('a real API server', () => {
  clusterSuite(async () => {
    namespaces += 1;
    const namespace = `suite-${namespaces}`;
    await server.namespace(namespace);
    return {
      cluster: kubernetesCluster({
        ...{ client, watched, expectations: new Expectations() },
        passwords: passwordSource(client, 'default'),
      }),
      namespace,
      put: async (object) => {
        const known = await server.get(object);
        return known === undefined ? server.put(object) : server.replace(edited(object, known));
      },
      drop: (object) => server.drop(object),
      until: (read) => waitFor(async () => read(), { what: 'the caches to show it', timeoutMs: 10_000 }),
    };
  });
});

/** The object as an editor would send it back: on top of the version that was read. */
function edited(object: KubernetesObject, known: KubernetesObject): KubernetesObject {
  const { resourceVersion, uid } = known.metadata;
  return { ...known, ...object, metadata: { ...known.metadata, ...object.metadata, resourceVersion, uid } };
}
