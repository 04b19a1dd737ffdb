import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadManifest } from '../../src/api/manifest.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { render } from '../../src/render.ts';
import { pick } from '../../src/testing/a-stack.ts';

// Requirements, section 4, value by value.
const file = join(import.meta.dirname, '../../../examples/requirements.yaml');
const objects = loadManifest(render(file, readFileSync(file, 'utf8')).yaml).map(
  // What render prints are Kubernetes objects.
  ({ content }) => content as KubernetesObject,
);
const within = (namespace: string) => objects.filter(({ metadata }) => metadata.namespace === namespace);
const production = within('production');
const staging = within('staging');

describe('Deployment user-service', () => {
  const deployment = pick(production, 'Deployment', 'user-service');

  test('labels, replicas, image, port, environment, resources and probes', () => {
    expect(deployment.metadata.labels).toMatchObject({ app: 'user-service', version: 'v1.2.3' });
    expect(deployment).toMatchObject({
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'user-service' } },
        strategy: { type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'user-service', version: 'v1.2.3' } },
          spec: {
            containers: [
              {
                image: 'myregistry/user-service:v1.2.3',
                ports: [{ containerPort: 8080 }],
                env: expect.arrayContaining([
                  { name: 'DB_HOST', valueFrom: { secretKeyRef: { name: 'db-secret', key: 'host' } } },
                ]),
                resources: {
                  requests: { memory: '256Mi', cpu: '250m' },
                  limits: { memory: '512Mi', cpu: '500m' },
                },
                livenessProbe: {
                  httpGet: { path: '/health', port: 8080 },
                  initialDelaySeconds: 30,
                  periodSeconds: 10,
                },
                readinessProbe: {
                  httpGet: { path: '/ready', port: 8080 },
                  initialDelaySeconds: 5,
                  periodSeconds: 5,
                },
              },
            ],
          },
        },
      },
    });
  });
});

test('Service: ClusterIP, TCP 80 to 8080, selector app', () => {
  expect(pick(production, 'Service', 'user-service').spec).toMatchObject({
    type: 'ClusterIP',
    selector: { app: 'user-service' },
    ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
  });
});

test('Ingress: host, TLS, annotations and prefixes', () => {
  const ingress = pick(production, 'Ingress', 'shop');
  const path = (prefix: string, name: string) => ({
    path: prefix,
    pathType: 'Prefix',
    backend: { service: { name, port: { number: 80 } } },
  });
  expect(ingress.apiVersion).toBe('networking.k8s.io/v1');
  expect(ingress.metadata.annotations).toEqual({
    'nginx.ingress.kubernetes.io/rewrite-target': '/',
    'cert-manager.io/cluster-issuer': 'letsencrypt-prod',
  });
  expect(ingress.spec).toEqual({
    ingressClassName: 'nginx',
    tls: [{ hosts: ['api.mycompany.com'], secretName: 'api-tls' }],
    rules: [
      {
        host: 'api.mycompany.com',
        http: { paths: [path('/products', 'product-service'), path('/users', 'user-service')] },
      },
    ],
  });
});

test('VirtualService: the header reaches v2, everybody else v1 and v2 by 90 to 10', () => {
  const host = 'user-service.staging.svc.cluster.local';
  const to = (subset: string, weight: number) => ({
    destination: { host, port: { number: 80 }, subset },
    weight,
  });
  expect(pick(staging, 'VirtualService', 'user-service').spec).toMatchObject({
    hosts: [host],
    http: [
      { match: [{ headers: { canary: { exact: 'true' } } }], route: [to('v2', 100)] },
      { route: [to('v1', 90), to('v2', 10)] },
    ],
  });
});

test('DestinationRule: subsets v1 and v2 by label version', () => {
  expect(pick(staging, 'DestinationRule', 'user-service').spec).toMatchObject({
    host: 'user-service.staging.svc.cluster.local',
    subsets: [
      { name: 'v1', labels: { version: 'v1' } },
      { name: 'v2', labels: { version: 'v2' } },
    ],
  });
});

test('each subset selects the pods of exactly one Deployment', () => {
  const { subsets } = pick(staging, 'DestinationRule', 'user-service').spec as {
    subsets: { labels: Record<string, string> }[];
  };
  const deployments = staging.filter(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.labels?.['app'] === 'user-service',
  );
  expect(deployments.length).toBe(2);
  for (const { labels } of subsets) {
    const selected = deployments.filter(({ spec }) => {
      const { template } = spec as { template: { metadata: { labels: Record<string, string> } } };
      return Object.entries(labels).every(([key, value]) => template.metadata.labels[key] === value);
    });
    expect(selected.length).toBe(1);
  }
});

test('PeerAuthentication: STRICT for the namespace', () => {
  expect(pick(production, 'PeerAuthentication', 'shop').spec).toEqual({ mtls: { mode: 'STRICT' } });
});

test('AuthorizationPolicy: the gateway may GET and POST, in one rule', () => {
  const policy = pick(production, 'AuthorizationPolicy', 'user-service');
  expect(policy.spec).toMatchObject({
    selector: { matchLabels: { app: 'user-service' } },
    action: 'ALLOW',
    rules: expect.arrayContaining([
      {
        from: [{ source: { principals: ['cluster.local/ns/production/sa/api-gateway'] } }],
        to: [{ operation: { ports: ['8080'], methods: ['GET', 'POST'] } }],
      },
    ]),
  });
});

test('everything else that the section lists is there', () => {
  const kinds = new Set(objects.map(({ kind }) => kind));
  for (const kind of ['ServiceAccount', 'ConfigMap', 'PodDisruptionBudget', 'NetworkPolicy', 'HTTPRoute']) {
    expect(kinds).toContain(kind);
  }
  expect(kinds).toContain('ServiceMonitor');
});
