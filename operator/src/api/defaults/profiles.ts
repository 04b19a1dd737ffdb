/** What the profiles stand for, as data. Values of a blueprint never change once released. */
import type { StoreName } from '@ecommercestack/contracts/topology';
import type { CompletedAmounts, CompletedResilience, CompletedResources } from '../completed.ts';

export type ProfileName = 'Dev' | 'Production';

export type Profile = {
  readonly replicas: number;
  /** Services that carry most of the traffic start with more pods. */
  readonly replicasOf: Readonly<Record<string, number>>;
  readonly resources: CompletedResources;
  readonly monolithResources: CompletedResources;
  /** Pods that a drain may evict at once; absent means no budget. */
  readonly maxUnavailable?: number;
  readonly spreadOverNodes: boolean;
  readonly deletionPolicy: 'Retain' | 'Delete';
  readonly storageSize: string;
  readonly managedReplicas: number;
  readonly partitions: number;
  readonly stores: Readonly<Record<StoreName | 'kafka', CompletedResources>>;
};

const amounts = (requests: CompletedAmounts, limits: CompletedAmounts): CompletedResources => ({
  requests,
  limits,
});

const dev: Profile = {
  replicas: 1,
  replicasOf: {},
  resources: amounts({ cpu: '20m', memory: '64Mi' }, { cpu: '1', memory: '256Mi' }),
  monolithResources: amounts({ cpu: '100m', memory: '256Mi' }, { cpu: '2', memory: '768Mi' }),
  spreadOverNodes: false,
  deletionPolicy: 'Delete',
  storageSize: '1Gi',
  managedReplicas: 1,
  partitions: 3,
  stores: {
    postgres: amounts({ cpu: '50m', memory: '128Mi' }, { cpu: '1', memory: '512Mi' }),
    mongodb: amounts({ cpu: '50m', memory: '128Mi' }, { cpu: '1', memory: '512Mi' }),
    redis: amounts({ cpu: '20m', memory: '32Mi' }, { cpu: '500m', memory: '128Mi' }),
    search: amounts({ cpu: '100m', memory: '640Mi' }, { cpu: '2', memory: '1280Mi' }),
    kafka: amounts({ cpu: '100m', memory: '384Mi' }, { cpu: '2', memory: '896Mi' }),
  },
};

const production: Profile = {
  replicas: 2,
  replicasOf: { gateway: 3, product: 3, storefront: 3 },
  resources: amounts({ cpu: '250m', memory: '256Mi' }, { cpu: '1', memory: '512Mi' }),
  monolithResources: amounts({ cpu: '1', memory: '1Gi' }, { cpu: '4', memory: '2Gi' }),
  maxUnavailable: 1,
  spreadOverNodes: true,
  deletionPolicy: 'Retain',
  storageSize: '20Gi',
  managedReplicas: 3,
  partitions: 12,
  stores: {
    postgres: amounts({ cpu: '1', memory: '2Gi' }, { cpu: '4', memory: '4Gi' }),
    mongodb: amounts({ cpu: '1', memory: '2Gi' }, { cpu: '4', memory: '4Gi' }),
    redis: amounts({ cpu: '250m', memory: '512Mi' }, { cpu: '1', memory: '1Gi' }),
    search: amounts({ cpu: '1', memory: '2Gi' }, { cpu: '4', memory: '4Gi' }),
    kafka: amounts({ cpu: '1', memory: '2Gi' }, { cpu: '4', memory: '4Gi' }),
  },
};

export const profiles: Readonly<Record<ProfileName, Profile>> = { Dev: dev, Production: production };

/** Images of the embedded servers. */
export const embeddedImages: Readonly<Record<StoreName | 'kafka', string>> = {
  postgres: 'postgres:18',
  mongodb: 'mongo:8',
  redis: 'redis:7',
  search: 'opensearchproject/opensearch:2.19.6',
  kafka: 'apache/kafka:4.4.0',
};

/** Resilience where neither the service nor the mesh says anything. */
export const defaultResilience: CompletedResilience = {
  timeout: '15s',
  retries: { attempts: 2, on: ['connect-failure', 'refused-stream', 'reset-before-request'] },
  connectionPool: {
    maxConnections: 1024,
    connectTimeout: '5s',
    maxPendingRequests: 1024,
    maxRequests: 1024,
    maxRequestsPerConnection: 0,
    idleTimeout: '1h',
  },
  outlierDetection: {
    consecutive5xxErrors: 5,
    interval: '10s',
    baseEjectionTime: '30s',
    maxEjectionPercent: 50,
  },
};
