import { ApiError } from '@ecommercestack/controller-runtime';
import type { EcommerceStack, EcommerceStackStatus } from '../api/ecommercestack.ts';
import { canonicalJson } from '../api/hash.ts';
import { type Capability, capabilitiesWhere } from '../api/kinds.ts';
import { type KubernetesObject, objectKey } from '../api/object.ts';
import { actionKind, type RolloutAction, type RolloutActionStatus } from '../api/rolloutaction.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { withGeneratedValues } from '../cluster/generated-values.ts';
import { stackNameOf } from '../cluster/ownership.ts';
import { labelKeys, managerName } from '../desired/labels.ts';
import { merge, mergePatch } from './field-ownership.ts';

/** One write that the cluster was asked for. */
export type Write = {
  readonly verb: 'apply' | 'patch' | 'create' | 'delete' | 'status';
  readonly object: string;
};

/** What a test does to the cluster behind the operator's back, and what it asks afterwards. */
export type FakeWorld = {
  readonly cluster: Cluster;
  /** Every write so far, refused ones included. */
  readonly writes: Write[];
  /** Keys of objects that were read one by one. */
  readonly reads: string[];
  /** Keys of objects that were created dry. */
  readonly tries: string[];
  /** Whether the API server refuses actions in false names, as it does at first. */
  setGuarded(guarded: boolean): void;
  /** Adds or replaces an object as somebody else would; the uid of an existing one stays. */
  put(object: KubernetesObject): void;
  get(key: string): KubernetesObject | undefined;
  all(): KubernetesObject[];
  /** Deletes an object; its name can be taken again. */
  drop(key: string): void;
  setCapability(name: Capability, present: boolean): void;
  /** Answers every write to objects for which `test` holds with this error, until called with undefined. */
  refuse(test: ((object: KubernetesObject) => boolean) | undefined, error?: Error): void;
};

type Stored = { object: KubernetesObject; applied?: KubernetesObject };

const stackKey = (namespace: string | undefined, name: string): string =>
  `EcommerceStack.ecommercestack.dev/${namespace ?? ''}/${name}`;

/** An in-memory cluster whose caches are always current; it passes the contract suite of the real adapter. */
export function fakeCluster(present: readonly Capability[] = ['istio']): FakeWorld {
  return new Fake(present).world();
}

class Fake {
  readonly #objects = new Map<string, Stored>();
  readonly #capabilities: Record<Capability, boolean>;
  readonly #writes: Write[] = [];
  readonly #reads: string[] = [];
  #refusal: { test: (object: KubernetesObject) => boolean; error: Error } | undefined;
  readonly #tries: string[] = [];
  #guarded = true;
  #version = 0;

  constructor(present: readonly Capability[]) {
    this.#capabilities = capabilitiesWhere((name) => present.includes(name));
  }

  world(): FakeWorld {
    return {
      cluster: this.#cluster(),
      writes: this.#writes,
      reads: this.#reads,
      tries: this.#tries,
      setGuarded: (guarded) => {
        this.#guarded = guarded;
      },
      put: (object) => this.#put(object),
      get: (key) => this.#objects.get(key)?.object,
      all: () => [...this.#objects.values()].map(({ object }) => object),
      drop: (key) => void this.#objects.delete(key),
      setCapability: (name, value) => {
        this.#capabilities[name] = value;
      },
      refuse: (test, error = new ApiError(403, { reason: 'Forbidden', message: 'refused by the test' })) => {
        this.#refusal = test && { test, error };
      },
    };
  }

  #cluster(): Cluster {
    return {
      stack: (key) => {
        const [namespace, name = ''] = key.split('/');
        return toStack(this.#objects.get(stackKey(namespace, name))?.object);
      },
      stacks: () => this.#list('EcommerceStack').flatMap((object) => toStack(object) ?? []),
      children: (stack) => this.#children(stack),
      actions: (namespace) =>
        this.#list(actionKind)
          .filter(({ metadata }) => metadata.namespace === namespace)
          .map(toAction),
      pods: ({ metadata }) =>
        this.#list('Pod').filter(
          (pod) =>
            pod.metadata.namespace === metadata.namespace &&
            pod.metadata.labels?.[labelKeys.stack] === metadata.name,
        ),
      secret: (namespace, name) => ({
        version: this.#objects.get(`Secret./${namespace}/${name}`)?.object.metadata.resourceVersion,
      }),
      namespaceLabels: (name) => this.#objects.get(`Namespace.//${name}`)?.object.metadata.labels,
      capabilities: () => ({ ...this.#capabilities }),
      recheck: () => {},
      find: async (object) => {
        this.#reads.push(objectKey(object));
        return this.#objects.get(objectKey(object))?.object;
      },
      applyNew: async (_key, object) => this.#applyNew(object),
      apply: async (_key, object) => this.#apply(object),
      patch: async (_key, object, patch) => this.#patch(object, patch),
      create: async (_key, object) => this.#create(object),
      remove: async (_key, object) => this.#remove(object),
      writeStatus: async (stack, status) => this.#writeStatus(stack, status),
      answerAction: async (_key, action, status) => this.#answerAction(action, status),
      tryCreate: async (object) => this.#tryCreate(object),
    };
  }

  #list(kind: string): KubernetesObject[] {
    return [...this.#objects.values()].map(({ object }) => object).filter((object) => object.kind === kind);
  }

  #children({ metadata }: EcommerceStack): KubernetesObject[] {
    return [...this.#objects.values()]
      .map(({ object }) => object)
      .filter(
        (object) =>
          object.metadata.namespace === metadata.namespace &&
          object.metadata.labels?.['app.kubernetes.io/managed-by'] === managerName &&
          stackNameOf(object) === metadata.name,
      );
  }

  #applyNew(object: KubernetesObject): boolean {
    const key = objectKey(object);
    this.#admit('apply', object);
    if (this.#objects.has(key)) return false;
    this.#store(key, object, object);
    return true;
  }

  #apply(object: KubernetesObject): KubernetesObject {
    const key = objectKey(object);
    this.#admit('apply', object);
    const stored = this.#objects.get(key);
    const { uid, resourceVersion, ...metadata } = object.metadata;
    if (uid !== undefined && stored?.object.metadata.uid !== uid) {
      throw new ApiError(409, { reason: 'Conflict', message: `uid mismatch on ${key}` });
    }
    const intent = { ...object, metadata: uid === undefined ? metadata : { ...metadata, uid } };
    if (stored === undefined) {
      return this.#store(key, intent, intent);
    }
    if (resourceVersion !== undefined && stored.object.metadata.resourceVersion !== resourceVersion) {
      throw new ApiError(409, { reason: 'Conflict', message: `${key} has been modified` });
    }
    return this.#store(key, merge(stored.object, stored.applied, intent), intent, stored);
  }

  #patch(object: KubernetesObject, patch: object): KubernetesObject {
    const key = objectKey(object);
    this.#admit('patch', object);
    const stored = this.#objects.get(key);
    const { uid, resourceVersion } = object.metadata;
    const { metadata } = stored?.object ?? {};
    if (stored === undefined || metadata?.uid !== uid || metadata?.resourceVersion !== resourceVersion) {
      throw new ApiError(409, { reason: 'Conflict', message: `${key} has been modified` });
    }
    return this.#store(key, mergePatch(stored.object, patch), stored.applied, stored);
  }

  #create(object: KubernetesObject): void {
    const key = objectKey(object);
    this.#admit('create', object);
    if (this.#objects.has(key)) {
      throw new ApiError(409, { reason: 'AlreadyExists', message: `${key} already exists` });
    }
    this.#store(
      key,
      withGeneratedValues(object, ({ name }, entry) => `password of ${entry} in ${name}`),
    );
  }

  #remove(object: KubernetesObject): void {
    const key = objectKey(object);
    this.#admit('delete', object);
    if (this.#objects.get(key)?.object.metadata.uid === object.metadata.uid) this.#objects.delete(key);
  }

  #writeStatus(stack: EcommerceStack, status: EcommerceStackStatus): EcommerceStack {
    const key = stackKey(stack.metadata.namespace, stack.metadata.name);
    this.#writes.push({ verb: 'status', object: key });
    const stored = this.#objects.get(key);
    if (stored === undefined) throw new ApiError(404, { reason: 'NotFound' });
    if (stored.object.metadata.resourceVersion !== stack.metadata['resourceVersion']) {
      throw new ApiError(409, { reason: 'Conflict', message: 'the stack has been modified' });
    }
    // JSON drops undefined members, as the wire does.
    const plain: unknown = JSON.parse(JSON.stringify(status));
    stored.object = { ...this.#versioned(stored.object), status: plain };
    return { ...stack, metadata: { ...stack.metadata, ...stored.object.metadata }, status };
  }

  #answerAction({ metadata }: RolloutAction, status: RolloutActionStatus): void {
    const key = `${actionKind}.ecommercestack.dev/${metadata.namespace ?? ''}/${metadata.name}`;
    this.#writes.push({ verb: 'status', object: key });
    const stored = this.#objects.get(key);
    if (stored === undefined) throw new ApiError(404, { reason: 'NotFound' });
    if (stored.object.metadata.resourceVersion !== metadata['resourceVersion']) {
      throw new ApiError(409, { reason: 'Conflict', message: 'the action has been modified' });
    }
    stored.object = { ...this.#versioned(stored.object), status: structuredClone(status) };
  }

  /** As an API server with the policies of the chart, unless `refuse` says otherwise. */
  #tryCreate(object: KubernetesObject): void {
    this.#tries.push(objectKey(object));
    if (this.#refusal?.test(object) === true) throw this.#refusal.error;
    if (this.#guarded) {
      throw new ApiError(422, { reason: 'Forbidden', message: 'spec.requestedBy must be the operator' });
    }
  }

  #admit(verb: Write['verb'], object: KubernetesObject): void {
    this.#writes.push({ verb, object: objectKey(object) });
    if (this.#refusal?.test(object) === true) throw this.#refusal.error;
  }

  #put(object: KubernetesObject): void {
    const key = objectKey(object);
    const stored = this.#objects.get(key);
    this.#store(key, object, stored?.applied, stored);
  }

  #store(
    key: string,
    object: KubernetesObject,
    applied?: KubernetesObject,
    before?: Stored,
  ): KubernetesObject {
    const old = before?.object;
    const changed = old === undefined || canonicalJson(old['spec']) !== canonicalJson(object['spec']);
    if (old !== undefined && canonicalJson(bare(old)) === canonicalJson(bare(object))) {
      this.#objects.set(key, { object: old, applied });
      return old;
    }
    const metadata = {
      ...object.metadata,
      uid: old?.metadata.uid ?? object.metadata.uid ?? `uid-${++this.#version}`,
      generation: (old?.metadata.generation ?? 0) + (changed ? 1 : 0),
      creationTimestamp:
        old?.metadata.creationTimestamp ?? object.metadata.creationTimestamp ?? '2026-01-01T00:00:00Z',
      ...(applied && { managedFields: [{ manager: managerName, operation: 'Apply' }] }),
    };
    const copy: KubernetesObject = structuredClone({ ...object, metadata });
    const versioned = this.#versioned(copy);
    this.#objects.set(key, { object: versioned, applied: applied && structuredClone(applied) });
    return versioned;
  }

  #versioned(object: KubernetesObject): KubernetesObject {
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
  }
}

/** An object without what the server keeps about it. */
function bare(object: KubernetesObject): unknown {
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function toAction(object: KubernetesObject): RolloutAction {
  // As below.
  return object as unknown as RolloutAction;
}

function toStack(object: KubernetesObject | undefined): EcommerceStack | undefined {
  // Tests put stacks that their builder made from the schema.
  return object as unknown as EcommerceStack | undefined;
}
