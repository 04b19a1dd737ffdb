import { ApiError } from '@ecommercestack/controller-runtime';
import { beforeEach, describe, expect, test } from 'vitest';
import { apiVersion, type EcommerceStack, ecommerceStack, kind } from '../../src/api/ecommercestack.ts';
import type { KubernetesObject, OwnerReference } from '../../src/api/object.ts';
import { applyChanges } from '../../src/cluster/apply.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { observe } from '../../src/cluster/observe.ts';
import { wasApplied } from '../../src/cluster/ownership.ts';
import { generatedValue } from '../../src/desired/secret.ts';

/** A cluster, and what somebody else does to it. */
export type Twin = {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Creates or changes an object as another client would, and returns it. */
  put(object: KubernetesObject): Promise<KubernetesObject>;
  drop(object: KubernetesObject): Promise<void>;
  /** Resolves when `read` gives a value; the caches of a real cluster lag. */
  until<T>(read: () => T | undefined): Promise<T>;
};

const labels = {
  'app.kubernetes.io/managed-by': 'ecommercestack-operator',
  'ecommercestack.dev/stack': 'shop',
};

type Make = (metadata: KubernetesObject['metadata']) => KubernetesObject;

const selector = { matchLabels: { app: 'a' } };

/** Kinds whose storage differs at the API server: plain, with addresses to hand out, with a status, custom. */
const kindsOfChildren: [string, Make][] = [
  ['ConfigMap', (metadata) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1' } })],
  ['ServiceAccount', (metadata) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })],
  [
    'Service',
    (metadata) => ({
      ...{ apiVersion: 'v1', kind: 'Service', metadata },
      spec: { selector: { app: 'a' }, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
    }),
  ],
  [
    'Deployment',
    (metadata) => ({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
      spec: {
        selector,
        template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
      },
    }),
  ],
  [
    'PodDisruptionBudget',
    (metadata) => ({
      ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata },
      spec: { selector, maxUnavailable: 1 },
    }),
  ],
];

/** What both twins must do alike. */
export function clusterSuite(makeTwin: () => Promise<Twin>): void {
  let twin: Twin;
  let stack: EcommerceStack;
  let owner: OwnerReference;
  beforeEach(async () => {
    twin = await makeTwin();
    const made = await twin.put(stackNamed('shop', twin.namespace));
    stack = await twin.until(() => twin.cluster.stack(`${twin.namespace}/shop`));
    owner = {
      apiVersion,
      kind,
      name: 'shop',
      uid: made.metadata.uid ?? '',
      controller: true,
      blockOwnerDeletion: true,
    };
  });

  const key = (): string => `${twin.namespace}/shop`;
  const configMap = (data: Record<string, string>, name = 'child'): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: twin.namespace, labels, ownerReferences: [owner] },
    data,
  });
  const service = (port: number, name = 'child'): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: twin.namespace, labels, ownerReferences: [owner] },
    spec: { selector: { app: name }, ports: [{ name: 'http', port, protocol: 'TCP', targetPort: 8080 }] },
  });
  const apply = (object: KubernetesObject) => twin.cluster.apply(key(), object);
  const applyNew = (object: KubernetesObject) => twin.cluster.applyNew(key(), object);
  const named = (name: string) => () =>
    observe(twin.cluster, stack).children.find((child) => child.metadata.name === name);
  const applyAll = (...objects: KubernetesObject[]) =>
    applyChanges(
      twin.cluster,
      stack.metadata,
      { apply: objects, prune: [] },
      observe(twin.cluster, stack).children,
    );
  async function refusal(action: Promise<unknown>): Promise<string> {
    const error: unknown = await action.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error instanceof ApiError ? `${error.status} ${error.reason}` : String(error);
  }

  describe('apply', () => {
    test('creates an object that the caches then show as a child', async () => {
      await apply(configMap({ a: '1' }));
      const child = await twin.until(named('child'));
      expect(child['data']).toEqual({ a: '1' });
      expect((await twin.cluster.find(configMap({})))?.metadata.uid).toBe(child.metadata.uid);
    });

    test('saying the same again changes nothing', async () => {
      const first = await apply(configMap({ a: '1' }));
      expect((await apply(configMap({ a: '1' }))).metadata.resourceVersion).toBe(
        first.metadata.resourceVersion,
      );
    });

    test('a field that the intent drops goes, a field of somebody else stays', async () => {
      await apply(configMap({ a: '1', b: '2' }));
      await twin.put(configMap({ a: '1', b: '2', theirs: '3' }));
      expect((await apply(configMap({ a: '1' })))['data']).toEqual({ a: '1', theirs: '3' });
    });

    test('with a uid it changes that very object or nothing', async () => {
      const first = await apply(configMap({ a: '1' }));
      await twin.drop(first);
      const stale = configMap({ a: '2' });
      stale.metadata.uid = first.metadata.uid;
      expect(await refusal(apply(stale))).toMatch(/^409/);
      await twin.put(configMap({ a: 'namesake' }));
      expect(await refusal(apply(stale))).toMatch(/^409/);
      expect((await twin.cluster.find(stale))?.['data']).toEqual({ a: 'namesake' });
    });
  });

  describe('apply to an object that somebody else writes, too', () => {
    const seen = async (): Promise<KubernetesObject> => {
      await applyAll(configMap({ a: '1' }));
      return twin.until(named('child'));
    };

    test('with a version it changes that very state or nothing', async () => {
      const before = await seen();
      const { uid, resourceVersion } = before.metadata;
      const late = configMap({ a: 'late' });
      late.metadata = { ...late.metadata, uid, resourceVersion };
      await twin.put(configMap({ a: 'new', theirs: '1' }));
      expect(await refusal(apply(late))).toBe('409 Conflict');
      expect((await twin.cluster.find(late))?.['data']).toEqual({ a: 'new', theirs: '1' });
    });

    test('what changed since it was seen is read, and taken back as it is then', async () => {
      const before = await seen();
      const since = await twin.put(configMap({ a: '2' }));
      const asked: (string | undefined)[] = [];
      const cluster: Cluster = {
        ...twin.cluster,
        apply: (of, object) => {
          asked.push(object.metadata.resourceVersion);
          return twin.cluster.apply(of, object);
        },
      };
      const changes = { apply: [configMap({ a: '1' })], prune: [] };
      const { problems } = await applyChanges(cluster, stack.metadata, changes, [before]);
      expect(problems).toEqual([]);
      expect(asked).toEqual([before.metadata.resourceVersion, since.metadata.resourceVersion]);
      expect((await twin.cluster.find(before))?.['data']).toEqual({ a: '1' });
    });
  });

  describe('applyNew', () => {
    test('makes an object, which a later apply can take a field away from', async () => {
      expect(await applyNew(configMap({ a: '1', b: '2' }))).toBe(true);
      const child = await twin.until(named('child'));
      expect(child['data']).toEqual({ a: '1', b: '2' });
      expect((await apply(configMap({ a: '1' })))['data']).toEqual({ a: '1' });
    });

    test.each(kindsOfChildren)('changes no %s of that name', async (_, make) => {
      const theirs = make({ name: 'taken', namespace: twin.namespace });
      const before = await twin.put(theirs);
      const ours = make({ name: 'taken', namespace: twin.namespace, labels, ownerReferences: [owner] });
      expect(await applyNew(ours)).toBe(false);
      // Not even what is equal to the last letter is joined.
      expect(await applyNew(theirs)).toBe(false);
      const after = await twin.cluster.find(theirs);
      // Controllers may have written a status meanwhile, so the resource version says nothing.
      const { uid, generation } = before.metadata;
      expect([after?.metadata.uid, after?.metadata.generation]).toEqual([uid, generation]);
      expect(after?.metadata.labels ?? {}).toEqual({});
      expect(after && wasApplied(after)).toBe(false);
    });

    test('makes one of two namesakes that are asked for at once', async () => {
      const answers = await Promise.all(['1', '2', '3', '4'].map((a) => applyNew(configMap({ a }))));
      expect(answers.filter((made) => made)).toHaveLength(1);
    });
  });

  describe('patch', () => {
    test('changes this very state of an object or nothing', async () => {
      const first = await apply(service(80));
      const ports = [{ name: 'http', port: 81, protocol: 'TCP', targetPort: 8080 }];
      const patched = await twin.cluster.patch(key(), first, { spec: { ports } });
      expect(patched['spec']).toMatchObject({ ports, selector: { app: 'child' } });
      expect(await refusal(twin.cluster.patch(key(), first, { spec: { ports } }))).toBe('409 Conflict');
    });

    test('a port whose number a hand changed is put right, although apply alone cannot', async () => {
      await applyAll(service(80));
      const live = await twin.until(named('child'));
      await twin.put({ ...live, ...service(81), metadata: live.metadata });
      await twin.until(() => (JSON.stringify(named('child')()).includes('"port":81') ? true : undefined));
      expect((await applyAll(service(80))).problems).toEqual([]);
      expect((await twin.cluster.find(service(80)))?.['spec']).toMatchObject({
        ports: [{ name: 'http', port: 80 }],
      });
    });
  });

  describe('create and remove', () => {
    test('a Secret gets its passwords once, and the same ones when it was deleted', async () => {
      const secret: KubernetesObject = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'shop-postgres', namespace: twin.namespace, labels, ownerReferences: [owner] },
        stringData: { password: generatedValue, user: 'shop' },
      };
      await twin.cluster.create(key(), secret);
      const made = await twin.cluster.find(secret);
      expect(valueIn(made, 'user')).toBe('shop');
      expect(valueIn(made, 'password')).toMatch(/^(?!\(derived).{16,}$/);
      expect(await refusal(twin.cluster.create(key(), secret))).toBe('409 AlreadyExists');
      expect((await twin.cluster.find(secret))?.metadata.resourceVersion).toBe(
        made?.metadata.resourceVersion,
      );
      if (made !== undefined) await twin.drop(made);
      await twin.cluster.create(key(), secret);
      expect(valueIn(await twin.cluster.find(secret), 'password')).toBe(valueIn(made, 'password'));
    });

    test('remove takes this very object and leaves a namesake alone', async () => {
      const first = await apply(configMap({ a: '1' }));
      await twin.drop(first);
      await twin.cluster.remove(key(), first);
      const namesake = await twin.put(configMap({ a: 'namesake' }));
      await twin.cluster.remove(key(), first);
      expect((await twin.cluster.find(first))?.metadata.uid).toBe(namesake.metadata.uid);
      await twin.cluster.remove(key(), namesake);
      expect(await twin.cluster.find(first)).toBeUndefined();
    });
  });

  describe('status', () => {
    test('replaces the whole status and loses against a newer stack', async () => {
      const first = await twin.cluster.writeStatus(stack, { phase: 'Progressing', url: 'http://a/' });
      const second = await twin.cluster.writeStatus(first, { phase: 'Ready' });
      expect(second.status).toEqual({ phase: 'Ready' });
      await twin.until(() => (twin.cluster.stack(key())?.status?.phase === 'Ready' ? true : undefined));
      expect(twin.cluster.stack(key())?.status).toEqual({ phase: 'Ready' });
      expect(await refusal(twin.cluster.writeStatus(first, { phase: 'Stale' }))).toBe('409 Conflict');
    });
  });

  describe('actions', () => {
    const asked = async (name = 'user-abort-1') => {
      const { uid = '' } = stack.metadata as KubernetesObject['metadata'];
      await twin.put(actionFor(uid, twin.namespace, name));
      return twin.until(() =>
        twin.cluster.actions(twin.namespace).find(({ metadata }) => metadata.name === name),
      );
    };
    const answer = (message: string) => ({ result: 'Rejected' as const, message, observedGeneration: 1 });

    test('the caches show them, of one namespace alone', async () => {
      expect(await asked()).toMatchObject({ spec: { action: 'Abort', target: { name: 'user' } } });
      expect(twin.cluster.actions('elsewhere')).toEqual([]);
    });

    test('an answer is for what was seen, and no second one takes its place', async () => {
      const action = await asked();
      await twin.cluster.answerAction(key(), action, answer('first'));
      expect(await refusal(twin.cluster.answerAction(key(), action, answer('second')))).toBe('409 Conflict');
      const shown = await twin.until(() =>
        twin.cluster.actions(twin.namespace).find(({ status }) => status?.result !== undefined),
      );
      expect(shown.status).toEqual(answer('first'));
    });

    test('one that is let go is gone', async () => {
      const action = await asked();
      // What the API server stores has all that any object has.
      await twin.cluster.remove(key(), action as unknown as KubernetesObject);
      await twin.until(() => (twin.cluster.actions(twin.namespace).length === 0 ? true : undefined));
    });

    test('what is tried is not made, whatever the answer', async () => {
      const action = actionFor('00000000-0000-0000-0000-000000000000', twin.namespace, 'tried');
      await twin.cluster.tryCreate(action).catch(() => undefined);
      await asked('later');
      expect(twin.cluster.actions(twin.namespace).map(({ metadata }) => metadata.name)).toEqual(['later']);
    });
  });

  describe('whose an object is', () => {
    test('a foreign object under a wanted name is never touched, and the rest goes on', async () => {
      const foreign = await twin.put({
        ...service(81, 'taken'),
        metadata: { name: 'taken', namespace: twin.namespace, labels: { mine: 'yes' } },
      });
      const { awaited, problems } = await applyAll(service(80, 'taken'), service(80, 'free'));
      expect(problems).toMatchObject([{ kind: 'Service', name: 'taken', reason: 'NameConflict' }]);
      expect(awaited).toHaveLength(1);
      const after = await twin.cluster.find(foreign);
      expect(after?.metadata.resourceVersion).toBe(foreign.metadata.resourceVersion);
      await twin.until(named('free'));
    });

    test('an object that carries our label and another controller is foreign', async () => {
      const theirs = { ...owner, uid: 'b7a4a3a4-0000-4000-8000-000000000001', name: 'other' };
      const foreign = configMap({ a: 'theirs' }, 'taken');
      foreign.metadata.ownerReferences = [theirs];
      const made = await twin.put(foreign);
      const { problems } = await applyAll(configMap({ a: 'ours' }, 'taken'));
      expect(problems).toMatchObject([{ name: 'taken', reason: 'NameConflict' }]);
      expect((await twin.cluster.find(made))?.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    });

    test('an object that only pretends by label is foreign', async () => {
      const fake = configMap({ a: 'theirs' }, 'taken');
      fake.metadata.ownerReferences = [];
      await twin.put(fake);
      await twin.until(named('taken'));
      const { problems } = await applyAll(configMap({ a: 'ours' }, 'taken'));
      expect(problems).toMatchObject([{ name: 'taken', reason: 'NameConflict' }]);
    });

    test('our own object without its owner reference is taken up again', async () => {
      const made = await apply(configMap({ a: '1' }));
      await twin.put({ ...made, metadata: { ...made.metadata, ownerReferences: [] } });
      await twin.until(() =>
        (named('child')()?.metadata.ownerReferences ?? []).length === 0 ? named('child')() : undefined,
      );
      expect((await applyAll(configMap({ a: '1' }))).problems).toEqual([]);
      expect((await twin.cluster.find(made))?.metadata.ownerReferences).toHaveLength(1);
    });

    test('our own object without its labels is found and gets them back', async () => {
      const made = await apply(configMap({ a: '1' }));
      await twin.until(named('child'));
      await twin.put({ ...made, metadata: { ...made.metadata, labels: {} } });
      await twin.until(() => (named('child')() === undefined ? true : undefined));
      expect((await applyAll(configMap({ a: '1' }))).problems).toEqual([]);
      await twin.until(named('child'));
    });

    test('one refused object is named and stops no other', async () => {
      const broken = service(80, 'broken');
      broken['spec'] = { selector: {}, ports: [{ name: 'http', port: 123_456, protocol: 'TCP' }] };
      if (!(await refusesPorts(twin, broken))) return;
      const { problems } = await applyAll(broken, service(80, 'whole'));
      expect(problems).toMatchObject([{ kind: 'Service', name: 'broken', reason: 'ObjectRefused' }]);
      await twin.until(named('whole'));
    });
  });
}

/** A value of a Secret; a real API server keeps them in base64. */
function valueIn(secret: KubernetesObject | undefined, name: string): string {
  const { data, stringData } = { data: {}, stringData: {}, ...secret };
  const encoded: unknown = Reflect.get(Object(data), name);
  return typeof encoded === 'string'
    ? Buffer.from(encoded, 'base64').toString()
    : String(Reflect.get(Object(stringData), name));
}

/** The in-memory twin validates nothing; there, the refusal itself has a test of its own. */
async function refusesPorts(twin: Twin, object: KubernetesObject): Promise<boolean> {
  return twin.cluster.apply(`${twin.namespace}/shop`, object).then(
    () => false,
    () => true,
  );
}

function actionFor(stackUID: string, namespace: string, name: string): KubernetesObject {
  return {
    ...{ apiVersion, kind: 'RolloutAction', metadata: { name, namespace } },
    spec: {
      ...{ stackUID, target: { type: 'Service', name: 'user' }, action: 'Abort', expiresAfter: '5m' },
      ...{ overrideFreeze: false, reason: 'a test', requestedBy: 'jane' },
    },
  };
}

/** The smallest stack, as a person would send it. */
export function stackNamed(
  name: string,
  namespace: string,
  spec: Record<string, unknown> = {},
): KubernetesObject {
  const stack = ecommerceStack.parse({
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec: { version: 'v1.2.3', ...spec },
  });
  return { ...stack, metadata: { name, namespace } };
}
