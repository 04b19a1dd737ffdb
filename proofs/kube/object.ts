/** Any Kubernetes object, as JSON. */
export type KubeObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [member: string]: unknown;
};

export type Metadata = {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly uid: string;
    readonly kind: string;
    readonly name: string;
  }[];
  readonly managedFields?: readonly ManagedFields[];
};

/** What one field manager owns of an object: `fieldsV1` is a trie whose keys are `f:<name>`, `k:<json>` or `v:<json>`. */
export type ManagedFields = {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource?: string;
  readonly fieldsV1?: FieldTrie;
};

export type FieldTrie = { readonly [key: string]: FieldTrie };

/** Names an object: what is needed to build its URL. */
export type Reference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
};

/** The reference of an object. */
export function referenceOf({ apiVersion, kind, metadata }: KubeObject): Reference {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** `Kind name`, as people say it. */
export function describe({ kind, name }: Reference): string {
  return `${kind} ${name}`;
}

/** Follows member names down into JSON; undefined where a member is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    // Members of unknown JSON can only be looked up through an index signature.
    (inner, key) => (inner === null || typeof inner !== 'object' ? undefined : (inner as never)[key]),
    value,
  );
}
