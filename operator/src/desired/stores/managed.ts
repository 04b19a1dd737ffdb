import type {
  CompletedEventBus,
  CompletedManaged,
  CompletedStack,
  CompletedStore,
} from '../../api/completed.ts';
import { toMilliseconds } from '../../api/duration.ts';
import type { KubernetesObject } from '../../api/object.ts';
import { objectLabels } from '../labels.ts';
import { withRetention } from '../retention.ts';
import { buildGeneratedSecret } from '../secret.ts';
import { tenantsOf } from './server.ts';

/** A store that another operator runs: what its pods are labelled, where they listen, who uses them. */
export type ManagedUse = { podLabels: Record<string, string>; port: number; usedBy: readonly string[] };

/** The stores of the stack that other operators run. */
export function managedUses(stack: CompletedStack): ManagedUse[] {
  const uses = stack.stores.flatMap(({ objectName, mode, usedBy }): ManagedUse[] => {
    switch (mode) {
      case 'CloudNativePG':
        return [{ podLabels: { 'cnpg.io/cluster': objectName }, port: 5432, usedBy }];
      case 'Percona':
        return [{ podLabels: { 'app.kubernetes.io/instance': objectName }, port: 27017, usedBy }];
      case 'OpenSearch':
        return [{ podLabels: { 'opster.io/opensearch-cluster': objectName }, port: 9200, usedBy }];
      case 'ECK':
        return [
          { podLabels: { 'elasticsearch.k8s.elastic.co/cluster-name': objectName }, port: 9200, usedBy },
        ];
      default:
        return [];
    }
  });
  const { objectName, mode, usedBy } = stack.eventBus;
  return mode === 'Strimzi'
    ? [...uses, { podLabels: { 'strimzi.io/cluster': objectName }, port: 9092, usedBy }]
    : uses;
}

/** The resources handed to other operators; they run the servers, replicate, back up and fail over. */
export function buildManagedStores(stack: CompletedStack): KubernetesObject[] {
  const stores = stack.stores
    .filter((store) => store.usedBy.length > 0)
    .flatMap((store) => withRetention(buildManagedStore(stack, store), store.deletionPolicy));
  const { eventBus } = stack;
  if (eventBus.mode !== 'Strimzi' || eventBus.usedBy.length === 0) return stores;
  return [...stores, ...withRetention(buildStrimzi(stack, eventBus), eventBus.deletionPolicy)];
}

function buildManagedStore(stack: CompletedStack, store: CompletedStore): KubernetesObject[] {
  const labels = objectLabels(stack.metadata.name, store.objectName, 'store');
  switch (store.mode) {
    case 'CloudNativePG':
      return buildCloudNativePg(store, labels);
    case 'Percona':
      return [buildPercona(store, labels)];
    case 'OpenSearch':
      return [buildOpenSearch(store, labels)];
    case 'ECK':
      return [buildElasticsearch(store, labels)];
    default:
      return [];
  }
}

/** One cluster, and for each service a role with a generated password and a database of its own. */
function buildCloudNativePg(store: CompletedStore, labels: Record<string, string>): KubernetesObject[] {
  const { objectName: name, managed } = store;
  const tenants = tenantsOf('postgres');
  return [
    ...tenants.map((tenant) => ({
      ...buildGeneratedSecret(`${name}-${tenant}`, labels, ['password'], { username: tenant }),
      type: 'kubernetes.io/basic-auth',
    })),
    {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name, labels },
      spec: {
        instances: managed.replicas,
        storage: volume(managed),
        resources: managed.resources,
        managed: {
          roles: tenants.map((tenant) => ({
            name: tenant,
            ensure: 'present',
            login: true,
            passwordSecret: { name: `${name}-${tenant}` },
          })),
        },
      },
    },
    ...tenants.map((tenant) => ({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Database',
      metadata: { name: `${name}-${tenant}`, labels },
      spec: { cluster: { name }, name: tenant, owner: tenant, ensure: 'present' },
    })),
  ];
}

function buildPercona(store: CompletedStore, labels: Record<string, string>): KubernetesObject {
  const { objectName: name, managed } = store;
  const few = managed.replicas < 3;
  return {
    apiVersion: 'psmdb.percona.com/v1',
    kind: 'PerconaServerMongoDB',
    metadata: { name, labels },
    spec: {
      image: 'percona/percona-server-mongodb:8.0',
      ...(few && { unsafeFlags: { replsetSize: true } }),
      secrets: { users: `${name}-secrets` },
      replsets: [
        {
          name: 'rs0',
          size: managed.replicas,
          resources: managed.resources,
          volumeSpec: { persistentVolumeClaim: claim(managed) },
        },
      ],
    },
  };
}

function buildOpenSearch(store: CompletedStore, labels: Record<string, string>): KubernetesObject {
  const { objectName: name, managed } = store;
  return {
    apiVersion: 'opensearch.opster.io/v1',
    kind: 'OpenSearchCluster',
    metadata: { name, labels },
    spec: {
      general: {
        serviceName: name,
        version: '2.19.6',
        httpPort: 9200,
        additionalConfig: { 'plugins.security.disabled': 'true' },
      },
      nodePools: [
        {
          component: 'nodes',
          replicas: managed.replicas,
          diskSize: managed.storage.size,
          roles: ['cluster_manager', 'data'],
          resources: managed.resources,
          ...(managed.storage.className !== undefined && {
            persistence: { pvc: { storageClass: managed.storage.className, accessModes: ['ReadWriteOnce'] } },
          }),
        },
      ],
    },
  };
}

function buildElasticsearch(store: CompletedStore, labels: Record<string, string>): KubernetesObject {
  const { objectName: name, managed } = store;
  return {
    apiVersion: 'elasticsearch.k8s.elastic.co/v1',
    kind: 'Elasticsearch',
    metadata: { name, labels },
    spec: {
      version: '8.19.0',
      http: { tls: { selfSignedCertificate: { disabled: true } } },
      nodeSets: [
        {
          name: 'default',
          count: managed.replicas,
          config: { 'node.store.allow_mmap': false },
          podTemplate: { spec: { containers: [{ name: 'elasticsearch', resources: managed.resources }] } },
          volumeClaimTemplates: [{ metadata: { name: 'elasticsearch-data' }, spec: claim(managed) }],
        },
      ],
    },
  };
}

function buildStrimzi(stack: CompletedStack, bus: CompletedEventBus): KubernetesObject[] {
  const { objectName: name, managed } = bus;
  const labels = objectLabels(stack.metadata.name, name, 'event-bus');
  const ofCluster = { ...labels, 'strimzi.io/cluster': name };
  const copies = Math.min(3, managed.replicas);
  return [
    {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'Kafka',
      metadata: { name, labels },
      spec: {
        kafka: {
          listeners: [{ name: 'plain', port: 9092, type: 'internal', tls: false }],
          config: {
            'offsets.topic.replication.factor': copies,
            'transaction.state.log.replication.factor': copies,
            'transaction.state.log.min.isr': Math.max(1, copies - 1),
            'default.replication.factor': copies,
            'min.insync.replicas': Math.max(1, copies - 1),
          },
        },
        entityOperator: { topicOperator: {} },
      },
    },
    {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaNodePool',
      metadata: { name: `${name}-nodes`, labels: ofCluster },
      spec: {
        replicas: managed.replicas,
        roles: ['controller', 'broker'],
        resources: managed.resources,
        storage: { type: 'jbod', volumes: [{ id: 0, type: 'persistent-claim', ...strimziVolume(managed) }] },
      },
    },
    ...bus.topics.map((topic) => ({
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: { name: topic, labels: ofCluster },
      spec: {
        partitions: bus.partitions,
        replicas: copies,
        config: { 'retention.ms': toMilliseconds(bus.retention) },
      },
    })),
  ];
}

function volume({ storage }: CompletedManaged): Record<string, unknown> {
  return { size: storage.size, ...(storage.className !== undefined && { storageClass: storage.className }) };
}

function strimziVolume({ storage }: CompletedManaged): Record<string, unknown> {
  return { size: storage.size, ...(storage.className !== undefined && { class: storage.className }) };
}

function claim({ storage }: CompletedManaged): Record<string, unknown> {
  return {
    accessModes: ['ReadWriteOnce'],
    ...(storage.className !== undefined && { storageClassName: storage.className }),
    resources: { requests: { storage: storage.size } },
  };
}
