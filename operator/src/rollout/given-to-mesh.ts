import type { CompletedStack } from '../api/completed.ts';
import type { Capabilities } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { Workload } from '../desired/intent.ts';
import { labelKeys } from '../desired/labels.ts';
import { names } from '../desired/names.ts';
import type { Answer, Weights } from './seen.ts';

/** What a confirmation is asked about: a stack and what lives of it. */
export type MeshView = {
  readonly stack: CompletedStack;
  readonly children: readonly KubernetesObject[];
  readonly pods: readonly KubernetesObject[];
  readonly capabilities: Pick<Capabilities, 'istio'>;
};

/**
 * Whether the proxies send a workload's requests by these weights, and nothing else is on its way to them: Confirmed needs
 * the stored routes to say so and every proxy to have them.
 */
export type ConfirmationPort = (view: MeshView) => (workload: Workload, weights: Weights) => Answer;

type Destination = { readonly weight?: number; readonly destination?: { readonly subset?: string } };
type Backend = { readonly name?: string; readonly weight?: number };

/** Takes the API server's word for the proxies': Confirmed shows that the mesh was told, not that it has obeyed. */
export const givenToMesh: ConfirmationPort = (view) => (workload, weights) => {
  const told = toldToMesh(view, workload, weights);
  if (told.confirmation !== 'Confirmed') return told;
  return { ...told, because: 'weights are those given to the mesh, the proxies are not asked' };
};

/** Whether the stored routes say these weights. */
export function toldToMesh(view: MeshView, workload: Workload, weights: Weights): Answer {
  const { stack, capabilities } = view;
  if (stack.mesh.type === 'Istio') {
    if (!capabilities.istio)
      return { confirmation: 'Unknown', because: 'the cluster does not serve Istio objects' };
    const told = workload.hosted.every(({ objectName }) =>
      sameWeights(byVirtualService(view, objectName), weights),
    );
    if (!told) return { confirmation: 'Pending' };
  }
  return { confirmation: edgeAgrees(view, workload, weights) ? 'Confirmed' : 'Pending' };
}

/** The HTTPRoute has its own spelling of the split; other edges follow what the mesh does. */
function edgeAgrees({ stack, children }: MeshView, workload: Workload, weights: Weights): boolean {
  if (stack.exposure.type !== 'GatewayAPI') return true;
  const routed = workload.hosted.filter(({ name }) =>
    stack.exposure.routes.some(({ service }) => service === name),
  );
  if (routed.length === 0) return true;
  const revisions = new Map(
    children
      .filter(
        ({ kind, metadata }) =>
          kind === 'Deployment' && metadata.labels?.[labelKeys.service] === workload.name,
      )
      .map(({ metadata }) => [
        names.deploymentService(metadata.name),
        metadata.labels?.[labelKeys.revision] ?? '',
      ]),
  );
  const own = new Set(routed.map(({ objectName }) => objectName));
  // The last rule of a path takes what no condition took, so the last one that names this service counts.
  const backends = children.filter(({ kind }) => kind === 'HTTPRoute').flatMap(backendsOf);
  const rule = backends.findLast((some) =>
    some.some(({ name = '' }) => own.has(name) || revisions.has(name)),
  );
  const told = (rule ?? []).flatMap(({ name = '', weight = 1 }) => {
    const revision = revisions.get(name);
    return revision === undefined ? [] : [[revision, weight] as const];
  });
  return rule !== undefined && sameWeights(Object.fromEntries(told), weights);
}

function byVirtualService({ children }: MeshView, object: string): Weights | undefined {
  const route = find(children, 'VirtualService', object);
  const rule = find(children, 'DestinationRule', object);
  if (route === undefined || rule === undefined) return undefined;
  // Our own builder made them; every member is optional, so that any object is one.
  const { http } = route['spec'] as {
    readonly http?: readonly { readonly route?: readonly Destination[] }[];
  };
  const { subsets } = rule['spec'] as {
    readonly subsets?: readonly { readonly name?: string; readonly labels?: Record<string, string> }[];
  };
  const told = (http?.at(-1)?.route ?? []).flatMap(({ destination, weight = 100 }) => {
    if (destination?.subset === undefined) return [];
    const subset = subsets?.find(({ name }) => name === destination.subset);
    return [[subset?.labels?.[labelKeys.revision] ?? destination.subset, weight] as const];
  });
  return Object.fromEntries(told);
}

function backendsOf(route: KubernetesObject): (readonly Backend[])[] {
  // Our own builder made it; every member is optional, so that any object is one.
  const { rules } = route['spec'] as {
    readonly rules?: readonly { readonly backendRefs?: readonly Backend[] }[];
  };
  return (rules ?? []).map(({ backendRefs }) => backendRefs ?? []);
}

function find(
  children: readonly KubernetesObject[],
  kind: string,
  name: string,
): KubernetesObject | undefined {
  return children.find((object) => object.kind === kind && object.metadata.name === name);
}

function sameWeights(told: Weights | undefined, wanted: Weights): boolean {
  if (told === undefined) return false;
  const revisions = new Set([...Object.keys(told), ...Object.keys(wanted)]);
  return [...revisions].every((revision) => (told[revision] ?? 0) === (wanted[revision] ?? 0));
}
