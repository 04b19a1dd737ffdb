// Copies every ConfigMap with the label `copy-to` to the name in that label, and keeps the copy equal.
import { hostname } from 'node:os';
import * as k8s from '@ecommercestack/controller-runtime';

interface ConfigMap extends k8s.KubeObject {
  data?: Record<string, string>;
}

const resource = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const metrics = new k8s.Metrics({ prefix: 'copier' });
const credentials = await k8s.loadCredentials();
const leader = new k8s.LeaderElector({
  client: new k8s.ApiClient({ credentials }),
  namespace: credentials.namespace ?? 'default',
  name: 'copier',
  identity: `${hostname()}-${process.pid}`,
  onChange: metrics.leading,
});
const client = new k8s.ApiClient({ credentials, fieldManager: 'copier', beforeWrite: leader.assertLeader });
const sources = new k8s.Informer<ConfigMap>({ client, resource, name: 'source', labelSelector: 'copy-to' });
const copies = new k8s.Informer<ConfigMap>({ client, resource, name: 'copy', labelSelector: 'copied' });
const expectations = new k8s.Expectations();

async function reconcile(key: string): Promise<void> {
  const source = sources.cache.get(key);
  if (source === undefined) return; // the garbage collector removes the copy
  const { name, namespace, uid = '', labels = {} } = source.metadata;
  const [copy] = copies.cache.ownedBy(uid);
  if (copy !== undefined && JSON.stringify(copy.data) === JSON.stringify(source.data)) return;
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid, controller: true }];
  const metadata = { name: labels['copy-to'] ?? '', namespace, labels: { copied: 'yes' }, ownerReferences };
  const wanted: ConfigMap = { metadata, data: source.data };
  expectations.wrote(key, copies, await client.apply(resource, wanted, { force: true }));
}

const ownersOf = (copy: ConfigMap) =>
  k8s.owners(copy).map(({ name }) => k8s.keyOf({ name, namespace: copy.metadata.namespace }));
const controller = k8s.runController({
  watches: [k8s.watch({ informer: sources }), k8s.watch({ informer: copies, keys: ownersOf })],
  reconcile,
  leader,
  expectations,
  metrics,
  stopOn: ['SIGTERM', 'SIGINT'],
  onError: (key, error) => console.error(`${key}: ${k8s.describeError(error)}`),
});
const port = Number(process.env['PORT'] ?? 8081);
const { registry } = metrics;
const health = await k8s.serveHealth({ port, registry, notReady: () => controller.notReady() });
console.log(`serving /healthz, /readyz and /metrics on ${health.port}`);
await controller.done;
await health.close();
