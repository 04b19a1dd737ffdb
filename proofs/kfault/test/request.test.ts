import { describe, expect, test } from 'vitest';
import { readRequest } from '../request.ts';

const cases: [string, string, ReturnType<typeof readRequest>][] = [
  [
    'PATCH',
    '/apis/apps/v1/namespaces/a/deployments/cart?fieldManager=x&force=true',
    {
      method: 'PATCH',
      lane: 'write',
      resource: 'deployments',
      subresource: '',
      namespace: 'a',
      name: 'cart',
    },
  ],
  [
    'PATCH',
    '/apis/ecommercestack.dev/v1alpha1/namespaces/a/ecommercestacks/shop/status',
    {
      method: 'PATCH',
      lane: 'write',
      resource: 'ecommercestacks',
      subresource: 'status',
      namespace: 'a',
      name: 'shop',
    },
  ],
  [
    'POST',
    '/api/v1/namespaces/a/secrets',
    { method: 'POST', lane: 'write', resource: 'secrets', subresource: '', namespace: 'a', name: '' },
  ],
  [
    'GET',
    '/api/v1/pods?labelSelector=a&watch=true',
    { method: 'GET', lane: 'watch', resource: 'pods', subresource: '', namespace: '', name: '' },
  ],
  [
    'GET',
    '/api/v1/namespaces/a',
    { method: 'GET', lane: 'read', resource: 'namespaces', subresource: '', namespace: '', name: 'a' },
  ],
];

test.each(cases)('%s %s', (method, url, wanted) => {
  expect(readRequest(method, url)).toEqual(wanted);
});

describe('lanes', () => {
  test.each([
    ['PUT', '/apis/coordination.k8s.io/v1/namespaces/a/leases/x', 'lease'],
    ['GET', '/apis/coordination.k8s.io/v1/namespaces/a/leases/x', 'lease'],
    ['POST', '/apis/events.k8s.io/v1/namespaces/a/events', 'event'],
    ['GET', '/apis/events.k8s.io/v1/namespaces/a/events', 'read'],
    ['POST', '/api/v1/namespaces/a/pods?dryRun=All', 'read'],
    ['DELETE', '/api/v1/namespaces/a/pods/b', 'write'],
    ['GET', '/readyz', 'read'],
  ])('%s %s is %s', (method, url, lane) => {
    expect(readRequest(method, url).lane).toBe(lane);
  });
});
