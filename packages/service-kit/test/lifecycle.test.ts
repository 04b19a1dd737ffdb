import { Agent, request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type HostOptions, startHost } from '../src/host.ts';
import { silentLog } from '../src/telemetry/log.ts';
import { type EchoContext, echoService } from './http/echo-service.ts';

type Start = {
  environment?: Record<string, string>;
  open?: () => Promise<EchoContext>;
  wait?: HostOptions['wait'];
};

async function start({ environment, open, wait }: Start = {}) {
  const host = await startHost({
    services: [echoService(open)],
    environment: { PORT: '0', ...environment },
    log: silentLog,
    ...(wait === undefined ? {} : { wait }),
  });
  onTestFinished(() => host.stop());
  const agent = new Agent({ connections: 1, keepAliveTimeout: 60_000 });
  onTestFinished(() => agent.destroy());
  const get = async (path: string) => {
    const { statusCode, headers, body } = await request(`http://127.0.0.1:${host.port}${path}`, {
      dispatcher: agent,
    });
    return { status: statusCode, headers, text: await body.text() };
  };
  return { host, get };
}

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

describe('starting', () => {
  test('it lives but is not ready, and tries until the stores answer', async () => {
    const store = gate();
    let attempts = 0;
    const { host, get } = await start({
      open: async () => {
        attempts += 1;
        await store.passed;
        if (attempts < 3) throw new Error('connection refused');
        return { greeting: 'hello' };
      },
    });
    expect((await get('/health')).status).toBe(200);
    expect(await get('/ready')).toMatchObject({
      status: 503,
      text: expect.stringContaining('"reason":"starting"'),
    });
    expect(await get('/echo/abc')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    store.open();
    await host.opened;
    expect((await get('/ready')).status).toBe(200);
    expect({ attempts, status: (await get('/echo/abc')).status }).toEqual({ attempts: 3, status: 200 });
  });
});

describe('stopping', () => {
  test('while it drains it still serves, is not ready and asks clients to leave', async () => {
    const drained = gate();
    const { host, get } = await start({ wait: () => drained.passed });
    await host.opened;
    const stopped = host.stop();
    expect(await get('/ready')).toMatchObject({
      status: 503,
      text: expect.stringContaining('"reason":"draining"'),
    });
    expect(await get('/echo/abc')).toMatchObject({ status: 200, headers: { connection: 'close' } });
    drained.open();
    await stopped;
    await expect(get('/health')).rejects.toThrow();
  });

  test('an idle connection does not hold it up', async () => {
    const { host, get } = await start();
    await host.opened;
    await get('/health');
    await host.stop();
  });

  test('a request in flight finishes first', async () => {
    const entered = gate();
    const answer = gate();
    const { host, get } = await start({
      open: async () => ({ greeting: '', gate: answer.passed, entered: entered.open }),
    });
    await host.opened;
    const slow = get('/slow');
    await entered.passed;
    const stopped = host.stop();
    answer.open();
    expect(await slow).toMatchObject({ status: 200, text: '{"done":true}' });
    await stopped;
  });

  test('a request that outlasts the deadline is cut', async () => {
    const entered = gate();
    const { host, get } = await start({
      environment: { SHUTDOWN_DEADLINE_MS: '20' },
      open: async () => ({ greeting: '', gate: new Promise(() => {}), entered: entered.open }),
    });
    await host.opened;
    const slow = get('/slow').then(
      () => 'answered',
      () => 'cut',
    );
    await entered.passed;
    await host.stop();
    expect(await slow).toBe('cut');
  });

  test('asking again changes nothing', async () => {
    const drained = gate();
    let waits = 0;
    const { host } = await start({
      wait: () => {
        waits += 1;
        return drained.passed;
      },
    });
    const both = Promise.all([host.stop(), host.stop()]);
    drained.open();
    await both;
    await host.stop();
    expect(waits).toBe(1);
  });

  test('it stops while its stores were never there', async () => {
    const { host } = await start({
      open: async () => {
        throw new Error('connection refused');
      },
    });
    await host.stop();
  });
});
