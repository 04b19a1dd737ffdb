import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../kube/wait.ts';
import { startLoad } from '../load.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function serve(
  answer: (turn: number) => number | 'reset',
): Promise<{ url: URL; connections: () => number }> {
  let [turn, connections] = [0, 0];
  const listening = createServer((request, response) => {
    const what = answer(turn++);
    if (what === 'reset') request.socket.destroy();
    else response.writeHead(what).end('{}');
  });
  server = listening;
  listening.on('connection', () => connections++);
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address of this shape.
  const { port } = listening.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/`), connections: () => connections };
}

const enough = (load: ReturnType<typeof startLoad>, count: number) =>
  waitFor('answers', async () => (load.answered() >= count ? true : undefined), 5000, 5);

test('half of the requests take a fresh connection, the others share', async () => {
  const { url, connections } = await serve(() => 200);
  const load = startLoad({ url, rate: 2000, workers: 2 });
  await enough(load, 40);
  const result = await load.stop();
  expect(result.losses).toEqual([]);
  expect(result.latencies).toHaveLength(result.sent);
  expect(Math.abs(result.fresh - result.sent / 2)).toBeLessThanOrEqual(1);
  expect(connections()).toBeLessThanOrEqual(result.fresh + 2);
  expect(connections()).toBeGreaterThan(result.fresh);
});

test('every answer that is not 200 and every broken connection is a loss', async () => {
  const { url } = await serve((turn) => (turn === 3 ? 503 : turn === 5 ? 'reset' : 200));
  const load = startLoad({ url, rate: 2000, workers: 1 });
  await enough(load, 10);
  const { losses, sent, latencies } = await load.stop();
  expect(losses).toHaveLength(2);
  expect(losses[0]?.what).toMatch(/^503/);
  expect(losses[1]?.what).toMatch(/socket hang up|ECONNRESET/);
  expect(latencies).toHaveLength(sent - 2);
});

test('the rate is a bound', async () => {
  const { url } = await serve(() => 200);
  const started = performance.now();
  const load = startLoad({ url, rate: 100, workers: 8 });
  await enough(load, 20);
  const { sent } = await load.stop();
  expect(sent / ((performance.now() - started) / 1000)).toBeLessThan(150);
});
