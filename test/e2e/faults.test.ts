import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, type KubeObject } from '../../proofs/kube/object.ts';
import { until, waitFor } from '../../proofs/kube/wait.ts';
import { deadlineFactor } from '../../proofs/proof.ts';
import { isReady, objectsOf, stackReference } from '../../proofs/stack.ts';
import { clusterTarget, type Target } from '../../proofs/target.ts';
import { available, condition, smallStack, withNamespace } from './small-stack.ts';

/** "Within seconds" is gated like every functional deadline. */
const seconds = 5000 * deadlineFactor;
const starting = 120_000;

let target: Target;

beforeAll(async () => {
  target = await clusterTarget((line) => console.log(line));
});

afterAll(() => target.close());

const ready = (namespace: string) =>
  waitFor(
    'the small stack to be Ready',
    async () =>
      isReady(await target.kube.get(stackReference({ namespace, name: 'small' }))) ? true : undefined,
    starting,
  );

const running = (namespace: string, name: string) =>
  waitFor(
    `${name} to run`,
    async () => ((await available(target.kube, namespace, name)) > 0 ? true : undefined),
    starting,
  );

const custom = (more: Readonly<Record<string, unknown>>) => ({
  customServices: [
    { name: 'extra', image: { repository: 'ecommercestack/storefront', tag: 'v1.2.3' }, ...more },
  ],
});

test('an image that nobody has becomes a condition, and the rest runs', async () => {
  const { kube } = target;
  await withNamespace(kube, async (namespace) => {
    const image = { repository: 'ecommercestack/storefront', tag: 'v0.0.404' };
    await kube.create(smallStack(namespace, custom({ image })));
    const { message } = await condition(
      kube,
      namespace,
      { type: 'Stalled', status: 'True', reason: 'ImageNotPulled' },
      starting,
    );
    expect(message).toContain('v0.0.404');
    await running(namespace, 'storefront');
    await condition(kube, namespace, { type: 'Ready', status: 'False' }, seconds);
  });
});

test('a Secret that is missing becomes a condition, and goes when the Secret comes', async () => {
  const { kube } = target;
  await withNamespace(kube, async (namespace) => {
    const env = [
      { name: 'SERVICE', value: 'storefront' },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'not-there', key: 'token' } } },
    ];
    await kube.create(smallStack(namespace, custom({ env })));
    const { message } = await condition(
      kube,
      namespace,
      { type: 'Stalled', status: 'True', reason: 'SecretMissing' },
      starting,
    );
    expect(message).toContain('not-there');
    await running(namespace, 'storefront');
    await kube.create({
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: { name: 'not-there', namespace },
      stringData: { token: 'x' },
    });
    await ready(namespace);
  });
});

test("somebody else's object is neither adopted nor changed nor deleted", async () => {
  const { kube } = target;
  await withNamespace(kube, async (namespace) => {
    const foreign = await kube.create({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'storefront', namespace } },
      spec: { ports: [{ name: 'http', port: 80 }], selector: { app: 'of-somebody-else' } },
    });
    await kube.create(smallStack(namespace));
    const { message } = await condition(
      kube,
      namespace,
      { type: 'Stalled', status: 'True', reason: 'NameConflict' },
      seconds,
    );
    expect(message).toContain('Service');
    await running(namespace, 'storefront');
    await kube.delete(stackReference({ namespace, name: 'small' }));
    await nothingLeft(namespace);
    const now = await kube.get({ apiVersion: 'v1', kind: 'Service', namespace, name: 'storefront' });
    expect(now?.metadata).toEqual(foreign.metadata);
    expect(now?.['spec']).toEqual(foreign['spec']);
  });
});

test('a second stack in a namespace waits and touches nothing', async () => {
  const { kube } = target;
  await withNamespace(kube, async (namespace) => {
    await kube.create(smallStack(namespace));
    await ready(namespace);
    const before = versions(await objectsOf(kube, { namespace, name: 'small' }));
    const second = smallStack(namespace, { version: 'v1.3.0' });
    await kube.create({ ...second, metadata: { ...second.metadata, name: 'second' } });
    const wanted = { type: 'Stalled', status: 'True', reason: 'NamespaceTaken' } as const;
    await condition(kube, namespace, wanted, seconds, 'second');
    expect(await objectsOf(kube, { namespace, name: 'second' })).toEqual([]);
    expect(versions(await objectsOf(kube, { namespace, name: 'small' }))).toEqual(before);
  });
});

test('an operator that restarts during a rollout finishes it', async () => {
  const { kube, operator } = target;
  await withNamespace(kube, async (namespace) => {
    await kube.create(smallStack(namespace));
    await ready(namespace);
    await kube.merge(stackReference({ namespace, name: 'small' }), { spec: { version: 'v1.3.0' } });
    const labels = 'app.kubernetes.io/name=ecommercestack-operator';
    const pods = await kube.list('v1', 'Pod', { namespace: operator.deployment?.namespace ?? '', labels });
    for (const { metadata } of pods) await kube.delete({ apiVersion: 'v1', kind: 'Pod', ...metadata });
    await ready(namespace);
    const rolled = await kube.list('v1', 'Pod', { namespace, labels: 'app=storefront,version=v1.3.0' });
    expect(rolled.length).toBeGreaterThan(0);
  });
});

test('a stack that is deleted leaves nothing after 60 s, and no finalizer was needed', async () => {
  const { kube } = target;
  await withNamespace(kube, async (namespace) => {
    await kube.create(smallStack(namespace));
    await ready(namespace);
    const live = await kube.get(stackReference({ namespace, name: 'small' }));
    expect(at(live, 'metadata', 'finalizers')).toBeUndefined();
    expect((await objectsOf(kube, { namespace, name: 'small' })).length).toBeGreaterThan(5);
    await kube.delete(stackReference({ namespace, name: 'small' }));
    await nothingLeft(namespace);
  });
});

async function nothingLeft(namespace: string): Promise<void> {
  const stack = { namespace, name: 'small' };
  const labels = 'ecommercestack.dev/stack=small';
  const rest = async () => [
    ...(await objectsOf(target.kube, stack)),
    ...(await target.kube.list('v1', 'Pod', { namespace, labels })),
  ];
  await until(async () => ((await rest()).length === 0 ? true : undefined), 60_000, 250);
  expect((await rest()).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
}

function versions(objects: readonly KubeObject[]): string[] {
  return objects.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`).sort();
}
