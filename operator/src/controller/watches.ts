import { type AnyWatch, keyOf, watch } from '@ecommercestack/controller-runtime';
import { type EcommerceStack, kind as stackKind } from '../api/ecommercestack.ts';
import type { KubernetesObject } from '../api/object.ts';
import { actionKind, type RolloutAction } from '../api/rolloutaction.ts';
import type { WatchedKind } from '../cluster/informers.ts';
import { podSecurityLabel } from '../cluster/observe.ts';
import { stackNameOf } from '../cluster/ownership.ts';
import { contend } from '../status/claims.ts';
import { podTrouble } from '../status/pods.ts';
import { strayKey } from './strays.ts';

/**
 * Which stacks to look at when something changes: one watch for each Kind of the table. Handlers do nothing but name
 * keys; why a key was named is forgotten at once.
 */
export function stackWatches(watched: readonly WatchedKind[]): AnyWatch[] {
  const stacks = (): KubernetesObject[] =>
    watched.find(({ row }) => row.kind === stackKind)?.informer.cache.list() ?? [];
  const stacksIn = (namespace: string | undefined): string[] =>
    stacks()
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata }) => keyOf(metadata));
  return watched.map(({ row, informer }) => {
    switch (row.kind) {
      case stackKind:
        return watch({ informer, keys: (stack) => [keyOf(stack.metadata), ...rivalsOf(stack, stacks())] });
      case 'Pod':
        return watch({
          informer,
          keys: ownerKey,
          concerns: (_type, before, after) => troubles(before) !== troubles(after),
        });
      case actionKind:
        return watch({ informer, keys: (action) => [actionKey(action, stacks())] });
      case 'Secret':
        // Which version there is restarts pods; which pods, the reconcile knows.
        return watch({ informer, keys: ({ metadata }) => stacksIn(metadata.namespace) });
      case 'Namespace':
        return watch({
          informer,
          keys: ({ metadata }) => stacksIn(metadata.name),
          concerns: (_type, before, after) =>
            before?.metadata.labels?.[podSecurityLabel] !== after?.metadata.labels?.[podSecurityLabel],
        });
      default:
        return watch({ informer, keys: ownerKey });
    }
  });
}

/** The stack whose uid an action names, or what stands for actions of a namespace that no stack is meant by. */
function actionKey(action: KubernetesObject, stacks: readonly KubernetesObject[]): string {
  const { namespace = '' } = action.metadata;
  // Checked by the API server against the CRD.
  const { stackUID } = action['spec'] as RolloutAction['spec'];
  const stack = stacks.find(({ metadata }) => metadata.uid === stackUID && metadata.namespace === namespace);
  return stack === undefined ? strayKey(namespace) : keyOf(stack.metadata);
}

function ownerKey(object: KubernetesObject): string[] {
  const name = stackNameOf(object);
  return name === undefined ? [] : [`${object.metadata.namespace}/${name}`];
}

function troubles(pod: KubernetesObject | undefined): string {
  const trouble = pod && podTrouble(pod);
  return trouble === undefined ? '' : `${trouble.reason} ${trouble.message}`;
}

/** Stacks that wait for what this one has: its namespace, or one of its hosts. */
function rivalsOf(stack: KubernetesObject, stacks: readonly KubernetesObject[]): string[] {
  return stacks
    .filter((other) => other.metadata.uid !== stack.metadata.uid)
    .filter(
      (other) =>
        other.metadata.namespace === stack.metadata.namespace || contend(asStack(other), asStack(stack)),
    )
    .map((other) => keyOf(other.metadata));
}

/** Checked by the API server against the CRD. */
function asStack(object: KubernetesObject): EcommerceStack {
  return object as unknown as EcommerceStack;
}
