import type { IncomingHttpHeaders } from 'node:http';
import { type HttpMethod, type ServiceName, serviceRow, topology } from '@ecommercestack/contracts/topology';
import { isBelow, type Refusal, refuse } from '@ecommercestack/service-kit';
import type { ConfiguredRoute } from './policy/routes-section.ts';

// Below this prefix lie the services; everything else is the storefront's.
const apiPrefix = '/api/v1';

export type RouteEntry = {
  readonly prefix: string;
  readonly service: ServiceName;
  readonly methods: readonly HttpMethod[];
};

export type Decision =
  | {
      readonly kind: 'forward';
      readonly service: ServiceName;
      readonly path: string;
      readonly strippedPrefix: string;
      /** The path below /api/v1 that rights and limits are about; undefined for pages, which have none. */
      readonly apiPath?: string | undefined;
      readonly route?: ConfiguredRoute | undefined;
    }
  | {
      readonly kind: 'refuse';
      readonly refusal: Refusal<'not-found' | 'method-not-allowed'>;
      readonly allow?: string;
    };

const declared = serviceRow('gateway').calls;

/** The routes of the gateway: a row of topology.ts that has a route and that the gateway declares a call to. */
export const routeTable: readonly RouteEntry[] = declared.flatMap(({ to, methods }) => {
  const route = topology.find(({ name }) => name === to)?.route;
  return route === undefined ? [] : [{ prefix: `${apiPrefix}${route}`, service: to, methods }];
});

const storefrontMethods = declared.find(({ to }) => to === 'storefront')?.methods ?? [];

/**
 * Where a request goes: the first configured route that fits; else `/api/v1/products/1` to product as `/products/1`, and
 * pages to the storefront.
 */
export function decideRoute(
  method: string,
  path: string,
  headers: IncomingHttpHeaders = {},
  configured: readonly ConfiguredRoute[] = [],
): Decision {
  const own = configured.find((route) => fitsRoute(route, method, path, headers));
  if (own !== undefined) return forwardConfigured(method, own, path);
  const entry = routeTable.find(({ prefix }) => isBelow(path, prefix));
  if (entry !== undefined) return forward(method, entry, path, apiPrefix);
  if (isBelow(path, '/api')) return { kind: 'refuse', refusal: refuse('not-found', 'no such API') };
  return forward(method, { service: 'storefront', methods: storefrontMethods }, path, '');
}

function forward(
  method: string,
  { service, methods }: Pick<RouteEntry, 'service' | 'methods'>,
  path: string,
  strippedPrefix: string,
): Decision {
  if (!methods.some((offered) => offered === method)) return notOffered(methods);
  const onward = path.slice(strippedPrefix.length);
  return {
    kind: 'forward',
    service,
    path: onward,
    strippedPrefix,
    apiPath: strippedPrefix === '' ? undefined : onward,
  };
}

function forwardConfigured(method: string, route: ConfiguredRoute, path: string): Decision {
  const { service, rewrite, match } = route;
  // What the gateway does not declare in the service table, the mesh refuses: better said here.
  const methods = declared.find(({ to }) => to === service)?.methods ?? [];
  if (!methods.some((offered) => offered === method)) return notOffered(methods);
  const apiPath = isBelow(path, apiPrefix) ? path.slice(apiPrefix.length) || '/' : path;
  if (rewrite === undefined) {
    const strippedPrefix = isBelow(path, apiPrefix) ? apiPrefix : '';
    return { kind: 'forward', service, path: apiPath, strippedPrefix, apiPath, route };
  }
  const rest = match.path === '/' ? path : path.slice(match.path.length);
  const onward = `${rewrite === '/' ? '' : rewrite}${rest}` || '/';
  return { kind: 'forward', service, path: onward, strippedPrefix: '', apiPath, route };
}

function fitsRoute(
  { match }: ConfiguredRoute,
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
): boolean {
  if (match.path !== '/' && !isBelow(path, match.path)) return false;
  if (match.methods !== undefined && !match.methods.some((wanted) => wanted === method)) return false;
  return match.headers.every(({ name, exact }) => {
    const value = headers[name];
    return exact === undefined ? value !== undefined : value === exact;
  });
}

function notOffered(methods: readonly HttpMethod[]): Decision {
  const allow = methods.join(', ');
  return { kind: 'refuse', refusal: refuse('method-not-allowed', `offered here: ${allow}`), allow };
}
