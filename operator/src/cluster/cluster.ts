import type { EcommerceStack, EcommerceStackStatus } from '../api/ecommercestack.ts';
import type { Capability } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { RolloutAction, RolloutActionStatus } from '../api/rolloutaction.ts';

/** The stacks and children that the caches hold. Reading sends no request; objects are shared and never changed. */
export type CachedCluster = {
  /** The stack under `namespace/name`; undefined when it does not exist. */
  stack(key: string): EcommerceStack | undefined;
  stacks(): readonly EcommerceStack[];
  /** Objects of owned Kinds that carry this stack's owner reference or, in its namespace, its label. */
  children(stack: EcommerceStack): readonly KubernetesObject[];
  pods(stack: EcommerceStack): readonly KubernetesObject[];
  /** Every action of a namespace, answered or not, whatever stack it names. */
  actions(namespace: string): readonly RolloutAction[];
  /** The Secret with its version, or without one where it does not exist; undefined where Secrets may not be watched. */
  secret(namespace: string, name: string): { readonly version?: string } | undefined;
  /** Labels of a namespace; undefined where namespaces may not be watched. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  capabilities(): Readonly<Record<Capability, boolean>>;
};

/**
 * The API server as the operator uses it. Refusals are `ApiError`s of the controller runtime, whose status and reason
 * are those of the API server. `key` is the stack on whose behalf something is written: it is not reconciled again
 * before the caches show the write.
 */
export type Cluster = CachedCluster & {
  /** Reads one object from the API server; undefined when it does not exist. */
  find(object: KubernetesObject): Promise<KubernetesObject | undefined>;
  /** Makes an object by server-side apply; false, and nothing changed, where the name is taken, whoever has it. */
  applyNew(key: string, object: KubernetesObject): Promise<boolean>;
  /**
   * Server-side apply that takes fields back from whoever has them; returns the object as it is then. With `metadata.uid`
   * and `resourceVersion` set it changes that very state of the object or nothing (409).
   */
  apply(key: string, object: KubernetesObject): Promise<KubernetesObject>;
  /** JSON merge patch of this very state of an object (uid and resourceVersion, else 409); returns it as it is then. */
  patch(
    key: string,
    object: KubernetesObject,
    patch: { metadata?: object; spec?: object },
  ): Promise<KubernetesObject>;
  /** Creates an object; 409 `AlreadyExists` where the name is taken. */
  create(key: string, object: KubernetesObject): Promise<void>;
  /** Deletes this very object (uid); one that is gone or was replaced is left alone. */
  remove(key: string, object: KubernetesObject): Promise<void>;
  /** Writes the whole status and returns the stack with it; 409 when the stack changed since it was read. */
  writeStatus(stack: EcommerceStack, status: EcommerceStackStatus): Promise<EcommerceStack>;
  /** Writes the answer to this very action; 409 when it changed since it was read. */
  answerAction(key: string, action: RolloutAction, status: RolloutActionStatus): Promise<void>;
  /** Asks whether the API server would take a new object, and makes none; rejects with its refusal. */
  tryCreate(object: KubernetesObject): Promise<void>;
  /** Looks for the API of capabilities that were absent: it may have been installed since. */
  recheck(capabilities: readonly Capability[]): void;
};
