import { describe, expect, test } from 'vitest';
import { readEndpoints, readRoutes, type Sample, violations } from '../canary-traffic/sample.ts';
import { judgeWindow, windowsOf } from '../canary-traffic/windows.ts';

const host = 'api-gateway.shop.svc.cluster.local';
const ends = (stable: number, canary: number, healthy: readonly [number, number] = [1, 1]) => ({
  v1: { healthy: healthy[0], requests: stable },
  v2: { healthy: healthy[1], requests: canary },
});
const sample = (share: number, before = ends(0, 0), after = before): Sample => ({
  ...{ from: 0, to: 1, proxy: 'edge', named: ['v1', 'v2'], before, after },
  shares: [{ v1: 100 - share, v2: share }],
});

describe('what may never be seen at an Envoy', () => {
  test('nothing is wrong with a split that both have pods for', () => {
    expect(violations(sample(50), 'v2', 1)).toEqual([]);
  });

  test('weights that do not sum to 100, paths that differ, a route that is missing', () => {
    expect(violations({ ...sample(10), shares: [{ v1: 80, v2: 10 }] }, 'v2', 1)).toEqual([
      'weights sum to 90',
    ]);
    expect(violations({ ...sample(10), shares: [{ v1: 100 }, { v2: 100 }] }, 'v2', 1)).toHaveLength(1);
    expect(violations({ ...sample(10), shares: [] }, 'v2', 1)).toEqual(['has no route']);
  });

  test('a subset without a ready pod, unless it had one a moment before or after', () => {
    const none = ends(0, 0, [1, 0]);
    expect(violations(sample(10, none), 'v2', 1)).toContain('v2 is named without a ready pod');
    expect(violations(sample(10, none, ends(0, 0)), 'v2', 1)).toEqual([]);
  });

  test('more than the ready pods carry', () => {
    expect(violations(sample(50, ends(0, 0, [3, 1])), 'v2', 4)).toEqual([
      'canary gets 50 % with 1 of 4 ready pods',
    ]);
    expect(violations(sample(25, ends(0, 0, [3, 1])), 'v2', 4)).toEqual([]);
  });
});

test('requests are counted between two looks at the same weight', () => {
  const samples = [
    sample(0, ends(0, 0), ends(5, 0)),
    sample(10, ends(10, 0), ends(20, 1)),
    sample(10, ends(500, 50)),
    sample(10, ends(920, 101), ends(930, 150)),
    sample(50, ends(940, 160)),
  ];
  const windows = windowsOf(samples, 'v2', 500);
  expect(windows).toEqual([{ share: 10, canary: 100, total: 1000 }]);
  const gone = [sample(100, ends(900, 0)), sample(100, ends(900, 300)), sample(100, ends(0, 600, [0, 1]))];
  expect(windowsOf(gone, 'v2', 500)).toEqual([{ share: 100, canary: 600, total: 600 }]);
  expect(windows.map(judgeWindow)).toEqual([undefined]);
  expect(judgeWindow({ share: 10, canary: 150, total: 1000 })).toBe(
    'at 10 % the canary got 150 of 1000 requests, 5.3 sd off',
  );
  expect(judgeWindow({ share: 100, canary: 999, total: 1000 })).toBeDefined();
});

test("pages of Envoy's admin interface are read by host", () => {
  const cluster = (subset: string) => `outbound|80|${subset}|${host}`;
  const route = (match: object, target: object) => ({ match, route: target });
  const page = {
    configs: [
      {
        route_config: {
          virtual_hosts: [
            {
              routes: [
                route({ headers: [{}] }, { cluster: cluster('v2') }),
                route(
                  {},
                  {
                    weighted_clusters: {
                      clusters: [
                        { name: cluster('v1'), weight: 90 },
                        { name: cluster('v2'), weight: 10 },
                      ],
                    },
                  },
                ),
                route({}, { cluster: 'outbound|80||other' }),
              ],
            },
          ],
        },
      },
    ],
  };
  expect(readRoutes(JSON.stringify(page), host)).toEqual({
    shares: [{ v1: 90, v2: 10 }],
    named: ['v2', 'v1'],
  });
  const stats = [{ name: 'rq_error' }, { name: 'rq_total', value: '7' }];
  const hosts = [
    { health_status: { eds_health_status: 'HEALTHY' }, stats },
    { health_status: { eds_health_status: 'UNHEALTHY' }, stats },
  ];
  const clusters = {
    cluster_statuses: [{ name: cluster('v1'), host_statuses: hosts }, { name: 'inbound|80||' }],
  };
  expect(readEndpoints(JSON.stringify(clusters), host)).toEqual({ v1: { healthy: 1, requests: 14 } });
});
