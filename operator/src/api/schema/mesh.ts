/** Mesh settings: mTLS, resilience, authorization. */
import { z } from 'zod';
import {
  dnsName,
  duration,
  httpMethod,
  listAtomic,
  listSet,
  positiveDuration,
  principal,
  urlPath,
} from './primitives.ts';

const connectionPool = z
  .object({
    maxConnections: z
      .int32()
      .min(1)
      .max(100000)
      .describe('TCP connections that one caller opens to the service at most.')
      .meta({ 'x-computed-default': '1024' })
      .optional(),
    connectTimeout: positiveDuration
      .describe('Time to establish a connection.')
      .meta({ 'x-computed-default': '5s' })
      .optional(),
    maxPendingRequests: z
      .int32()
      .min(1)
      .max(100000)
      .describe('Requests that wait for a connection; further ones fail at once with 503.')
      .meta({ 'x-computed-default': '1024' })
      .optional(),
    maxRequests: z
      .int32()
      .min(1)
      .max(100000)
      .describe('Requests in flight from one caller; further ones fail at once with 503.')
      .meta({ 'x-computed-default': '1024' })
      .optional(),
    maxRequestsPerConnection: z
      .int32()
      .min(0)
      .max(100000)
      .describe('Requests after which a connection is closed; 0 means no limit.')
      .meta({ 'x-computed-default': '0' })
      .optional(),
    idleTimeout: positiveDuration
      .describe('Time after which an idle connection is closed.')
      .meta({ 'x-computed-default': '1h' })
      .optional(),
  })
  .describe(
    'Circuit breaker by load: how many connections and requests one caller may have open to the service.',
  );

const outlierDetection = z
  .object({
    consecutive5xxErrors: z
      .int32()
      .min(0)
      .max(1000)
      .describe('Answers 5xx in a row after which a pod is taken out of load balancing; 0 switches it off.')
      .meta({ 'x-computed-default': '5' })
      .optional(),
    interval: positiveDuration
      .describe('Time between two looks at the pods.')
      .meta({ 'x-computed-default': '10s' })
      .optional(),
    baseEjectionTime: positiveDuration
      .describe('Time that a pod stays out, multiplied by how often it was taken out.')
      .meta({ 'x-computed-default': '30s' })
      .optional(),
    maxEjectionPercent: z
      .int32()
      .min(0)
      .max(100)
      .describe('Percentage of pods that may be out at once.')
      .meta({ 'x-computed-default': '50' })
      .optional(),
  })
  .describe('Circuit breaker by failure: pods that answer with errors are left alone for a while.');

const retries = z
  .object({
    attempts: z
      .int32()
      .min(0)
      .max(10)
      .describe('Further attempts after the first one; 0 switches retries off.')
      .meta({ 'x-computed-default': '2' })
      .optional(),
    perTryTimeout: positiveDuration
      .describe('Time for one attempt.')
      .meta({ 'x-computed-default': 'the timeout of the request' })
      .optional(),
    retryOn: listSet(
      z.enum([
        'connect-failure',
        'refused-stream',
        'reset-before-request',
        'reset',
        'gateway-error',
        '5xx',
        'retriable-4xx',
      ]),
      7,
    )
      .describe(
        'Failures that are retried. The default repeats only requests that never reached the service, so nothing is done twice; the wider ones suit reads.',
      )
      .meta({ 'x-computed-default': '[connect-failure, refused-stream, reset-before-request]' })
      .optional(),
  })
  .describe('How the mesh repeats failed requests.');

/** Resilience of calls to one service, or of every service when set at the mesh. */
export const resilience = z
  .object({
    timeout: duration
      .describe('Time for one request with all its retries; 0s means no limit.')
      .meta({ 'x-computed-default': '15s' })
      .optional(),
    retries: retries.optional(),
    connectionPool: connectionPool.optional(),
    outlierDetection: outlierDetection.optional(),
  })
  .describe(
    'Timeouts, retries and circuit breakers of the mesh. A service overrides the mesh member by member; pods are not restarted.',
  );

/** One caller from outside the stack that may enter. */
export const allowRule = z
  .object({
    principal: principal.describe(
      'Identity of the caller: trust domain, namespace and service account. Example: cluster.local/ns/monitoring/sa/prometheus.',
    ),
    methods: listSet(httpMethod, 6)
      .min(1)
      .describe('Methods that the caller may use.')
      .meta({ 'x-computed-default': '[GET, HEAD]' })
      .optional(),
    paths: listSet(urlPath, 16)
      .min(1)
      .describe('Exact paths that the caller may use. Default: all. Example: [/metrics].')
      .optional(),
  })
  .describe('One caller from outside the stack, with what it may do.');

const mtls = z
  .object({
    mode: z
      .enum(['Strict', 'Permissive'])
      .describe(
        'Strict refuses every connection without mesh identity; Permissive also takes plain text, for moving into the mesh. Default: Strict.',
      )
      .default('Strict'),
    scope: z
      .enum(['Workloads', 'Namespace'])
      .describe(
        'Workloads applies to the pods of this stack; Namespace to every pod of the namespace, also those of others. Default: Workloads.',
      )
      .default('Workloads'),
  })
  .describe('Mutual TLS between pods (PeerAuthentication).');

const authorization = z
  .object({
    mode: z
      .enum(['Enforce', 'DryRun', 'Off'])
      .describe(
        'Enforce denies every call that the service table does not declare, with 403. DryRun only reports what it would deny. Off makes no AuthorizationPolicy. Default: Enforce.',
      )
      .default('Enforce'),
    allow: listAtomic(allowRule, 16)
      .describe(
        'Callers from outside the stack that may reach every service, at most 16. Default: none beside the edge. Example: [{principal: cluster.local/ns/monitoring/sa/prometheus, paths: [/metrics]}].',
      )
      .optional(),
  })
  .describe('Who may call whom (AuthorizationPolicy). Calls within the stack come from the service table.');

export const mesh = z
  .object({
    type: z
      .enum(['Istio', 'None'])
      .describe(
        'Istio puts pods into the mesh with a sidecar and makes the mesh objects; where its CRDs are missing, condition MeshConfigured says so and the rest goes on. None makes no mesh object. A change rolls the pods. Default: Istio.',
      )
      .default('Istio'),
    trustDomain: dnsName
      .describe('Trust domain of the mesh, the first part of every identity. Default: cluster.local.')
      .default('cluster.local'),
    mtls: mtls.prefault({}),
    resilience: resilience.optional(),
    authorization: authorization.prefault({}),
  })
  .describe('Service mesh of the stack.');
