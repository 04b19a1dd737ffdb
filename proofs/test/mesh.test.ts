import { describe, expect, test } from 'vitest';
import { drawCalls, isDeclared, judgeCall } from '../mesh/calls.ts';
import { countsUpdates, rejectedUpdates } from '../mesh/envoy.ts';
import { parseAnalysis } from '../mesh/mesh.ts';
import { judgeAttempt } from '../mesh/outside.ts';
import { judgeSplit } from '../mesh/split.ts';
import { randomFrom } from '../random.ts';

describe('calls', () => {
  test('every pair of services is drawn with GET and another method', () => {
    const calls = drawCalls(randomFrom(1));
    expect(calls).toHaveLength(13 * 12 * 2);
    expect(
      new Set(calls.filter(({ method }) => method === 'GET').map(({ from, to }) => `${from} ${to}`)).size,
    ).toBe(156);
    expect(drawCalls(randomFrom(1))).toEqual(calls);
  });

  test('the service table decides, by method', () => {
    expect(isDeclared({ from: 'product', to: 'analytics', method: 'GET' })).toBe(true);
    expect(isDeclared({ from: 'product', to: 'analytics', method: 'POST' })).toBe(false);
    expect(isDeclared({ from: 'analytics', to: 'product', method: 'GET' })).toBe(false);
  });

  const declared = { from: 'gateway', to: 'user', method: 'GET', allowed: true } as const;
  const undeclared = { ...declared, to: 'gateway', allowed: false } as const;

  test.each([
    [declared, { status: 404, body: '{}' }, true],
    [declared, { status: 403, body: 'RBAC: access denied' }, false],
    [declared, { status: 503, body: 'upstream' }, false],
    [declared, { status: 0, body: 'ECONNRESET' }, false],
    [undeclared, { status: 403, body: 'RBAC: access denied' }, true],
    [undeclared, { status: 403, body: '' }, true],
    [undeclared, { status: 403, body: '{"code":"forbidden"}' }, false],
    [undeclared, { status: 404, body: '{}' }, false],
    [undeclared, { status: 503, body: '' }, false],
  ])('%j answered %j is right: %s', (call, answer, right) => {
    expect(judgeCall(call, answer) === undefined).toBe(right);
  });
});

describe('Envoy statistics', () => {
  const page = [
    '# TYPE envoy_cluster_manager_cds_update_rejected counter',
    'envoy_cluster_manager_cds_update_rejected{} 0',
    'envoy_listener_manager_lds_update_rejected{} 2',
    'envoy_listener_manager_lds_update_success{} 9',
    'envoy_http_rds_update_rejected{envoy_http_conn_manager_prefix="80"} 1',
  ].join('\n');

  test('names what was rejected', () => {
    expect(rejectedUpdates(page)).toEqual({
      envoy_listener_manager_lds_update_rejected: 2,
      envoy_http_rds_update_rejected: 1,
    });
  });

  test('a page without the statistic is not a page without rejections', () => {
    expect(countsUpdates(page)).toBe(true);
    expect(countsUpdates('envoy_server_live{} 1')).toBe(false);
  });
});

test('a call from outside is refused only if it reached the proxy and got no byte back', () => {
  expect(judgeAttempt({ connected: true, bytes: 0, end: 'ECONNRESET' })).toBeUndefined();
  expect(judgeAttempt({ connected: true, bytes: 900, end: 'closed' })).toMatch(/900 bytes/);
  expect(judgeAttempt({ connected: false, bytes: 0, end: 'ENOTFOUND' })).toMatch(/ENOTFOUND/);
  expect(judgeAttempt(undefined)).toMatch(/not tried/);
});

test.each([
  [{ 'v1.2.3': 9000, 'v9.0.0': 1000 }, true],
  [{ 'v1.2.3': 8851, 'v9.0.0': 1149 }, true],
  [{ 'v1.2.3': 8800, 'v9.0.0': 1200 }, false],
  [{ 'v1.2.3': 10_000 }, false],
  [{ 'v1.2.3': 8999, 'v9.0.0': 1000, error: 1 }, false],
  [{ 'v1.2.3': 900, 'v9.0.0': 100 }, false],
])('a canary at 10 %% counted as %j is right: %s', (counts, right) => {
  expect(judgeSplit('user', 'v9.0.0', 10, counts).finding.problem === undefined).toBe(right);
});

test('parseAnalysis tells nothing found from nothing said', () => {
  expect(parseAnalysis('[]')).toEqual([]);
  expect(parseAnalysis('null')).toEqual([]);
  expect(parseAnalysis('[{"code":"IST0101"}]')).toHaveLength(1);
  expect(parseAnalysis('Error: no cluster')).toBeUndefined();
});
