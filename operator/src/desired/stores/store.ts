import { blueprints, type EmbeddedStore } from '../../api/blueprints.ts';
import type { CompletedEmbedded, CompletedStack } from '../../api/completed.ts';
import { toMilliseconds } from '../../api/duration.ts';
import type { KubernetesObject } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { buildInitConfig } from '../config-map.ts';
import { proxyAnnotations } from '../intent.ts';
import { labelKeys, objectLabels, podLabels } from '../labels.ts';
import { names } from '../names.ts';
import { buildPersistentVolumeClaim } from '../persistent-volume-claim.ts';
import { withRetention } from '../retention.ts';
import { buildGeneratedSecret } from '../secret.ts';
import { buildService } from '../service.ts';
import { buildServiceAccount } from '../service-account.ts';
import { buildStatefulSet } from '../stateful-set.ts';
import { kafkaServer } from './kafka.ts';
import { mongodbServer } from './mongodb.ts';
import { postgresServer } from './postgres.ts';
import { redisServer } from './redis.ts';
import { searchServer } from './search.ts';
import type { StoreServer } from './server.ts';
import { type StoreUse, storeUses } from './uses.ts';

/** Every embedded store that is used: identity, passwords, volume, Service and server. */
export function buildEmbeddedStores(stack: CompletedStack): KubernetesObject[] {
  return storeUses(stack).flatMap((use) => buildEmbeddedStore(stack, use));
}

function buildEmbeddedStore(stack: CompletedStack, use: StoreUse): KubernetesObject[] {
  const { objectName: name, component, port } = use;
  const stackName = stack.metadata.name;
  const { embedded, deletionPolicy } = settingsOf(stack, use.store);
  const { devProxy, stores } = blueprints[stack.blueprint];
  const meshed = stack.mesh.type === 'Istio';
  const server = serverOf(stack, use, embedded);
  const labels = { ...objectLabels(stackName, name, component), [labelKeys.store]: use.store };
  const initConfig = names.storeInit(stackName, use.store);
  const objects = [
    buildServiceAccount(name, labels),
    ...(server.passwords.length > 0 ? [buildGeneratedSecret(name, labels, server.passwords)] : []),
    ...(server.init ? [buildInitConfig(initConfig, labels, server.init.files)] : []),
    buildService({
      name,
      labels,
      selector: { app: name },
      port: { name: 'tcp', port, targetPort: port, appProtocol: 'tcp' },
    }),
    buildPersistentVolumeClaim(name, labels, embedded.storage),
    buildStatefulSet({
      name,
      labels,
      podLabels: {
        ...podLabels(stackName, name, component),
        [labelKeys.store]: use.store,
        ...(meshed && { 'sidecar.istio.io/inject': 'true' }),
      },
      podAnnotations: {
        'kubectl.kubernetes.io/default-container': name,
        ...(meshed && proxyAnnotations(stack.profile === 'Dev' ? devProxy : undefined)),
      },
      blueprint: stores[use.store],
      server,
      image: embedded.image,
      pullPolicy: 'IfNotPresent',
      pullSecrets: stack.imagePullSecrets,
      resources: embedded.resources,
      initConfig,
    }),
  ];
  return withRetention(objects, deletionPolicy);
}

function settingsOf(
  stack: CompletedStack,
  name: EmbeddedStore,
): { embedded: CompletedEmbedded; deletionPolicy: 'Retain' | 'Delete' } {
  return stack.stores.find(({ store }) => store === name) ?? stack.eventBus;
}

function serverOf(stack: CompletedStack, use: StoreUse, embedded: CompletedEmbedded): StoreServer {
  const { dataPath, port } = blueprints[stack.blueprint].stores[use.store];
  const { objectName } = use;
  const heap = heapOf(embedded.resources.limits.memory);
  switch (use.store) {
    case 'postgres':
      return postgresServer(objectName, dataPath);
    case 'mongodb':
      return mongodbServer(objectName, dataPath);
    case 'redis':
      return redisServer(objectName, dataPath);
    case 'search':
      return searchServer(heap);
    case 'kafka':
      return kafkaServer({
        host: objectName,
        port,
        dataPath,
        heap,
        partitions: stack.eventBus.partitions,
        retentionMs: toMilliseconds(stack.eventBus.retention),
      });
  }
}

/** Java heap beside which buffers and threads fit into the memory limit: two fifths of it. */
function heapOf(memoryLimit: string | undefined): string {
  const bytes = (parseQuantity(memoryLimit ?? '1Gi') ?? 0n) / 10n ** 9n;
  return `${(bytes * 2n) / 5n / 2n ** 20n}m`;
}
