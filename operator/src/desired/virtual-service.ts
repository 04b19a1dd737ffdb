import type { CompletedResilience } from '../api/completed.ts';
import { toMilliseconds } from '../api/duration.ts';
import type { KubernetesObject } from '../api/object.ts';
import { istioDuration } from './istio-duration.ts';
import { type Backend, type HeaderMatch, stickyHeader, type Traffic } from './routes.ts';

/** Traffic to one service, below one path. */
export type RoutedService = {
  /** Path prefix, matched by whole elements; absent inside the mesh, where a host is one service. */
  path?: string;
  host: string;
  port: number;
  traffic: Traffic;
  resilience: CompletedResilience;
};

/** The one VirtualService of its hosts: every route of theirs, longest path first. */
export function buildVirtualService(virtual: {
  name: string;
  labels: Record<string, string>;
  hosts: readonly string[];
  gateways: readonly string[];
  exportTo: readonly string[];
  services: readonly RoutedService[];
}): KubernetesObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: virtual.name, labels: virtual.labels },
    spec: {
      hosts: virtual.hosts,
      gateways: virtual.gateways,
      exportTo: virtual.exportTo,
      http: virtual.services.flatMap(buildRoutes),
    },
  };
}

function buildRoutes(service: RoutedService): Record<string, unknown>[] {
  const { resilience, traffic } = service;
  const { retries } = resilience;
  return traffic.rules.map(({ matches, backends }) => ({
    ...buildMatch(service.path, matches),
    route: backends.map((backend) => buildDestination(service, backend)),
    // Istio refuses a zero; without a timeout there is none.
    ...(toMilliseconds(resilience.timeout) > 0 && { timeout: istioDuration(resilience.timeout) }),
    retries: {
      attempts: retries.attempts,
      ...(retries.attempts > 0 && {
        retryOn: retries.on.join(','),
        ...(retries.perTryTimeout !== undefined && { perTryTimeout: istioDuration(retries.perTryTimeout) }),
      }),
    },
  }));
}

function buildDestination({ host, port, traffic }: RoutedService, backend: Backend): Record<string, unknown> {
  const { cookie } = traffic;
  return {
    destination: {
      host,
      port: { number: port },
      ...(backend.subset !== undefined && { subset: backend.subset }),
    },
    // Always explicit: a weight of 0 that is left out would mean 100.
    weight: backend.weight,
    ...(cookie &&
      backend.revision !== undefined && {
        headers: { response: { add: { 'set-cookie': stickyHeader(cookie, backend.revision) } } },
      }),
  };
}

/** Conditions are alternatives; each joins a path and the headers of one match. */
function buildMatch(path: string | undefined, matches: readonly HeaderMatch[]): Record<string, unknown> {
  const uris = uriMatches(path);
  const headers = matches.length > 0 ? matches.map((match) => ({ headers: match })) : [{}];
  const all = uris.flatMap((uri) => headers.map((header) => ({ ...uri, ...header })));
  return all.some((condition) => Object.keys(condition).length > 0) ? { match: all } : {};
}

/** Istio's prefix also matches `/usersX`, so a path is itself or what lies below it. */
function uriMatches(path: string | undefined): Record<string, unknown>[] {
  if (path === undefined) return [{}];
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') return [{ uri: { prefix: '/' } }];
  return [{ uri: { exact: trimmed } }, { uri: { prefix: `${trimmed}/` } }];
}
