import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ControlPlane } from '../../../hack/cluster/controlplane.ts';
import { startControlPlane } from '../../../hack/cluster/controlplane.ts';
import type { Credentials, KubeObject, Resource } from '../src/index.ts';
import { ApiClient, ApiError, Informer, isConflict, leaseResource, loadCredentials } from '../src/index.ts';
import { until } from '../src/testing/index.ts';
import type { World } from './contract.ts';
import { describeContract } from './contract.ts';
import { startExample } from './example.ts';
import type { ConfigMap } from './kinds.ts';
import { configMap, configMaps, widgets } from './kinds.ts';
import type { Link } from './proxy.ts';
import { openLink } from './proxy.ts';

let dir: string;
let plane: ControlPlane;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'controller-runtime-'));
  plane = await startControlPlane({ dir, pods: false });
});

afterAll(async () => {
  await plane?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function portOfApiServer(): Promise<number> {
  return Number(new URL((await loadCredentials({ kubeconfig: plane.kubeconfig })).server).port);
}

async function openWorld(): Promise<World & { link: Link }> {
  const direct = await loadCredentials({ kubeconfig: plane.kubeconfig });
  const link = await openLink({ host: new URL(direct.server).hostname, port: await portOfApiServer() });
  const credentials: Credentials = {
    server: `https://127.0.0.1:${link.port}`,
    namespace: direct.namespace,
    authorize: () => direct.authorize(),
    refresh: () => direct.refresh(),
  };
  return { credentials, link, cut: () => link.cut(), close: () => link.close() };
}

describeContract('kube-apiserver', openWorld);

const crds: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

const widgetCrd: KubeObject = {
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        subresources: { status: {} },
      },
    ],
  },
};

async function withClient(
  work: (client: ApiClient, world: World & { link: Link }) => Promise<void>,
): Promise<void> {
  const world = await openWorld();
  const client = new ApiClient({ credentials: world.credentials, fieldManager: 'contract' });
  try {
    await work(client, world);
  } finally {
    client.close();
    await world.close();
  }
}

test('a field of another manager is a conflict that only force overrides', () =>
  withClient(async (client) => {
    await client.apply(configMaps, configMap('owned', { x: '1' }), { fieldManager: 'first' });
    await expect(client.apply(configMaps, configMap('owned', { x: '2' }))).rejects.toSatisfy(isConflict);
    const forced = await client.apply<ConfigMap>(configMaps, configMap('owned', { x: '2' }), { force: true });
    expect(forced.data).toEqual({ x: '2' });
  }));

test('a MicroTime of three digits is what the API server refuses', () =>
  withClient(async (client) => {
    const lease = {
      metadata: { name: 'bad', namespace: 'default' },
      spec: { renewTime: '2026-01-01T00:00:00.000Z' },
    };
    await expect(client.create(leaseResource, lease)).rejects.toMatchObject({ status: 400 });
  }));

test('an invalid object is refused with the path of the field', () =>
  withClient(async (client) => {
    const error = await client.create(configMaps, configMap('UPPER')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 422,
      reason: 'Invalid',
      details: { causes: [{ field: 'metadata.name' }] },
    });
  }));

test(
  'a Kind appears and vanishes with its CRD, and its status is written apart',
  () =>
    withClient(async (client) => {
      const timing = { absentMs: 1_000, spacingMs: 100 };
      const informer = new Informer({ client, resource: widgets, required: false, timing });
      informer.start();
      await until('absent', () => informer.state === 'absent');
      await client.create(crds, widgetCrd);
      await until('found', () => informer.state === 'watching', 20_000);
      const widget = { metadata: { name: 'w', namespace: 'default' }, spec: { brandNew: [{ deep: 1 }] } };
      const made = await client.apply<KubeObject>(widgets, widget);
      expect(made.spec).toEqual({ brandNew: [{ deep: 1 }] });
      await client.applyStatus(widgets, { metadata: widget.metadata, status: { phase: 'Ready' } });
      await client.patchStatus(widgets, widget.metadata, { more: true });
      await until(
        'seen',
        () => JSON.stringify(informer.cache.get('default/w')?.status) === '{"more":true,"phase":"Ready"}',
      );
      await client.delete(crds, widgetCrd.metadata);
      await until('gone', () => informer.state === 'absent' && informer.cache.size === 0, 30_000);
      await informer.stop();
    }),
  60_000,
);

test(
  "the README's example copies, repairs, follows, and leaves no copy behind",
  () =>
    withClient(async (client) => {
      const ref = { name: 'original', namespace: 'default' };
      const source = (data: Record<string, string>): ConfigMap => ({
        ...configMap('original', data),
        metadata: { ...ref, labels: { 'copy-to': 'twin' } },
      });
      const twins = new Informer<ConfigMap>({ client, resource: configMaps, labelSelector: 'copied' });
      const twin = () => twins.cache.get('default/twin')?.data?.['x'];
      twins.start();
      const copier = startExample(plane.kubeconfig);
      try {
        await client.apply(configMaps, source({ x: '1' }));
        await until('the copy is made', () => twin() === '1', 60_000);
        await client.patch(configMaps, { ...ref, name: 'twin' }, { data: { x: 'broken' } });
        await until('the copy is repaired', () => twin() === '1');
        await client.apply(configMaps, source({ x: '2' }));
        await until('the copy follows', () => twin() === '2');
        await client.delete(configMaps, ref);
        await until('the copy is collected', () => twins.cache.size === 0, 60_000);
        expect(await copier.end()).toEqual([0, null]);
        expect(copier.output()).toMatch(/^serving [^\n]*\n$/);
        const lease = await client.get(leaseResource, { name: 'copier', namespace: 'default' });
        expect(lease['spec']).toMatchObject({ holderIdentity: '' });
      } finally {
        copier.kill();
        await twins.stop();
      }
    }),
  120_000,
);

test(
  'an API server that is killed and restarted is found again, and what happened meanwhile is caught up',
  () =>
    withClient(async (client, world) => {
      const restarts: string[] = [];
      const informer = new Informer<ConfigMap>({
        client,
        resource: configMaps,
        observer: { onRestart: (reason) => restarts.push(reason) },
      });
      await client.apply(configMaps, configMap('doomed'));
      informer.start();
      await informer.waitForSync();
      expect(informer.cache.get('default/doomed')).toBeDefined();
      await plane.stop();
      await until('the end is noticed', () => informer.state === 'waiting');
      plane = await startControlPlane({ dir, pods: false });
      const direct = new ApiClient({ credentials: await loadCredentials({ kubeconfig: plane.kubeconfig }) });
      await direct.delete(configMaps, configMap('doomed').metadata);
      await direct.apply(configMaps, configMap('reborn-server'));
      world.link.retarget(await portOfApiServer());
      const back = performance.now();
      await until('caught up', () => informer.cache.get('default/reborn-server') !== undefined, 30_000);
      expect(performance.now() - back).toBeLessThan(10_000);
      expect(informer.cache.get('default/doomed')).toBeUndefined();
      expect(restarts[0]).toBe('broken');
      await informer.stop();
      direct.close();
    }),
  120_000,
);

test(
  'a link that falls silent is noticed by the watchdog and what was missed is caught up',
  () =>
    withClient(async (client, world) => {
      const direct = new ApiClient({ credentials: await loadCredentials({ kubeconfig: plane.kubeconfig }) });
      const restarts: string[] = [];
      const informer = new Informer<ConfigMap>({
        client,
        resource: configMaps,
        // The API server's bookmarks come every minute; the test cannot wait for a real silence.
        timing: { silenceMs: 2_000 },
        observer: { onRestart: (reason) => restarts.push(reason) },
      });
      informer.start();
      await informer.waitForSync();
      world.link.freeze(true);
      await direct.apply(configMaps, configMap('unheard'));
      await until('silence is noticed', () => restarts.includes('silent'), 10_000);
      expect(informer.deafFor).toBeGreaterThanOrEqual(0);
      world.link.freeze(false);
      await until('caught up', () => informer.cache.get('default/unheard') !== undefined, 20_000);
      await informer.stop();
      direct.close();
    }),
  60_000,
);
