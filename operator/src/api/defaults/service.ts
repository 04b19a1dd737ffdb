/** Completes one service: its workload, its stores, its topics. */
import { type ServiceRow, type StoreName, storeNames } from '@ecommercestack/contracts/topology';
import type {
  CompletedResilience,
  CompletedService,
  CompletedStoreUse,
  StoreVariable,
} from '../completed.ts';
import type { CustomServiceSpec, EcommerceStackSpec, ServiceSpec } from '../ecommercestack.ts';
import type { Callee } from './callgraph.ts';
import { defaultResilience, profiles } from './profiles.ts';
import { completeWorkload } from './workload.ts';

/** Object name of the monolith: Deployment, ServiceAccount, image. */
export const monolithName = 'shop';

const storeVariables: Readonly<Record<StoreName, StoreVariable>> = {
  postgres: 'DATABASE_URL',
  mongodb: 'MONGODB_URL',
  redis: 'REDIS_URL',
  search: 'SEARCH_URL',
};

/** What the service table says; a custom service has only its name. */
export type Row = Pick<ServiceRow, 'objectName' | 'stores' | 'publishes' | 'consumes' | 'route'> & {
  name: string;
};

/** One service with everything but the call graph resolved. */
export function completeService(
  spec: EcommerceStackSpec,
  namespace: string,
  row: Row,
  fields: ServiceSpec | CustomServiceSpec | undefined,
  custom: boolean,
): Callee {
  const workload = completeWorkload(
    spec,
    row.name,
    row.objectName,
    fields ?? {},
    profiles[spec.profile].resources,
  );
  const placement = completePlacement(spec, fields, custom);
  const account = placement === 'Monolith' ? monolithName : row.objectName;
  return {
    ...workload,
    name: row.name,
    custom,
    placement,
    url: fields?.external?.url ?? insideUrl(workload),
    principal: `${spec.mesh.trustDomain}/ns/${namespace}/sa/${account}`,
    route: row.route,
    stores: completeStoreUses(spec, row, fields?.data),
    publishes: union(row.publishes, fields?.events?.publishes),
    consumes: union(row.consumes, fields?.events?.consumes),
    resilience: completeResilience(spec.mesh.resilience, fields?.resilience),
  };
}

function completePlacement(
  spec: EcommerceStackSpec,
  fields: ServiceSpec | CustomServiceSpec | undefined,
  custom: boolean,
): CompletedService['placement'] {
  if (fields?.placement !== undefined) return fields.placement;
  return spec.topology === 'Monolith' && !custom ? 'Monolith' : 'Standalone';
}

function insideUrl({
  objectName,
  servicePort,
}: Pick<CompletedService, 'objectName' | 'servicePort'>): string {
  return servicePort === 80 ? `http://${objectName}` : `http://${objectName}:${servicePort}`;
}

function completeStoreUses(
  spec: EcommerceStackSpec,
  row: Row,
  data: ServiceSpec['data'],
): CompletedStoreUse[] {
  return storeNames
    .filter((store) => row.stores.includes(store) || data?.[store] !== undefined)
    .map((store) => ({
      store,
      variable: storeVariables[store],
      secret: data?.[store]?.secretRef ?? stackSecret(spec, store, row.name),
    }));
}

function stackSecret(spec: EcommerceStackSpec, store: StoreName, service: string) {
  const { mode, secretRef } = spec.data[store];
  if (mode !== 'External' || secretRef === undefined) return undefined;
  return { name: secretRef.name, key: secretRef.keys?.[service] ?? service };
}

function union(table: readonly string[], given: readonly string[] | undefined): string[] {
  return [...new Set([...table, ...(given ?? [])])];
}

type ResilienceFields = EcommerceStackSpec['mesh']['resilience'];

/** Member by member: the service, then the mesh, then the default. */
export function completeResilience(mesh: ResilienceFields, service: ResilienceFields): CompletedResilience {
  const { retries, connectionPool, outlierDetection } = defaultResilience;
  return {
    timeout: service?.timeout ?? mesh?.timeout ?? defaultResilience.timeout,
    retries: {
      attempts: service?.retries?.attempts ?? mesh?.retries?.attempts ?? retries.attempts,
      perTryTimeout: service?.retries?.perTryTimeout ?? mesh?.retries?.perTryTimeout,
      on: service?.retries?.retryOn ?? mesh?.retries?.retryOn ?? retries.on,
    },
    connectionPool: { ...connectionPool, ...mesh?.connectionPool, ...service?.connectionPool },
    outlierDetection: { ...outlierDetection, ...mesh?.outlierDetection, ...service?.outlierDetection },
  };
}
