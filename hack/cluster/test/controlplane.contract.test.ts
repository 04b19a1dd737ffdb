import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ControlPlane, removeControlPlane, startControlPlane } from '../controlplane.ts';
import { type Kubectl, kubectl } from '../kubectl.ts';
import { supervisor } from '../process.ts';

let dir: string;
let plane: ControlPlane;
let api: Kubectl;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'controlplane-'));
  plane = await startControlPlane({ dir });
  api = kubectl(plane.kubeconfig);
});

afterAll(async () => {
  await removeControlPlane(dir);
  rmSync(dir, { recursive: true, force: true });
});

it('runs pods of a Deployment, with volumes from the default class', async () => {
  const metadata = { name: 'web', namespace: 'default' };
  const labels = { app: 'web' };
  await api.apply([
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata,
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name: 'web', image: 'web' }],
            volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'web' } }],
          },
        },
      },
    },
  ]);
  await api('rollout', 'status', 'deployment/web', '--timeout=60s');
  const claim = await api.get<{ status: { phase: string } }>('persistentvolumeclaim', 'web');
  expect(claim?.status.phase).toBe('Bound');
});

it('writes every request with its bodies into the audit log, watches and leases included', async () => {
  await api('create', 'configmap', 'told', '--from-literal=word=sesame');
  await api('get', 'configmaps', '--watch', '--request-timeout=1s').catch(() => undefined);
  const entries = readFileSync(plane.auditLog, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const created = entries.find(({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'told');
  expect(created.level).toBe('RequestResponse');
  expect(created.requestObject.data).toEqual({ word: 'sesame' });
  expect(entries.some(({ verb, user }) => verb === 'watch' && user.username === 'admin')).toBe(true);
  expect(entries.some(({ objectRef }) => objectRef?.resource === 'leases')).toBe(true);
});

it('is found by a second start, which does not own it', async () => {
  const again = await startControlPlane({ dir });
  expect(again.kubeconfig).toBe(plane.kubeconfig);
  await again.stop();
  expect(await api('get', '--raw', '/readyz')).toBe('ok');
});

it('leaves no process when it is stopped', async () => {
  await plane.stop();
  expect(supervisor(dir).names()).toEqual([]);
  await expect(api('get', '--raw', '/readyz')).rejects.toThrow();
});
