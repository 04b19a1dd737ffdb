export { auditInformer } from './audit.ts';
export type { BackoffOptions } from './backoff.ts';
export type { CacheOptions, CacheReader, ChangeHandler, ChangeType, IndexFunction } from './cache.ts';
export { Cache, owners, stripManagedFields } from './cache.ts';
export type {
  ApplyOptions,
  DeleteOptions,
  ObjectList,
  ReadOptions,
  Selection,
  WriteOptions,
} from './client.ts';
export { ApiClient } from './client.ts';
export type { Cancel, Clock } from './clock.ts';
export { microTime, pause, systemClock } from './clock.ts';
export type {
  AnyWatch,
  Controller,
  ControllerOptions,
  Reconcile,
  ReconcileResult,
  Watch,
} from './controller.ts';
export { runController, watch } from './controller.ts';
export type { Credentials, KubeConfigLike, RequestAuth } from './credentials.ts';
export { inClusterCredentials, kubeConfigCredentials, loadCredentials } from './credentials.ts';
export type { StatusBody, StatusDetails } from './errors.ts';
export {
  ApiError,
  ConnectionError,
  describeError,
  isAlreadyExists,
  isConflict,
  isExpired,
  isNotFound,
  WriteRefusedError,
} from './errors.ts';
export type { EventInput, EventRecorderOptions } from './events.ts';
export { EventRecorder, eventResource } from './events.ts';
export type { SeenBy } from './expectations.ts';
export { Expectations } from './expectations.ts';
export type { HealthOptions, HealthServer } from './health.ts';
export { serveHealth } from './health.ts';
export type { InformerOptions } from './informer.ts';
export { Informer } from './informer.ts';
export type { LeaderOptions } from './leader.ts';
export { LeaderElector, leaseResource } from './leader.ts';
export { Metrics } from './metrics.ts';
export type { KubeObject, ObjectMeta, ObjectRef, OwnerReference, Resource } from './object.ts';
export { apiVersionOf, compareVersions, keyOf, pathOf, refOf } from './object.ts';
export type { QueueObserver, WorkQueueOptions } from './queue.ts';
export { WorkQueue } from './queue.ts';
export type { ReflectorOptions, ReflectorTiming } from './reflector.ts';
export { defaultTiming, Reflector } from './reflector.ts';
export type { ReflectorObserver, ReflectorState } from './reflector-observer.ts';
export type { ApiClientOptions, ApiRequest, Query } from './requests.ts';
export type { PodPort } from './tunnel.ts';
export { openTunnel } from './tunnel.ts';
export { withSignals } from './with-signals.ts';
