/** The stack with nothing left open: what builders, rollouts and status read. */
import type { HttpMethod, StoreName } from '@ecommercestack/contracts/topology';
import type { EcommerceStackSpec } from './ecommercestack.ts';

/** Quantities as strings; a member is absent only where nothing limits it. */
export type CompletedAmounts = { cpu?: string; memory?: string; 'ephemeral-storage'?: string };
export type CompletedResources = { requests: CompletedAmounts; limits: CompletedAmounts };

export type CompletedProbe = {
  path: string;
  port: number;
  initialDelaySeconds: number;
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
};

export type ServiceFields = NonNullable<EcommerceStackSpec['services']>[number];
export type EnvironmentVariable = NonNullable<ServiceFields['env']>[number];
export type EnvironmentSource = NonNullable<ServiceFields['envFrom']>[number];
export type Canary = NonNullable<NonNullable<ServiceFields['rollout']>['canary']>;
export type Autoscaling = NonNullable<ServiceFields['autoscaling']>;
export type Placement = NonNullable<ServiceFields['placement']>;
export type PullPolicy = EcommerceStackSpec['imageDefaults']['pullPolicy'];
type PodFields = NonNullable<ServiceFields['pod']>;

export type CompletedPod = {
  annotations: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  nodeSelector: Readonly<Record<string, string>>;
  tolerations: NonNullable<PodFields['tolerations']>;
  affinity?: PodFields['affinity'];
  topologySpreadConstraints: NonNullable<PodFields['topologySpreadConstraints']>;
  priorityClassName?: string;
  terminationGracePeriodSeconds: number;
};

export type CompletedRollout = {
  strategy: 'Rolling' | 'Canary';
  rolling: { maxSurge: number | string; maxUnavailable: number | string };
  /** Present exactly when the strategy is Canary. */
  canary?: Canary;
  paused: boolean;
  onSecretChange: 'Restart' | 'Ignore';
  revisionHistoryLimit: number;
  progressDeadlineSeconds: number;
};

/** Whatever runs as pods of its own: a service, or the monolith. */
export type CompletedWorkload = {
  /** Name of every object of the workload: Deployment, Service, ServiceAccount, host. */
  objectName: string;
  /** Full image reference, with tag or digest. */
  image: string;
  imagePullPolicy: PullPolicy;
  /** Value of the label `version` and of SERVICE_VERSION. */
  version: string;
  /** Wanted pods; the starting number only when `autoscaling` is present. */
  replicas: number;
  autoscaling?: Autoscaling;
  disruptionBudget?: { minAvailable?: number | string; maxUnavailable?: number | string };
  resources: CompletedResources;
  /** Variables of the user; those of the operator are added by the builders, and these win. */
  env: readonly EnvironmentVariable[];
  envFrom: readonly EnvironmentSource[];
  probes: { liveness: CompletedProbe; readiness: CompletedProbe; startup: CompletedProbe };
  containerPort: number;
  servicePort: number;
  serviceAccount: { annotations: Readonly<Record<string, string>> };
  pod: CompletedPod;
  rollout: CompletedRollout;
};

export type StoreVariable = 'DATABASE_URL' | 'MONGODB_URL' | 'REDIS_URL' | 'SEARCH_URL';

/** One store that a service uses, and where its address comes from. */
export type CompletedStoreUse = {
  store: StoreName;
  /** Environment variable that carries the address. */
  variable: StoreVariable;
  /** Key of the user's Secret; absent when the operator or another one provides the server. */
  secret?: { name: string; key: string };
};

/** One service that this service calls; `variable` is `<NAME>_URL`. */
export type CompletedCall = {
  service: string;
  objectName: string;
  variable: string;
  url: string;
  methods: readonly HttpMethod[];
};

/** One identity that may call this service. */
export type CompletedCaller = {
  /** Name of the calling service; absent for the edge and for callers outside the stack. */
  service?: string;
  edge?: true;
  principal: string;
  methods: readonly HttpMethod[];
  /** Absent: every path. */
  paths?: readonly string[];
};

export type CompletedResilience = {
  timeout: string;
  retries: { attempts: number; perTryTimeout?: string; on: readonly string[] };
  connectionPool: {
    maxConnections: number;
    connectTimeout: string;
    maxPendingRequests: number;
    maxRequests: number;
    maxRequestsPerConnection: number;
    idleTimeout: string;
  };
  outlierDetection: {
    consecutive5xxErrors: number;
    interval: string;
    baseEjectionTime: string;
    maxEjectionPercent: number;
  };
};

/** One service of the stack, in the order of the service table, custom ones last. */
export type CompletedService = CompletedWorkload & {
  name: string;
  custom: boolean;
  placement: Placement;
  /** Base URL inside the stack; of an External service the given one. */
  url: string;
  /** Mesh identity of the pods that run it: its own, or the monolith's. */
  principal: string;
  /** Path below /api/v1 that the gateway forwards here. */
  route?: string;
  stores: readonly CompletedStoreUse[];
  publishes: readonly string[];
  consumes: readonly string[];
  calls: readonly CompletedCall[];
  callers: readonly CompletedCaller[];
  resilience: CompletedResilience;
};

/** The one process of all services with placement Monolith. */
export type CompletedMonolith = CompletedWorkload & {
  principal: string;
  /** Names of the services inside, in table order. */
  services: readonly string[];
};

export type CompletedStorage = { size: string; className?: string };
export type CompletedEmbedded = { image: string; storage: CompletedStorage; resources: CompletedResources };
export type CompletedManaged = { replicas: number; storage: CompletedStorage; resources: CompletedResources };

export type StoreMode = 'External' | 'Embedded' | 'CloudNativePG' | 'Percona' | 'OpenSearch' | 'ECK';

export type CompletedStore = {
  store: StoreName;
  /** `<stack>-<store>`: StatefulSet, Service and Secret. */
  objectName: string;
  mode: StoreMode;
  /** Services with placement Standalone or Monolith that use it; none means that it is not made. */
  usedBy: readonly string[];
  deletionPolicy: 'Retain' | 'Delete';
  /** Always complete, used with mode Embedded. */
  embedded: CompletedEmbedded;
  /** Always complete, used when another operator runs the store. */
  managed: CompletedManaged;
};

export type CompletedEventBus = {
  type: 'Kafka';
  /** `<stack>-kafka`. */
  objectName: string;
  mode: 'External' | 'Embedded' | 'Strimzi';
  /** Services with placement Standalone or Monolith that publish or consume; none means that it is not made. */
  usedBy: readonly string[];
  secret?: { name: string; key: string };
  deletionPolicy: 'Retain' | 'Delete';
  embedded: CompletedEmbedded;
  managed: CompletedManaged;
  /** Every topic of the services that use the bus, sorted. */
  topics: readonly string[];
  partitions: number;
  retention: string;
};

export type CompletedRoute = { path: string; service: string; objectName: string; port: number };

export type CompletedExposure = {
  type: 'Ingress' | 'GatewayAPI' | 'IstioGateway' | 'None';
  /** Empty: every host. */
  hosts: readonly string[];
  ingress: { className?: string; annotations: Readonly<Record<string, string>>; meshed: boolean };
  gatewayAPI: { parentRefs: readonly { name: string; sectionName?: string; port?: number }[] };
  istioGateway: { selector: Readonly<Record<string, string>> };
  /** Identity of the pods at the edge, when it is known; they may call the routed services. */
  edge?: { principal: string; namespace: string };
  tls?: { secretName: string; issuerRef?: { kind: 'Issuer' | 'ClusterIssuer'; name: string } };
  /** Longest path first; only services that run in the stack. */
  routes: readonly CompletedRoute[];
};

export type CompletedMesh = Omit<EcommerceStackSpec['mesh'], 'resilience' | 'authorization'> & {
  authorization: { mode: 'Enforce' | 'DryRun' | 'Off' };
};

/** A stack whose every default is resolved. Builders read nothing else. */
export type CompletedStack = {
  metadata: { name: string; namespace: string; uid: string; generation: number };
  blueprint: EcommerceStackSpec['blueprint'];
  paused: boolean;
  version: string;
  profile: EcommerceStackSpec['profile'];
  topology: EcommerceStackSpec['topology'];
  orderSaga: EcommerceStackSpec['orderSaga'];
  imagePullSecrets: readonly string[];
  exposure: CompletedExposure;
  mesh: CompletedMesh;
  eventBus: CompletedEventBus;
  /** One entry a store, in the order postgres, mongodb, redis, search. */
  stores: readonly CompletedStore[];
  apiGateway: EcommerceStackSpec['apiGateway'];
  /** Present when at least one service has placement Monolith. */
  monolith?: CompletedMonolith;
  /** Every built-in service, then the custom ones. */
  services: readonly CompletedService[];
  release: { groups: ReleaseGroup[]; windows: ReleaseWindow[] };
  networkPolicy: EcommerceStackSpec['networkPolicy'];
  monitoring: EcommerceStackSpec['monitoring'];
};

type Release = NonNullable<EcommerceStackSpec['release']>;
export type ReleaseGroup = NonNullable<Release['groups']>[number];
export type ReleaseWindow = NonNullable<Release['windows']>[number];
