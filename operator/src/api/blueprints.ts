import type { StoreName } from '@ecommercestack/contracts/topology';

export type Resources = {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu?: string; readonly memory: string };
};

/** What a profile decides where the stack says nothing. */
export type ProfileDefaults = {
  readonly replicas: number;
  readonly resources: Resources;
  readonly disruptionBudget: { readonly maxUnavailable: number };
  readonly dataDeletionPolicy: 'Retain' | 'Delete';
};

/** An embedded store: which image runs, as whom, on which port and disk. */
export type StoreBlueprint = {
  readonly image: string;
  readonly port: number;
  readonly uid: number;
  readonly dataPath: string;
  readonly storage: string;
  readonly resources: Resources;
  readonly terminationGracePeriodSeconds: number;
};

export type EmbeddedStore = StoreName | 'kafka';

/**
 * Everything that rendering takes from the operator rather than from the stack. A stack keeps the blueprint it was
 * created with, so these values never change under a published name: a change is a new blueprint.
 */
export type Blueprint = {
  readonly registry: string;
  readonly profiles: Readonly<Record<'Dev' | 'Production', ProfileDefaults>>;
  readonly service: {
    readonly port: number;
    readonly uid: number;
    readonly drainDelaySeconds: number;
    readonly drainDeadlineSeconds: number;
    readonly terminationGracePeriodSeconds: number;
    readonly revisionPath: string;
    readonly policyPath: string;
  };
  readonly stores: Readonly<Record<EmbeddedStore, StoreBlueprint>>;
};

const resources = (cpu: string, memory: string, memoryLimit: string): Resources => ({
  requests: { cpu, memory },
  limits: { memory: memoryLimit },
});

const v1: Blueprint = {
  registry: 'ecommercestack',
  profiles: {
    Dev: {
      replicas: 1,
      resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
      disruptionBudget: { maxUnavailable: 1 },
      dataDeletionPolicy: 'Delete',
    },
    Production: {
      replicas: 3,
      resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
      disruptionBudget: { maxUnavailable: 1 },
      dataDeletionPolicy: 'Retain',
    },
  },
  service: {
    port: 8080,
    uid: 10001,
    // A pod stays in the endpoints of some proxies for a moment after it is told to end: 5 s of serving on, then up
    // to 20 s for requests in flight, leave 15 s of the 40 s for closing stores and for the proxy beside it.
    drainDelaySeconds: 5,
    drainDeadlineSeconds: 20,
    terminationGracePeriodSeconds: 40,
    revisionPath: '/etc/ecommercestack/revision',
    policyPath: '/etc/ecommercestack/policy',
  },
  stores: {
    postgres: {
      image: 'postgres:18',
      port: 5432,
      uid: 999,
      dataPath: '/var/lib/postgresql/data',
      storage: '2Gi',
      resources: resources('50m', '128Mi', '512Mi'),
      terminationGracePeriodSeconds: 60,
    },
    mongodb: {
      image: 'mongo:8',
      port: 27017,
      uid: 999,
      dataPath: '/data/db',
      storage: '2Gi',
      resources: resources('50m', '128Mi', '512Mi'),
      terminationGracePeriodSeconds: 60,
    },
    redis: {
      image: 'redis:8',
      port: 6379,
      uid: 999,
      dataPath: '/data',
      storage: '1Gi',
      resources: resources('20m', '32Mi', '256Mi'),
      terminationGracePeriodSeconds: 30,
    },
    search: {
      image: 'opensearchproject/opensearch:2.19.6',
      port: 9200,
      uid: 1000,
      dataPath: '/usr/share/opensearch/data',
      storage: '2Gi',
      resources: resources('100m', '768Mi', '1Gi'),
      terminationGracePeriodSeconds: 60,
    },
    kafka: {
      image: 'apache/kafka:4.4.0',
      port: 9092,
      uid: 1000,
      dataPath: '/var/lib/kafka/data',
      storage: '2Gi',
      resources: resources('100m', '512Mi', '768Mi'),
      terminationGracePeriodSeconds: 60,
    },
  },
};

/** Published blueprints by name. A stack that names none gets `v1`, and keeps it. */
export const blueprints = { v1 } as const satisfies Record<string, Blueprint>;

export type BlueprintName = keyof typeof blueprints;
