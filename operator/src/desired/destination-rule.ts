import type { CompletedResilience } from '../api/completed.ts';
import type { KubernetesObject } from '../api/object.ts';
import { istioDuration } from './istio-duration.ts';
import { labelKeys } from './labels.ts';

/** Subsets and circuit breakers of one host. */
export function buildDestinationRule(rule: {
  name: string;
  labels: Record<string, string>;
  host: string;
  exportTo: readonly string[];
  resilience: CompletedResilience;
  subsets: readonly { name: string; version: string; revision: string }[];
}): KubernetesObject {
  const { connectionPool: pool, outlierDetection: outliers } = rule.resilience;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: rule.name, labels: rule.labels },
    spec: {
      host: rule.host,
      exportTo: rule.exportTo,
      trafficPolicy: {
        connectionPool: {
          tcp: {
            maxConnections: pool.maxConnections,
            connectTimeout: istioDuration(pool.connectTimeout),
            tcpKeepalive: { time: '60s', interval: '15s', probes: 3 },
          },
          http: {
            http1MaxPendingRequests: pool.maxPendingRequests,
            http2MaxRequests: pool.maxRequests,
            maxRequestsPerConnection: pool.maxRequestsPerConnection,
            idleTimeout: istioDuration(pool.idleTimeout),
          },
        },
        outlierDetection: {
          consecutive5xxErrors: outliers.consecutive5xxErrors,
          interval: istioDuration(outliers.interval),
          baseEjectionTime: istioDuration(outliers.baseEjectionTime),
          maxEjectionPercent: outliers.maxEjectionPercent,
        },
      },
      subsets: rule.subsets.map(({ name, version, revision }) => ({
        name,
        labels: { version, [labelKeys.revision]: revision },
      })),
    },
  };
}
