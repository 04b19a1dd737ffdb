import { describe, expect, test } from 'vitest';
import { hostOf } from '../../src/confirmation/proxy-config.ts';

const host = 'user-service.shop.svc.cluster.local';
const cluster = (subset: string, of = host) => `outbound|80|${subset}|${of}`;

/** As Envoy 1.40 prints them, cut to what is read. */
const routes = {
  configs: [
    {
      route_config: {
        name: '80',
        virtual_hosts: [
          {
            name: `${host}:80`,
            routes: [
              {
                match: { prefix: '/', headers: [{ name: 'canary', string_match: { exact: 'true' } }] },
                route: { cluster: cluster('v2') },
              },
              {
                match: { prefix: '/' },
                route: {
                  weighted_clusters: {
                    clusters: [
                      { name: cluster('v1'), weight: 90 },
                      { name: cluster('v2'), weight: 10 },
                    ],
                  },
                },
              },
            ],
          },
          {
            name: 'cart-service.shop.svc.cluster.local:80',
            routes: [
              {
                match: { prefix: '/' },
                route: { cluster: cluster('', 'cart-service.shop.svc.cluster.local') },
              },
            ],
          },
          { name: 'block_all', routes: [{ match: { prefix: '/' }, direct_response: { status: 502 } }] },
        ],
      },
    },
  ],
};

const clusters = {
  cluster_statuses: [
    {
      name: cluster('v1'),
      host_statuses: [
        { health_status: { eds_health_status: 'HEALTHY' } },
        { health_status: { eds_health_status: 'DRAINING' } },
      ],
    },
    { name: cluster('v2') },
    { name: `inbound|8080||` },
    { name: cluster('v1', `x.${host}`), host_statuses: [{}] },
  ],
};

describe('what a proxy does with requests to a host', () => {
  test('its routes in order, conditions told apart, and the endpoints it may use', () => {
    expect(hostOf(routes, clusters, host)).toEqual({
      routes: [
        { conditional: true, shares: { v2: 100 } },
        { conditional: false, shares: { v1: 90, v2: 10 } },
      ],
      endpoints: { v1: 1, v2: 0 },
    });
  });

  test('a host without subsets', () => {
    expect(hostOf(routes, clusters, 'cart-service.shop.svc.cluster.local')).toEqual({
      routes: [{ conditional: false, shares: { '': 100 } }],
      endpoints: {},
    });
  });

  test('nothing where it knows nothing of it', () => {
    expect(hostOf({}, {}, host)).toEqual({ routes: [], endpoints: {} });
    expect(hostOf(routes, clusters, 'order-service.shop.svc.cluster.local').routes).toEqual([]);
  });
});
