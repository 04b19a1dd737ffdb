/** Completes stores and the event bus. */
import { type StoreName, storeNames } from '@ecommercestack/contracts/topology';
import type {
  CompletedEmbedded,
  CompletedEventBus,
  CompletedManaged,
  CompletedResources,
  CompletedService,
  CompletedStorage,
  CompletedStore,
} from '../completed.ts';
import type { EcommerceStackSpec } from '../ecommercestack.ts';
import { embeddedImages, profiles } from './profiles.ts';
import { completeResources } from './workload.ts';

type Data = EcommerceStackSpec['data'];
type EmbeddedFields = Data['postgres']['embedded'];
type ManagedFields = Data['postgres']['cloudNativePG'];

/** One entry a store; `usedBy` names the running services that need it. */
export function completeStores(
  spec: EcommerceStackSpec,
  stackName: string,
  services: readonly CompletedService[],
): CompletedStore[] {
  return storeNames.map((store) => {
    const fields = spec.data[store];
    return {
      store,
      objectName: `${stackName}-${store}`,
      mode: fields.mode,
      usedBy: services
        .filter((service) => runsHere(service) && service.stores.some((use) => use.store === store))
        .map((service) => service.name),
      deletionPolicy: fields.deletionPolicy ?? profiles[spec.profile].deletionPolicy,
      embedded: completeEmbedded(spec, store, fields.embedded),
      managed: completeManaged(spec, store, managedFields(spec.data, store)),
    };
  });
}

/** The event bus; `usedBy` names the running services that publish or consume. */
export function completeEventBus(
  spec: EcommerceStackSpec,
  stackName: string,
  services: readonly CompletedService[],
): CompletedEventBus {
  const { kafka, type } = spec.eventBus;
  const users = services.filter(
    (service) => runsHere(service) && service.publishes.length + service.consumes.length > 0,
  );
  const profile = profiles[spec.profile];
  const topics = new Set(users.flatMap((service) => [...service.publishes, ...service.consumes]));
  return {
    type,
    objectName: `${stackName}-kafka`,
    mode: kafka.mode,
    usedBy: users.map((service) => service.name),
    secret:
      kafka.secretRef === undefined
        ? undefined
        : { name: kafka.secretRef.name, key: kafka.secretRef.keys.brokers },
    deletionPolicy: kafka.deletionPolicy ?? profile.deletionPolicy,
    embedded: completeEmbedded(spec, 'kafka', kafka.embedded),
    managed: completeManaged(spec, 'kafka', kafka.strimzi),
    topics: [...topics].sort(),
    partitions: kafka.topics.partitions ?? profile.partitions,
    retention: kafka.topics.retention,
  };
}

/** Whether pods of this stack run the service. */
export function runsHere(service: Pick<CompletedService, 'placement'>): boolean {
  return service.placement === 'Standalone' || service.placement === 'Monolith';
}

function managedFields(data: Data, store: StoreName): ManagedFields {
  if (store === 'postgres') return data.postgres.cloudNativePG;
  if (store === 'mongodb') return data.mongodb.percona;
  if (store === 'search') return data.search.mode === 'ECK' ? data.search.eck : data.search.openSearch;
  return undefined;
}

function completeEmbedded(
  spec: EcommerceStackSpec,
  store: StoreName | 'kafka',
  fields: EmbeddedFields,
): CompletedEmbedded {
  return {
    image: fields?.image ?? embeddedImages[store],
    storage: completeStorage(spec, fields?.storage),
    resources: completeResources(fields?.resources, storeResources(spec, store)),
  };
}

function completeManaged(
  spec: EcommerceStackSpec,
  store: StoreName | 'kafka',
  fields: ManagedFields,
): CompletedManaged {
  return {
    replicas: fields?.replicas ?? profiles[spec.profile].managedReplicas,
    storage: completeStorage(spec, fields?.storage),
    resources: completeResources(fields?.resources, storeResources(spec, store)),
  };
}

function storeResources(spec: EcommerceStackSpec, store: StoreName | 'kafka'): CompletedResources {
  return profiles[spec.profile].stores[store];
}

function completeStorage(
  spec: EcommerceStackSpec,
  fields: NonNullable<EmbeddedFields>['storage'],
): CompletedStorage {
  return {
    size: String(fields?.size ?? profiles[spec.profile].storageSize),
    className: fields?.className,
  };
}
