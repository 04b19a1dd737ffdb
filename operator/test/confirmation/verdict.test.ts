import { describe, expect, test } from 'vitest';
import type { Expectation } from '../../src/confirmation/expectation.ts';
import type { MeshProxy } from '../../src/confirmation/proxies.ts';
import type { ProxyHost } from '../../src/confirmation/proxy-config.ts';
import { judgeProxies, type ProxyAnswer, patienceMs } from '../../src/confirmation/verdict.ts';

const host = 'user-service.shop.svc.cluster.local';
const expected: Expectation = {
  host,
  shares: { v1: 90, v2: 10 },
  named: ['v1', 'v2'],
  ready: { v1: 2, v2: 1 },
};
const right: ProxyHost = {
  routes: [{ conditional: false, shares: { v1: 90, v2: 10 } }],
  endpoints: { '': 3, v1: 2, v2: 1 },
};

const proxy = (pod: string, namespace = 'shop'): MeshProxy => ({
  ...{ namespace, pod, uid: pod, hosts: [host] },
});
const edge = { namespace: 'istio-system', selector: { istio: 'ingressgateway' }, hosts: [host] };

type Given = Readonly<Record<string, ProxyHost | ProxyAnswer | undefined>>;

function judge(
  given: Given,
  options: { edge?: Parameters<typeof judgeProxies>[1]['edge']; bare?: string[] } = {},
) {
  const audience = {
    proxies: Object.keys(given).map((pod) => proxy(pod)),
    bare: options.bare ?? [],
    ...('edge' in options && { edge }),
  };
  return judgeProxies(
    { audience, expectations: [expected] },
    {
      edge: options.edge,
      proxy: ({ pod }) => {
        const answer = given[pod] ?? (pod === 'gateway' ? right : undefined);
        return answer !== undefined && 'routes' in answer ? { hosts: { [host]: answer } } : answer;
      },
    },
  );
}

describe('proxies confirm a weight', () => {
  test('when each of them has it', () => {
    expect(judge({ one: right, two: right })).toEqual({ confirmation: 'Confirmed' });
    expect(judge({})).toEqual({ confirmation: 'Confirmed' });
  });

  test('not while one of them has another', () => {
    const old: ProxyHost = { ...right, routes: [{ conditional: false, shares: { v1: 100 } }] };
    expect(judge({ one: right, two: old })).toEqual({
      confirmation: 'Pending',
      because: `proxy shop/two sends 100 % to v1 (${host})`,
    });
  });

  test.each<[string, Partial<ProxyHost>, string]>([
    ['it has no route', { routes: [] }, 'has no route to it'],
    [
      'only requests with a header have one',
      { routes: [{ conditional: true, shares: { v1: 90, v2: 10 } }] },
      'has no route to it',
    ],
    [
      'one of two paths has another',
      {
        routes: [
          { conditional: false, shares: { v1: 90, v2: 10 } },
          { conditional: false, shares: { v1: 50, v2: 50 } },
        ],
      },
      'sends 50 % to v1 and 50 % to v2',
    ],
    [
      'a header still leads to a subset that is on its way out',
      { routes: [...right.routes, { conditional: true, shares: { v0: 100 } }] },
      'still names subset v0',
    ],
    ['it does not know a subset', { endpoints: { v1: 2 } }, 'does not know subset v2'],
    ['it does not know every ready pod', { endpoints: { v1: 2, v2: 0 } }, 'knows 0 of 1 ready pods of v2'],
  ])('nor where %s', (_case, change, lack) => {
    expect(judge({ one: { ...right, ...change } })).toEqual({
      confirmation: 'Pending',
      because: `proxy shop/one ${lack} (${host})`,
    });
  });

  test('a proxy that has not been asked keeps it pending, a silent one makes it unknown and is named', () => {
    expect(judge({ one: undefined }).confirmation).toBe('Pending');
    expect(judge({ one: { error: 'no answer', silentMs: patienceMs - 1 } }).confirmation).toBe('Pending');
    expect(judge({ one: right, two: { error: 'no answer', silentMs: patienceMs } })).toEqual({
      confirmation: 'Unknown',
      because: 'proxy shop/two does not say what it has: no answer',
    });
  });

  test('unknown outweighs pending, so that nothing is left to a deadline', () => {
    const silent = { error: 'no answer', silentMs: patienceMs };
    expect(judge({ one: undefined, two: silent }).confirmation).toBe('Unknown');
  });

  test('pods without a proxy make it unknown', () => {
    expect(judge({ one: right }, { bare: ['cart-1', 'cart-2'] })).toEqual({
      confirmation: 'Unknown',
      because: 'pod cart-1 and 1 more run without a proxy, so no weight binds it; enable injection',
    });
  });

  test('the edge counts like any proxy, and one without pods is named', () => {
    const gateway = proxy('gateway', 'istio-system');
    expect(judge({ one: right }, { edge: [gateway] })).toEqual({ confirmation: 'Confirmed' });
    expect(judge({ one: right }, { edge: undefined }).confirmation).toBe('Pending');
    expect(judge({ one: right }, { edge: [] })).toEqual({
      confirmation: 'Unknown',
      because: 'no gateway runs in istio-system with istio=ingressgateway',
    });
    expect(judge({ one: right }, { edge: { error: 'forbidden', silentMs: patienceMs } })).toEqual({
      confirmation: 'Unknown',
      because: 'the edge does not say what it has: forbidden',
    });
  });
});
