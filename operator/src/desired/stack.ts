import type { CompletedStack } from '../api/completed.ts';
import { apiVersion, kind } from '../api/ecommercestack.ts';
import { kindOf, kindRank } from '../api/kinds.ts';
import { type KubernetesObject, type OwnerReference, sortObjects } from '../api/object.ts';
import { buildEdge } from './edge.ts';
import type { StackInput } from './input.ts';
import { workloadsOf } from './intent.ts';
import { lanesOf } from './lanes.ts';
import { buildMesh } from './mesh.ts';
import { buildMonitoring } from './monitoring.ts';
import { buildNetworkPolicies } from './network-policy.ts';
import { isRetained } from './retention.ts';
import { buildManagedStores } from './stores/managed.ts';
import { buildEmbeddedStores } from './stores/store.ts';
import { buildWorkload } from './workload.ts';

/**
 * Every object of a stack, in apply order. The operator owns exactly these; what it owns beside them is pruned.
 * Objects of APIs that the cluster lacks are left out.
 */
export function buildStack(input: StackInput): KubernetesObject[] {
  const { stack, capabilities } = input;
  const running = workloadsOf(stack).map((workload) => ({ ...workload, ...lanesOf(input, workload) }));
  const objects = [
    ...buildEmbeddedStores(stack),
    ...buildManagedStores(stack),
    ...running.flatMap((workload) => buildWorkload(input, workload)),
    ...buildMesh(stack, running),
    ...buildEdge(stack, running),
    ...buildNetworkPolicies(stack, running),
    ...buildMonitoring(stack, running),
  ];
  const served = objects.filter((object) => {
    const { needs } = kindOf(object);
    return needs === undefined || capabilities[needs];
  });
  return sortObjects(
    served.map((object) => placeIn(stack, object)),
    kindRank,
  );
}

/** The object in the stack's namespace, owned by the stack unless it is to outlive it. */
function placeIn(stack: CompletedStack, object: KubernetesObject): KubernetesObject {
  const { name, ...meta } = object.metadata;
  const owned = stack.metadata.uid !== '' && !isRetained(object);
  return {
    ...object,
    metadata: {
      name,
      namespace: stack.metadata.namespace,
      ...meta,
      ...(owned && { ownerReferences: [ownerOf(stack)] }),
    },
  };
}

function ownerOf({ metadata }: CompletedStack): OwnerReference {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
