import {
  ApiClient,
  ApiError,
  ConnectionError,
  loadCredentials,
  type Resource,
} from '@ecommercestack/controller-runtime';
import { kinds } from '../../operator/src/api/kinds.ts';
import type { KubernetesObject } from '../../operator/src/api/object.ts';
import type { Request } from './arguments.ts';
import { exitCodes, Refusal } from './exit.ts';

/** An API server, and the namespace that is meant. */
export type Connection = { readonly client: ApiClient; readonly namespace: string };

/** Connects as kubectl would with the same flags. */
export async function connect(request: Request): Promise<Connection> {
  const kubeconfig = request.get('kubeconfig');
  const context = request.get('context');
  const credentials = await loadCredentials({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
  }).catch((error: unknown) => {
    throw new Refusal(exitCodes.degraded, `no API server to ask: ${textOf(error)}`);
  });
  const client = new ApiClient({
    credentials,
    userAgent: 'kubectl-ecommerce',
    fieldManager: 'kubectl-ecommerce',
    timeoutMs: 15_000,
  });
  return { client, namespace: request.get('namespace') ?? credentials.namespace ?? 'default' };
}

/** What went wrong, in one line. */
export function textOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  if (error instanceof ConnectionError) {
    return `the API server does not answer: ${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** How the API server serves a Kind of the operator's table. */
export function resourceOf(kind: string): Resource {
  const row = kinds.find((candidate) => candidate.kind === kind);
  if (row === undefined) throw new Error(`the Kind table has no ${kind}`);
  const { group, version, plural, clusterScoped } = row;
  return { group, version, kind, plural, namespaced: clusterScoped !== true };
}

/** RolloutActions, which the plugin writes. */
export const actionResource: Resource = {
  ...{ group: 'ecommercestack.dev', version: 'v1alpha1', kind: 'RolloutAction', plural: 'rolloutactions' },
  namespaced: true,
};

/** Objects that were read, or why none were; `absent` where the API server knows no such Kind. */
type Listed = {
  readonly items: readonly KubernetesObject[];
  readonly gap?: string;
  readonly absent?: boolean;
};

/** Objects of one Kind; an empty list with a reason where they cannot be read. */
export async function listOrGap(
  { client, namespace }: Connection,
  resource: Resource,
  labelSelector?: string,
): Promise<Listed> {
  try {
    const selection = { namespace, ...(labelSelector !== undefined && { labelSelector }) };
    const { items } = await client.list<KubernetesObject>(resource, selection);
    // Items of a list carry no apiVersion and kind of their own.
    const { group, version, kind } = resource;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    return { items: items.map((item) => ({ ...item, apiVersion, kind })) };
  } catch (error) {
    if (!(error instanceof ApiError) || ![403, 404].includes(error.status)) throw error;
    const gap = `${resource.plural} are not shown: ${error.message}`;
    return { items: [], gap, absent: error.status === 404 };
  }
}
