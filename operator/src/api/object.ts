/** The part of ObjectMeta that the operator writes or reads. */
export type ObjectMeta = {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
  creationTimestamp?: string;
  deletionTimestamp?: string;
};

export type OwnerReference = {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
};

/** Who wrote which fields, as the API server records it. */
export type ManagedFieldsEntry = {
  manager?: string;
  operation?: string;
  subresource?: string;
  fieldsV1?: Record<string, unknown>;
};

/** Any Kubernetes object, desired or live, as plain JSON. */
export type KubernetesObject = {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
};

/** `kind.group/namespace/name`: the same for every version of an object's API. */
export function objectKey(object: { apiVersion: string; kind: string; metadata: ObjectMeta }): string {
  const group = object.apiVersion.includes('/')
    ? object.apiVersion.slice(0, object.apiVersion.indexOf('/'))
    : '';
  const { namespace = '', name } = object.metadata;
  return `${object.kind}.${group}/${namespace}/${name}`;
}

/** Objects in the order of the table rows given by `rankOf`, then by name: the order in which they are printed. */
export function sortObjects(
  objects: readonly KubernetesObject[],
  rankOf: (object: KubernetesObject) => number,
): KubernetesObject[] {
  return objects.toSorted((a, b) => {
    const byRank = rankOf(a) - rankOf(b);
    if (byRank !== 0) return byRank;
    const [left, right] = [objectKey(a), objectKey(b)];
    if (left === right) return 0;
    return left < right ? -1 : 1;
  });
}
