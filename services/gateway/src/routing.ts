import { type HttpMethod, type ServiceName, serviceRow, topology } from '@ecommercestack/contracts/topology';
import { isBelow, type Refusal, refuse } from '@ecommercestack/service-kit';

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

/** Where a request goes: `/api/v1/products/1` to product as `/products/1`, pages to the storefront. */
export function decideRoute(method: string, path: string): Decision {
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
  if (methods.some((offered) => offered === method))
    return { kind: 'forward', service, path: path.slice(strippedPrefix.length), strippedPrefix };
  const allow = methods.join(', ');
  return { kind: 'refuse', refusal: refuse('method-not-allowed', `offered here: ${allow}`), allow };
}
