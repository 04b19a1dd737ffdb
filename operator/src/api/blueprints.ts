import type { StoreName } from '@ecommercestack/contracts/topology';

export type EmbeddedStore = StoreName | 'kafka';

/** How an embedded store's image wants to be run. */
export type StoreBlueprint = {
  readonly port: number;
  readonly uid: number;
  readonly dataPath: string;
  readonly terminationGracePeriodSeconds: number;
};

/**
 * Everything that rendering takes from the operator rather than from the stack. A stack keeps the blueprint it was
 * created with, so these values never change under a published name: a change is a new blueprint.
 */
export type Blueprint = {
  readonly service: {
    /** User of the images of built-in services. */
    readonly uid: number;
    /** Serving on after the pod left its Service, for images that do not wait by themselves. */
    readonly preStopSleepSeconds: number;
    readonly revisionPath: string;
    readonly policyPath: string;
  };
  /** Requests of the proxy beside each container in profile Dev; Production leaves them to the mesh. */
  readonly devProxy: { readonly cpu: string; readonly memory: string };
  readonly stores: Readonly<Record<EmbeddedStore, StoreBlueprint>>;
};

const v1: Blueprint = {
  service: {
    uid: 10001,
    preStopSleepSeconds: 5,
    revisionPath: '/etc/ecommercestack/revision',
    policyPath: '/etc/ecommercestack/policy',
  },
  devProxy: { cpu: '10m', memory: '64Mi' },
  stores: {
    postgres: {
      port: 5432,
      uid: 999,
      dataPath: '/var/lib/postgresql/data',
      terminationGracePeriodSeconds: 60,
    },
    mongodb: { port: 27017, uid: 999, dataPath: '/data/db', terminationGracePeriodSeconds: 60 },
    redis: { port: 6379, uid: 999, dataPath: '/data', terminationGracePeriodSeconds: 30 },
    search: {
      port: 9200,
      uid: 1000,
      dataPath: '/usr/share/opensearch/data',
      terminationGracePeriodSeconds: 60,
    },
    kafka: { port: 9092, uid: 1000, dataPath: '/var/lib/kafka/data', terminationGracePeriodSeconds: 60 },
  },
};

/** Published blueprints by name. A stack that names none gets `v1`, and keeps it. */
export const blueprints = { v1 } as const satisfies Record<string, Blueprint>;

export type BlueprintName = keyof typeof blueprints;
