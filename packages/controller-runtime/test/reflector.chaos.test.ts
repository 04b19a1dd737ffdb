import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ApiClient, Informer, keyOf } from '../src/index.ts';
import type { Fault } from '../src/testing/index.ts';
import { FakeApiServer, until, VirtualClock } from '../src/testing/index.ts';
import type { ConfigMap } from './kinds.ts';
import { configMap, configMaps } from './kinds.ts';

// Many worlds in one test.
vi.setConfig({ testTimeout: 120_000 });

const names = fc.constantFrom('a', 'b', 'c', 'd');
const faults: Fault['act'][] = [
  'reset',
  'half',
  { status: 401 },
  { status: 410, body: { code: 410, reason: 'Expired' } },
  { status: 429, headers: { 'retry-after': '7' } },
  { status: 500 },
  { status: 503, body: 'upstream connect error' },
];
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), name: names, value: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), name: names }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recreate' as const), name: names }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, 2_000, 100_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fault' as const), act: fc.constantFrom(...faults) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('stream' as const),
      how: fc.constantFrom('reset', 'end', 'mute', 'garbage', 'cut', 'error', 'gone', 'bookmark', 'compact'),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function disturb(server: FakeApiServer, how: string): void {
  if (how === 'compact') server.store.compact();
  for (const stream of [...server.streams]) {
    if (how === 'reset') stream.reset();
    else if (how === 'end') stream.end();
    else if (how === 'mute') stream.mute();
    else if (how === 'garbage') stream.raw('\u0000{"type":\n');
    else if (how === 'error') stream.error({ code: 500 });
    else if (how === 'gone') stream.error({ code: 410, reason: 'Expired' });
    else if (how === 'bookmark') stream.bookmark(server.store.version);
    else if (how === 'cut') {
      stream.raw('{"type":"MODIFIED","object":{"metadata":{"na');
      stream.end();
    }
  }
}

async function play(server: FakeApiServer, clock: VirtualClock, each: Step): Promise<void> {
  if (each.do === 'put') server.put(configMaps, configMap(each.name, { value: String(each.value) }));
  else if (each.do === 'remove') server.remove(configMaps, `default/${each.name}`);
  else if (each.do === 'recreate') {
    server.remove(configMaps, `default/${each.name}`);
    server.put(configMaps, configMap(each.name));
  } else if (each.do === 'pass') await clock.advance(each.ms);
  else if (each.do === 'fault') server.faults.push({ act: each.act });
  else disturb(server, each.how);
}

/** A second copy, built from nothing but what the handlers were told; a change that does not fit is an error. */
function replica(informer: Informer<ConfigMap>) {
  const objects = new Map<string, string>();
  const errors: string[] = [];
  informer.cache.onChange((type, previous, current) => {
    const object = current ?? previous;
    if (object === undefined) return;
    const key = keyOf(object.metadata);
    const known = objects.get(key);
    if (known !== previous?.metadata.uid)
      errors.push(`${type} of ${key}: told ${previous?.metadata.uid}, had ${known}`);
    if (type === 'update' && current?.metadata.uid !== previous?.metadata.uid)
      errors.push(`${key} changed its uid`);
    if (current === undefined) objects.delete(key);
    else objects.set(key, current.metadata.uid ?? '');
  });
  return { objects, errors };
}

const picture = (objects: readonly { metadata: ConfigMap['metadata'] }[]) =>
  objects.map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`).sort();

test.each([
  { watchList: true, compact: false },
  { watchList: false, compact: true },
])(
  'whatever happens, in whatever order, the cache ends right (WatchList: $watchList, compact: $compact)',
  async ({ watchList, compact }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const server = await FakeApiServer.start(configMaps);
        const client = new ApiClient({ credentials: server.credentials(), retries: 0 });
        const clock = new VirtualClock();
        const informer = new Informer<ConfigMap>({ client, resource: configMaps, clock, watchList, compact });
        const copy = replica(informer);
        try {
          informer.start();
          for (const each of steps) {
            await play(server, clock, each);
            await clock.advance(1);
          }
          server.faults.length = 0;
          const stored = () => picture(server.store.list('/v1/configmaps', undefined));
          await until('the cache is right', () => {
            void clock.advance(5_000);
            return informer.synced && picture(informer.cache.list()).join() === stored().join();
          });
          expect(copy.errors).toEqual([]);
          expect(new Set(copy.objects.values())).toEqual(
            new Set(informer.cache.list().map(({ metadata }) => metadata.uid)),
          );
        } finally {
          await informer.stop();
          client.close();
          await server.close();
        }
      }),
      { numRuns: 40 },
    );
  },
);
