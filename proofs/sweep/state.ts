import { operatorManager } from '../kube/fields.ts';
import { at, type KubeObject } from '../kube/object.ts';

/** What lives in a namespace, by `Kind name`, without what differs between two runs that went the same way. */
export type State = ReadonlyMap<string, unknown>;

/** Members that say when or as which copy something happened, or that the cluster draws. */
const drawn = new Set([
  ...['uid', 'resourceVersion', 'creationTimestamp', 'time', 'lastTransitionTime', 'lastUpdateTime', 'at'],
  ...['clusterIP', 'clusterIPs', 'nodePort', 'currentRevision', 'updateRevision'],
  // A hash of what was applied, the owner's uid included.
  'ecommercestack.dev/applied',
]);
/** Uids stand within names as well: the fields of a list have the uid of the owner in theirs. */
const uid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * How often routes were written. They follow pods as these become ready: a process that was away meanwhile leaves out a
 * step, and never takes one more.
 */
const steps = /^(DestinationRule|VirtualService) [^ ]+\.metadata\.generation$/;
/** A Deployment says which ReplicaSet it means; its name ends in a hash of the template, which may hold what is drawn. */
const replicaSet = /(ReplicaSet \\"[a-z0-9-]+)-[a-z0-9]+/g;

/** Objects that Kubernetes puts into every namespace. */
const everywhere = new Set(['ServiceAccount default', 'ConfigMap kube-root-ca.crt']);

/** Makes the objects of a namespace comparable with those of another one. */
export function stateOf(objects: readonly KubeObject[], namespace: string): State {
  const versions = objects
    .filter(({ kind }) => kind === 'Secret')
    .map(({ metadata }) => metadata.resourceVersion ?? '');
  const entries = objects
    .map((object): [string, KubeObject] => [`${object.kind} ${object.metadata.name}`, object])
    .filter(([key]) => !everywhere.has(key))
    .map(([key, object]): [string, unknown] => [key, comparable(object, namespace, new Set(versions))]);
  return new Map(entries.sort(([one], [other]) => one.localeCompare(other)));
}

function comparable(object: KubeObject, namespace: string, versions: ReadonlySet<string>): unknown {
  const { managedFields, ...metadata } = object.metadata;
  const owned = (managedFields ?? []).filter(({ manager }) => manager === operatorManager);
  // A password is drawn; that there is one, and under which key, is not.
  const data = object.kind === 'Secret' ? { data: Object.keys(Object(object['data'])) } : {};
  // Whether a pod uses a claim is told with a delay of its own.
  const { conditions, ...told } = Object(object['status']);
  const status = object.kind === 'PersistentVolumeClaim' ? { status: told } : {};
  const whole = { ...object, ...data, ...status, metadata: { ...metadata, managedFields: owned } };
  const text = JSON.stringify(whole, (key, value: unknown) => {
    if (drawn.has(key)) return undefined;
    return typeof value === 'string' && versions.has(value) ? 'a version of a Secret' : value;
  });
  const plain = text.replaceAll(namespace, 'NAMESPACE').replaceAll(uid, 'UID').replaceAll(replicaSet, '$1');
  return JSON.parse(plain);
}

/** Where two states differ: one sentence a place. */
export function differences(wanted: State, seen: State): string[] {
  const keys = [...new Set([...wanted.keys(), ...seen.keys()])];
  return keys.flatMap((key) => {
    if (!seen.has(key)) return [`${key} is missing`];
    if (!wanted.has(key)) return [`${key} should not be there`];
    return differ(wanted.get(key), seen.get(key), key);
  });
}

function differ(wanted: unknown, seen: unknown, path: string): string[] {
  if (JSON.stringify(wanted) === JSON.stringify(seen)) return [];
  if (steps.test(path) && Number(seen) < Number(wanted)) return [];
  if (isObject(wanted) && isObject(seen)) {
    const names = [...new Set([...Object.keys(wanted), ...Object.keys(seen)])];
    // Members in another order are the same object.
    return names.flatMap((name) => differ(at(wanted, name), at(seen, name), `${path}.${name}`));
  }
  return [`${path}: wanted ${show(wanted)}, found ${show(seen)}`];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 160);
}
