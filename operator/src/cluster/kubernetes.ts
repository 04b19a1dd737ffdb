import {
  type ApiClient,
  ApiError,
  type Expectations,
  isConflict,
  isNotFound,
  keyOf,
} from '@ecommercestack/controller-runtime';
import type { EcommerceStack, EcommerceStackStatus } from '../api/ecommercestack.ts';
import { apiVersion, kind } from '../api/ecommercestack.ts';
import { type Capability, type KindRow, kindOf } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import { actionKind, type RolloutAction, type RolloutActionStatus } from '../api/rolloutaction.ts';
import { managerName } from '../desired/labels.ts';
import type { Cluster } from './cluster.ts';
import { withGeneratedValues } from './generated-values.ts';
import { capabilitiesOf, namespaceIndex, resourceOf, stackIndex, type WatchedKind } from './informers.ts';
import type { PasswordOf } from './passwords.ts';

/** What the adapter works with. */
export type KubernetesOptions = {
  readonly client: ApiClient;
  readonly watched: readonly WatchedKind[];
  readonly expectations: Expectations;
  /** What fills the placeholders of generated Secrets. */
  readonly passwords: () => Promise<PasswordOf>;
};

/** The `Cluster` of a real API server: reads from informers, writes with the client. */
export function kubernetesCluster(options: KubernetesOptions): Cluster {
  return { ...cachedReads(options), ...writes(options) };
}

type Reads = Omit<Cluster, keyof Writes>;

function cachedReads({ watched }: KubernetesOptions): Reads {
  const informers = new Map(watched.map(({ row, informer }) => [row.kind, informer]));
  const owned = watched.filter(({ row }) => row.owned);
  const stackCache = informers.get(kind)?.cache;
  return {
    stack: (key) => toStack(stackCache?.get(key)),
    stacks: () => (stackCache?.list() ?? []).flatMap((object) => toStack(object) ?? []),
    children: ({ metadata }) => {
      const found = owned.flatMap(({ informer }) => informer.cache.byIndex(stackIndex, keyOf(metadata)));
      return [...new Set(found)];
    },
    pods: ({ metadata }) => informers.get('Pod')?.cache.byIndex(stackIndex, keyOf(metadata)) ?? [],
    actions: (namespace) =>
      (informers.get(actionKind)?.cache.byIndex(namespaceIndex, namespace) ?? []).map(toAction),
    secret: (namespace, name) => {
      const secrets = informers.get('Secret');
      if (secrets?.synced !== true) return undefined;
      return { version: secrets.cache.get({ namespace, name })?.metadata.resourceVersion };
    },
    namespaceLabels: (name) => {
      const found = informers.get('Namespace')?.cache.get({ name });
      return found && (found.metadata.labels ?? {});
    },
    capabilities: () => capabilitiesOf(watched),
    recheck: (capabilities: readonly Capability[]) => {
      for (const { row, informer } of watched) {
        if (row.needs !== undefined && capabilities.includes(row.needs)) informer.recheck();
      }
    },
  };
}

function toStack(object: KubernetesObject | undefined): EcommerceStack | undefined {
  // The API server checked it against the CRD, which is made from the schema of this type, and filled in defaults.
  return object as unknown as EcommerceStack | undefined;
}

function toAction(object: KubernetesObject): RolloutAction {
  // As above: the API server checked it and filled in defaults.
  return object as unknown as RolloutAction;
}

type Writes = Pick<
  Cluster,
  'find' | 'applyNew' | 'apply' | 'patch' | 'create' | 'remove' | 'writeStatus' | 'answerAction' | 'tryCreate'
>;

function writes({ client, watched, expectations, passwords }: KubernetesOptions): Writes {
  const informers = new Map(watched.map(({ row, informer }) => [row, informer]));
  const stacks = watched.find(({ row }) => row.kind === kind);
  const wrote = (key: string, row: KindRow, answer: KubernetesObject): void => {
    const informer = informers.get(row);
    if (informer !== undefined) expectations.wrote(key, informer, answer);
  };
  return {
    async find(object) {
      try {
        return await client.get<KubernetesObject>(resourceOf(kindOf(object)), object.metadata);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async applyNew(key, object) {
      const row = kindOf(object);
      const options = { onlyNew: true, fieldManager: managerName };
      try {
        wrote(key, row, await client.apply<KubernetesObject>(resourceOf(row), object, options));
        return true;
      } catch (error) {
        if (isConflict(error)) return false;
        throw error;
      }
    },
    async apply(key, object) {
      const row = kindOf(object);
      const options = { force: true, fieldManager: managerName };
      const answer = await client
        .apply<KubernetesObject>(resourceOf(row), object, options)
        .catch((error: unknown) => {
          throw isOtherUid(error) ? new ApiError(409, { reason: 'Conflict', message: error.message }) : error;
        });
      wrote(key, row, answer);
      return answer;
    },
    async patch(key, object, patch) {
      const row = kindOf(object);
      const { uid, resourceVersion } = object.metadata;
      const body = { ...patch, metadata: { ...patch.metadata, uid, resourceVersion } };
      const answer = await client.patch<KubernetesObject>(resourceOf(row), object.metadata, body, {
        fieldManager: managerName,
      });
      wrote(key, row, answer);
      return answer;
    },
    async create(key, object) {
      const row = kindOf(object);
      const filled = withGeneratedValues(object, await passwords());
      const answer = await client.create(resourceOf(row), filled, { fieldManager: managerName });
      wrote(key, row, answer);
    },
    async remove(key, object) {
      const row = kindOf(object);
      try {
        const { uid, resourceVersion } = object.metadata;
        await client.delete(resourceOf(row), object.metadata, { uid, resourceVersion });
      } catch (error) {
        // A namesake stands there now, or somebody changed it since: the next reconcile sees which.
        if (!isConflict(error)) throw error;
        return;
      }
      const informer = informers.get(row);
      if (informer !== undefined) expectations.deleted(key, informer, object);
    },
    async writeStatus(stack, status: EcommerceStackStatus) {
      if (stacks === undefined) throw new Error('stacks are not watched');
      const { name, namespace, resourceVersion } = stack.metadata as KubernetesObject['metadata'];
      const body = { apiVersion, kind, metadata: { name, namespace, resourceVersion }, status };
      const answer = await client.applyStatus<KubernetesObject>(resourceOf(stacks.row), body, {
        force: true,
        fieldManager: managerName,
      });
      wrote(keyOf(stack.metadata), stacks.row, answer);
      return { ...stack, metadata: { ...stack.metadata, ...answer.metadata }, status };
    },
    async answerAction(key, action, status: RolloutActionStatus) {
      const { name, namespace, uid, resourceVersion } = action.metadata as KubernetesObject['metadata'];
      const object = { apiVersion, kind: actionKind, metadata: { name, namespace, uid, resourceVersion } };
      const row = kindOf(object);
      const options = { force: true, fieldManager: managerName };
      const body = { ...object, status };
      wrote(key, row, await client.applyStatus<KubernetesObject>(resourceOf(row), body, options));
    },
    async tryCreate(object) {
      await client.create(resourceOf(kindOf(object)), object, { dryRun: true, fieldManager: managerName });
    },
  };
}

/** A namesake has taken the object's place: the API server calls that an invalid change of uid, and it is a lost race. */
function isOtherUid(error: unknown): error is ApiError {
  return (
    error instanceof ApiError &&
    error.status === 422 &&
    error.details?.causes?.some(({ field }) => field === 'metadata.uid') === true
  );
}
