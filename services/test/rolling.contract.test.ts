import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { startBalancer } from './balancer.ts';
import { startProcess } from './process.ts';

// As in a pod, only shorter: long enough for the balancer to notice and for the gateway to let idle connections go.
const drain = { DRAIN_DELAY_MS: '3000' };

/** Sends one request after the other until `isOver`, and answers how many and what was not 2xx. */
async function load(isOver: () => boolean, send: (turn: number) => Promise<number>) {
  const failures: string[] = [];
  let turn = 0;
  for (; !isOver(); turn += 1) {
    const outcome = await send(turn).catch((error: unknown) => String(error));
    if (typeof outcome === 'string' || outcome >= 300) failures.push(`request ${turn}: ${outcome}`);
    // The pace of one user: some connections rest between two requests, and those are the ones in danger.
    await pause(turn % 10 === 0 ? 2500 : 20);
  }
  return { turns: turn, failures };
}

test('every pod of a service is replaced and no request is lost, POST included', async () => {
  const balancer = await startBalancer();
  const pods = [await startProcess('product', drain), await startProcess('product', drain)];
  for (const { port } of pods) await balancer.add(port);
  const gateway = await startProcess('gateway', { PRODUCT_URL: balancer.origin });
  const url = `http://127.0.0.1:${gateway.port}/api/v1/products`;
  const agent = new Agent({ connections: 50 });
  onTestFinished(() => agent.destroy());
  const send = async (options: Parameters<typeof request>[1]): Promise<number> => {
    const { statusCode, body } = await request(url, { dispatcher: agent, ...options });
    await body.dump();
    return statusCode;
  };
  const post = (sku: string) => {
    const body = JSON.stringify({ sku, name: 'X', category: 'home', price: { currency: 'EUR', minor: '1' } });
    return send({ method: 'POST', headers: { 'content-type': 'application/json' }, body });
  };

  let isOver = false;
  const readers = Array.from({ length: 15 }, () =>
    load(
      () => isOver,
      () => send({ method: 'GET' }),
    ),
  );
  const writers = Array.from({ length: 15 }, (_, user) =>
    load(
      () => isOver,
      (turn) => post(`U${user}-${turn}`),
    ),
  );
  for (const old of pods) {
    const fresh = await startProcess('product', drain);
    await balancer.add(fresh.port);
    expect(await old.end()).toBe(0);
    balancer.remove(old.port);
  }
  isOver = true;
  const outcomes = await Promise.all([...readers, ...writers]);
  expect(outcomes.flatMap(({ failures }) => failures)).toEqual([]);
  expect(outcomes.reduce((sum, { turns }) => sum + turns, 0)).toBeGreaterThan(500);
});
