import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Credentials, InformerOptions, KubeObject, Resource } from '../src/index.ts';
import {
  ApiClient,
  EventRecorder,
  Expectations,
  eventResource,
  Informer,
  isAlreadyExists,
  isConflict,
  isNotFound,
  LeaderElector,
  leaseResource,
} from '../src/index.ts';
import { until } from '../src/testing/index.ts';
import type { ConfigMap } from './kinds.ts';
import { configMap, configMaps, widgets } from './kinds.ts';

/** An API server under test, with a link that can be cut. */
export interface World {
  readonly credentials: Credentials;
  /** Breaks every connection without a word; new ones work. */
  cut(): void;
  close(): Promise<void>;
}

export const namespaces: Resource = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};

/** What every API server, the fake one included, must do for this package to work. */
export function describeContract(name: string, open: () => Promise<World>): void {
  describe(name, () => {
    let world: World;
    let client: ApiClient;
    let run: string;
    const informers: Informer<ConfigMap>[] = [];
    const labels = () => ({ run });

    beforeAll(async () => {
      world = await open();
      client = new ApiClient({ credentials: world.credentials, fieldManager: 'contract' });
      for (const each of ['one', 'two']) await client.apply(namespaces, { metadata: { name: each } });
    });
    afterAll(async () => {
      client?.close();
      await world?.close();
    });
    beforeEach(() => {
      run = randomBytes(4).toString('hex');
    });
    afterEach(async () => {
      await Promise.all(informers.splice(0).map((informer) => informer.stop()));
    });

    const ours = (suffix: string, data: Record<string, string> = {}, namespace = 'one'): ConfigMap => ({
      metadata: { ...configMap(`${run}-${suffix}`, data, namespace).metadata, labels: labels() },
      data,
    });
    const keyed = (suffix: string, namespace = 'one') => `${namespace}/${run}-${suffix}`;
    const ref = (suffix: string) => ({ namespace: 'one', name: `${run}-${suffix}` });

    function inform(options: Partial<InformerOptions<ConfigMap>> = {}): Informer<ConfigMap> {
      const informer = new Informer<ConfigMap>({
        client,
        resource: configMaps,
        labelSelector: `run=${run}`,
        ...options,
      });
      informers.push(informer);
      informer.start();
      return informer;
    }

    test('create, get, replace, patch: the rules of concurrency hold', async () => {
      const created = await client.create(configMaps, ours('a', { x: '1' }));
      await expect(client.create(configMaps, ours('a'))).rejects.toSatisfy(isAlreadyExists);
      const replaced = await client.replace<ConfigMap>(configMaps, { ...created, data: { x: '2' } });
      await expect(client.replace<ConfigMap>(configMaps, { ...created, data: { x: '3' } })).rejects.toSatisfy(
        isConflict,
      );
      expect((await client.get<ConfigMap>(configMaps, ref('a'))).data).toEqual({ x: '2' });
      const patched = await client.patch<ConfigMap>(configMaps, ref('a'), { data: { x: '4' } });
      expect(patched.data).toEqual({ x: '4' });
      expect(patched.metadata.uid).toBe(replaced.metadata.uid);
      await expect(client.get(configMaps, ref('none'))).rejects.toSatisfy(isNotFound);
    });

    test('applying the same thing twice changes nothing', async () => {
      const first = await client.apply<ConfigMap>(configMaps, ours('a', { x: '1' }), { force: true });
      const second = await client.apply<ConfigMap>(configMaps, ours('a', { x: '1' }), { force: true });
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      expect(second.data).toEqual({ x: '1' });
    });

    test('an apply of what must be new makes it, and changes nothing that is there', async () => {
      const made = await client.apply<ConfigMap>(configMaps, ours('a', { x: '1' }), { onlyNew: true });
      expect(made.data).toEqual({ x: '1' });
      for (const x of ['1', '2']) {
        const again = client.apply<ConfigMap>(configMaps, ours('a', { x }), { onlyNew: true, force: true });
        await expect(again).rejects.toSatisfy(isConflict);
      }
      expect((await client.get(configMaps, ref('a'))).metadata).toEqual(made.metadata);
    });

    test('a dry run stores nothing', async () => {
      await client.apply(configMaps, ours('dry'), { dryRun: true });
      await expect(client.get(configMaps, ref('dry'))).rejects.toSatisfy(isNotFound);
      await client.create(configMaps, ours('kept'));
      expect(await client.delete(configMaps, ref('kept'), { dryRun: true })).toBe(true);
      expect((await client.get(configMaps, ref('kept'))).metadata.name).toBe(`${run}-kept`);
    });

    test('a delete heeds its preconditions', async () => {
      const { metadata } = await client.create(configMaps, ours('a'));
      const wrong = '00000000-0000-0000-0000-000000000000';
      await expect(client.delete(configMaps, ref('a'), { uid: wrong })).rejects.toSatisfy(isConflict);
      await expect(client.delete(configMaps, ref('a'), { resourceVersion: '1' })).rejects.toSatisfy(
        isConflict,
      );
      const { uid, resourceVersion } = metadata;
      expect(await client.delete(configMaps, ref('a'), { uid, resourceVersion })).toBe(true);
      expect(await client.delete(configMaps, ref('a'))).toBe(false);
    });

    test('a long list is complete, and metadata only carries no data', async () => {
      const all = Array.from({ length: 620 }, (_, index) => ours(`n${index}`, { x: 'y' }));
      await Promise.all(all.map((object) => client.create(configMaps, object)));
      const { items } = await client.list<ConfigMap>(configMaps, { labelSelector: `run=${run}` });
      expect(new Set(items.map((item) => item.metadata.name)).size).toBe(620);
      const selection = { labelSelector: `run=${run}`, metadataOnly: true, namespace: 'one' };
      const partial = await client.list<ConfigMap>(configMaps, selection);
      expect(partial.items).toHaveLength(620);
      expect(partial.items.every((item) => item.data === undefined)).toBe(true);
    });

    test.each([
      { watchList: true, compact: false },
      { watchList: false, compact: false },
      { watchList: true, compact: true },
      { watchList: false, compact: true },
    ])(
      'an informer follows adds, updates and deletes (WatchList: $watchList, compact: $compact)',
      async ({ watchList, compact }) => {
        await client.create(configMaps, ours('before', { x: '1' }));
        const informer = inform({ watchList, compact });
        expect(await informer.waitForSync()).toBe(true);
        expect(informer.cache.get(keyed('before'))).toMatchObject({ kind: 'ConfigMap', data: { x: '1' } });
        const changes: string[] = [];
        informer.cache.onChange((type, previous, current) =>
          changes.push(`${type} ${(current ?? previous)?.data?.['x']}`),
        );
        await client.create(configMaps, ours('a', { x: 'a' }));
        await client.apply(configMaps, ours('a', { x: 'b' }), { force: true });
        await client.delete(configMaps, ref('a'));
        await until('all three arrive', () => changes.length === 3);
        expect(changes).toEqual(['add a', 'update b', 'delete b']);
        expect(informer.cache.get(keyed('before'))?.metadata.managedFields).toBeUndefined();
      },
    );

    test('an informer of metadata sees changes and no data', async () => {
      const informer = inform({ metadataOnly: true });
      await informer.waitForSync();
      await client.create(configMaps, ours('a', { secret: 'x' }));
      await until('it arrives', () => informer.cache.size === 1);
      expect(informer.cache.get(keyed('a'))).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
      expect(informer.cache.get(keyed('a'))?.data).toBeUndefined();
    });

    test('one stream per namespace feeds one cache', async () => {
      const informer = inform({ namespaces: ['one', 'two'] });
      await informer.waitForSync();
      await client.create(configMaps, ours('a', {}, 'one'));
      await client.create(configMaps, ours('a', {}, 'two'));
      await client.create(configMaps, ours('a', {}, 'default'));
      await until('both arrive', () => informer.cache.size === 2);
      expect(informer.cache.get(keyed('a', 'two'))).toBeDefined();
    });

    test('a cut link loses nothing, and a name used anew in the gap is a delete and an add', async () => {
      await client.create(configMaps, ours('reborn', { life: '1' }));
      await client.create(configMaps, ours('doomed'));
      const informer = inform();
      await informer.waitForSync();
      const changes: string[] = [];
      informer.cache.onChange((type, previous, current) =>
        changes.push(`${type} ${(current ?? previous)?.metadata.name.slice(9)}`),
      );
      for (let round = 0; round < 3; round += 1) {
        world.cut();
        await client.apply(configMaps, ours(`new${round}`));
      }
      world.cut();
      await client.delete(configMaps, ref('reborn'));
      await client.delete(configMaps, ref('doomed'));
      await client.apply(configMaps, ours('reborn', { life: '2' }));
      await until('all arrives', () => changes.length === 6, 20_000);
      // A watch that resumes tells them in the order of their happening, a new picture in its own.
      const all = ['add new0', 'add new1', 'add new2', 'add reborn', 'delete doomed', 'delete reborn'];
      expect([...changes].sort()).toEqual(all);
      expect(changes.indexOf('delete reborn')).toBeLessThan(changes.indexOf('add reborn'));
      expect(informer.cache.get(keyed('reborn'))?.data).toEqual({ life: '2' });
    });

    test('a Kind that is not served is absent', async () => {
      const informer = inform({ resource: widgets, required: false });
      expect(await informer.waitForSync()).toBe(true);
      expect(informer.state).toBe('absent');
    });

    test('expectations are met when the cache has caught up with our write, also one that changed nothing', async () => {
      const informer = inform();
      await informer.waitForSync();
      const expectations = new Expectations();
      for (const x of ['1', '2', '2']) {
        expectations.wrote(
          'key',
          informer,
          await client.apply<ConfigMap>(configMaps, ours('a', { x }), { force: true }),
        );
        await until('caught up', () => !expectations.isBehind('key'));
        expect(informer.cache.get(keyed('a'))?.data).toEqual({ x });
      }
      const object = informer.cache.get(keyed('a'));
      if (object === undefined) throw new Error('the object was just seen');
      await client.delete(configMaps, ref('a'), { uid: object.metadata.uid });
      expectations.deleted('key', informer, object);
      await until('caught up with the delete', () => !expectations.isBehind('key'));
      expect(informer.cache.size).toBe(0);
    });

    test('a lease is taken, kept, and handed over within two seconds', async () => {
      const elector = (identity: string) => {
        const times = { leaseMs: 3_000, renewMs: 1_000, retryMs: 500 };
        const made = new LeaderElector({
          client,
          namespace: 'one',
          name: `${run}-lease`,
          identity,
          ...times,
        });
        made.start();
        return made;
      };
      const one = elector('one');
      await until('one leads', () => one.isLeader);
      const two = elector('two');
      const renewals = async () =>
        (await client.get<KubeObject>(leaseResource, ref('lease'))).metadata.resourceVersion;
      const first = await renewals();
      let last = first;
      while (last === first) last = await renewals();
      expect([one.isLeader, two.isLeader]).toEqual([true, false]);
      const started = performance.now();
      await one.stop();
      await until('two leads', () => two.isLeader);
      expect(performance.now() - started).toBeLessThan(2_000);
      await two.stop();
      expect((await client.get(leaseResource, ref('lease'))).spec).toMatchObject({ leaseTransitions: 1 });
    });

    test('events are accepted, and repeats become a series', async () => {
      const dropped: unknown[] = [];
      const onDropped = (_reason: string, error: unknown) => dropped.push(error);
      const recorder = new EventRecorder({
        client,
        controller: 'example.com/contract',
        instance: 'one',
        onDropped,
      });
      const regarding = await client.create(configMaps, ours('a'));
      const event = {
        regarding,
        type: 'Warning',
        reason: 'Slow',
        action: 'Wait',
        note: 'ä'.repeat(900),
      } as const;
      for (let count = 0; count < 3; count += 1) recorder.record(event);
      await recorder.close();
      expect(dropped).toEqual([]);
      const { items } = await client.list<KubeObject & { series?: unknown }>(eventResource, {
        namespace: 'one',
      });
      const mine = items.filter((item) => item.metadata.name.startsWith(`${run}-a.`));
      expect(mine).toMatchObject([{ series: { count: 3 } }]);
    });
  });
}
