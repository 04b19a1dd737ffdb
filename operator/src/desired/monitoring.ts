import type { CompletedStack } from '../api/completed.ts';
import { toSeconds } from '../api/duration.ts';
import type { KubernetesObject } from '../api/object.ts';
import { labelKeys, objectLabels } from './labels.ts';
import { names } from './names.ts';
import type { Running } from './workload.ts';

/** What the Prometheus operator needs to scrape the services and to alert on them. */
export function buildMonitoring(stack: CompletedStack, running: readonly Running[]): KubernetesObject[] {
  const { monitoring, metadata } = stack;
  if (!monitoring.enabled || running.length === 0) return [];
  const labels = { ...monitoring.labels, ...objectLabels(metadata.name, metadata.name, 'stack') };
  return [
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { name: names.stack(metadata.name), labels },
      spec: {
        selector: {
          matchLabels: {
            [labelKeys.stack]: metadata.name,
            'app.kubernetes.io/component': 'service',
          },
        },
        endpoints: [{ port: 'http', path: '/metrics', interval: `${toSeconds(monitoring.interval)}s` }],
      },
    },
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: names.stack(metadata.name), labels },
      spec: { groups: [{ name: `${metadata.name}.availability`, rules: [unavailableRule(stack, running)] }] },
    },
  ];
}

function unavailableRule({ metadata }: CompletedStack, running: readonly Running[]): Record<string, unknown> {
  const deployments = running.flatMap(({ lanes }) => lanes.map(({ deployment }) => deployment));
  const selector = `{namespace="${metadata.namespace}",deployment=~"${deployments.join('|')}"}`;
  return {
    alert: 'EcommerceStackDeploymentUnavailable',
    expr: `kube_deployment_status_replicas_available${selector} == 0 and kube_deployment_spec_replicas${selector} > 0`,
    for: '5m',
    labels: { severity: 'critical' },
    annotations: { summary: 'Deployment {{ $labels.deployment }} has had no available pod for 5 minutes.' },
  };
}
