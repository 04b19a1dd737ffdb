import { topology } from '@ecommercestack/contracts/topology';
import { describe, expect, test } from 'vitest';
import { decideRoute, routeTable } from '../src/routing.ts';

test('every service with a route is reached below /api/v1, by the methods the gateway may use', () => {
  const routed = topology.filter(({ route }) => route !== undefined);
  expect(routeTable.map(({ service }) => service).toSorted()).toEqual(
    routed.map(({ name }) => name).toSorted(),
  );
  for (const { prefix, service, methods } of routeTable)
    for (const method of methods)
      expect(decideRoute(method, `${prefix}/1`)).toMatchObject({
        kind: 'forward',
        service,
        path: `${prefix.slice('/api/v1'.length)}/1`,
      });
});

describe('a decision', () => {
  test.each([
    ['GET', '/api/v1/products', 'product', '/products'],
    ['GET', '/api/v1/products/', 'product', '/products/'],
    ['DELETE', '/api/v1/carts/abc', 'cart', '/carts/abc'],
    ['GET', '/', 'storefront', '/'],
    ['HEAD', '/assets/shop.css', 'storefront', '/assets/shop.css'],
    ['GET', '/apiary', 'storefront', '/apiary'],
  ])('%s %s goes to %s as %s', (method, path, service, onward) => {
    expect(decideRoute(method, path)).toMatchObject({ kind: 'forward', service, path: onward });
  });

  test.each([
    ['GET', '/api', 'not-found'],
    ['GET', '/api/v1', 'not-found'],
    ['GET', '/api/v2/products', 'not-found'],
    ['GET', '/api/v1/productsx', 'not-found'],
    ['GET', '/api/v1/Products', 'not-found'],
    ['GET', '/api/v1/storefront', 'not-found'],
    ['POST', '/', 'method-not-allowed'],
    ['TRACE', '/api/v1/products', 'method-not-allowed'],
    ['CONNECT', '/', 'method-not-allowed'],
  ])('%s %s is refused as %s', (method, path, code) => {
    expect(decideRoute(method, path)).toMatchObject({ kind: 'refuse', refusal: { refusal: code } });
  });
});
