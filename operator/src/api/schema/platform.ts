/** Network policy and monitoring of the whole stack. */
import { z } from 'zod';
import { cidr, httpUrl, labelMap, listAtomic, listSet, portNumber, positiveDuration } from './primitives.ts';

const ports = listSet(portNumber, 16).min(1);

const peerFrom = z
  .object({
    namespaceLabels: labelMap(8)
      .describe(
        'Labels of the namespaces the callers are in. Default: the namespace of the stack. Example: {kubernetes.io/metadata.name: monitoring}.',
      )
      .optional(),
    podLabels: labelMap(8).describe('Labels of the calling pods. Default: all pods there.').optional(),
  })
  .describe('Callers from outside the stack.');

const peerTo = z
  .object({
    cidr: cidr.describe('Network that may be reached. Example: 198.51.100.0/24.'),
    ports: ports.describe('TCP ports there. Default: all. Example: [443].').optional(),
  })
  .describe('One network outside the cluster.');

export const networkPolicy = z
  .object({
    enabled: z
      .boolean()
      .describe(
        'Whether each service and store gets a NetworkPolicy that admits only its declared callers, DNS, the mesh and probes. It works only where the network plugin enforces policies. Default: true.',
      )
      .default(true),
    allowFrom: listAtomic(peerFrom, 16)
      .describe(
        'Further callers of every service, at most 16, such as a Prometheus outside the mesh. Default: none. Example: [{namespaceLabels: {kubernetes.io/metadata.name: monitoring}}].',
      )
      .optional(),
    allowTo: listAtomic(peerTo, 16)
      .describe(
        'Networks that every service may reach beside its stores and calls, at most 16. Default: none.',
      )
      .optional(),
  })
  .describe('Network policies of the stack.');

export const monitoring = z
  .object({
    enabled: z
      .boolean()
      .describe(
        'Whether ServiceMonitors and PrometheusRules are made where their CRDs exist. Metrics are served at /metrics either way. Default: true.',
      )
      .default(true),
    labels: labelMap(8)
      .describe(
        'Labels put on the monitoring objects, so that your Prometheus selects them. Default: none. Example: {release: prometheus}.',
      )
      .optional(),
    interval: positiveDuration.describe('Time between two scrapes. Default: 30s.').default('30s'),
    logLevel: z
      .enum(['debug', 'info', 'warn', 'error'])
      .describe('Level of the structured logs of every service. A change rolls the pods. Default: info.')
      .default('info'),
    tracing: z
      .object({
        endpoint: httpUrl.describe('OTLP/HTTP endpoint of a collector. Example: http://otel-collector:4318.'),
        samplingPercent: z
          .int32()
          .min(0)
          .max(100)
          .describe('Percentage of new traces that are kept. Default: 10.')
          .default(10),
      })
      .describe('Where traces are sent. Default: nowhere. A change rolls the pods.')
      .optional(),
  })
  .describe('Metrics, logs and traces.');
