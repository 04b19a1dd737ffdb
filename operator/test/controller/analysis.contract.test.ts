import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServiceStatus } from '../../src/api/ecommercestack.ts';
import { installCrds } from './capability-crds.ts';
import { startLiveOperator } from './live-operator.ts';
import { small } from './shop-world.ts';

const namespace = 'shop';
/** What the metrics server says: a value, or an error of the query. */
let said: string | Error = '0';
const queries: string[] = [];

const prometheus = createServer((request, response) => {
  queries.push(new URL(request.url ?? '', 'http://x').searchParams.get('query') ?? '');
  if (said instanceof Error) {
    response.statusCode = 400;
    response.end(JSON.stringify({ status: 'error', errorType: 'bad_data', error: said.message }));
    return;
  }
  const result = [{ metric: {}, value: [1, said] }];
  response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
});
await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
const address = prometheus.address();
if (address === null || typeof address === 'string') throw new Error('the metrics server has no port');
const live = await startLiveOperator({
  prom: { type: 'prometheus', url: new URL(`http://127.0.0.1:${address.port}`) },
});
const { server, stackIn, until, condition } = live;

afterAll(async () => {
  prometheus.closeAllConnections();
  await new Promise((resolve) => prometheus.close(resolve));
  await live.stop();
});

const query = 'errors{deployment="{{deployment}}"}';
const metrics = [{ name: 'errors', provider: 'prom', query, max: '0.01' }];
const hold = { type: 'Duration', duration: '3s' };
const spec = (version: string) => ({
  mesh: { type: 'None' },
  exposure: {
    type: 'GatewayAPI',
    gatewayAPI: { parentRefs: [{ name: 'edge' }] },
    routes: [{ path: '/users', service: 'user' }],
  },
  services: [
    ...small.services,
    {
      ...{ name: 'user', version, replicas: 2 },
      rollout: {
        strategy: 'Canary',
        canary: { steps: [{ weight: 10, hold }], analysis: { interval: '1s', metrics } },
      },
    },
  ],
});

async function user(): Promise<ServiceStatus | undefined> {
  // Written by the operator under the schema of this type.
  const status = (await stackIn(namespace))?.['status'] as { services?: ServiceStatus[] } | undefined;
  return status?.services?.find(({ name }) => name === 'user');
}

async function setVersion(version: string): Promise<void> {
  const patch = JSON.stringify({ spec: { services: spec(version).services } });
  await server.kubectl('patch', 'ecs', 'shop', '-n', namespace, '--type=merge', '-p', patch);
}

beforeAll(async () => {
  await installCrds(server, 'gatewayAPI');
  await live.install(namespace, spec('v1.0.0'));
  await until('one revision', async () => (await user())?.history?.[0]?.result === 'Promoted');
});

describe('a canary that is measured', () => {
  test('no traffic moves on a wrong query, and the condition says what is wrong', async () => {
    said = new Error('parse error: unexpected end of input');
    await setVersion('v2.0.0');
    await until('no measurement', async () => (await user())?.analysis?.[0]?.verdict === 'NoData');
    await until(
      'told',
      async () => (await condition(namespace, 'RolloutHealthy')) === 'Unknown NoMeasurement',
    );
    expect((await user())?.analysis?.[0]?.message).toContain('parse error: unexpected end of input');
    expect((await user())?.rollout).toMatchObject({ given: 10, failures: 0 });
    expect(queries.every((text) => /^errors\{deployment="user-service[-a-z0-9]*"\}$/.test(text))).toBe(true);
  });

  test('it goes on by good measurements of that step', async () => {
    said = '0';
    await until(
      'promoted',
      async () => (await user())?.rollout === undefined || (await user())?.rollout?.state === 'Keeping',
    );
    expect((await user())?.history?.[0]).toMatchObject({ version: 'v2.0.0', result: 'Promoted' });
  });

  test('a bad value aborts, and survives a restart of the operator', async () => {
    said = '0.5';
    await setVersion('v3.0.0');
    await until('aborted', async () => (await user())?.rollout?.state === 'Aborted');
    const before = await user();
    expect(before?.rollout?.why).toContain('metric errors is 0.5');
    said = '0';
    await live.restart();
    await until('led again', async () => (await condition(namespace, 'RolloutHealthy')).startsWith('False'));
    expect((await user())?.rollout).toEqual(before?.rollout);
  });
});
