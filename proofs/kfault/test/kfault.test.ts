import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../kube/wait.ts';
import { type Kfault, startKfault } from '../kfault.ts';
import type { Place, RequestFault } from '../plan.ts';
import { type Server, startServer } from './api-server.ts';

const object = '/api/v1/namespaces/a/services/x';
const watch = '/api/v1/services?watch=true';

let directory: string;
let server: Server;
let kfault: Kfault;
let base: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kfault-'));
  server = await startServer(directory);
  kfault = await startKfault(server.kubeconfig, directory);
  base = JSON.parse(readFileSync(kfault.kubeconfig, 'utf8')).clusters[0].cluster.server;
});

afterEach(async () => {
  await kfault.close();
  server.close();
  rmSync(directory, { recursive: true });
});

type Heard = { status: number; body: string; retryAfter?: string } | string;

/** What a client hears: an answer, or the code of the error that ended it. */
function send(method: string, path: string, timeout = 5_000): Promise<Heard> {
  return new Promise((resolve) => {
    const call = request(new URL(path, base), { method, timeout }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body,
          ...(response.headers['retry-after'] !== undefined && {
            retryAfter: response.headers['retry-after'],
          }),
        }),
      );
    });
    call.on('timeout', () => call.destroy(Object.assign(new Error(), { code: 'SILENCE' })));
    call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    call.end();
  });
}

const strike = (fault: RequestFault, place: Place) =>
  kfault.use({ requests: [{ on: { lane: 'write' }, at: 1, place, fault }] });

describe('requests', () => {
  test('pass, are numbered and recorded', async () => {
    expect(await send('DELETE', object)).toEqual({ status: 200, body: '{"kind":"Something"}' });
    expect(server.asked).toEqual([`DELETE ${object}`]);
    expect(kfault.verdict().requests).toMatchObject([{ position: 1, resource: 'services', upstream: 200 }]);
  });

  test.each<[RequestFault, Place, Heard, number]>([
    [{ type: 'Reset' }, 'Before', 'ECONNRESET', 0],
    [{ type: 'Reset' }, 'After', 'ECONNRESET', 1],
    [{ type: 'HalfBody' }, 'After', { status: 200, body: '{"kind":"S' }, 1],
  ])('%j %s', async (fault, place, heard, asked) => {
    strike(fault, place);
    expect(await send('DELETE', object)).toEqual(heard);
    expect(server.asked).toHaveLength(asked);
    expect(await send('DELETE', object)).toMatchObject({ status: 200 });
  });

  test.each([429, 503])('an answer of %i carries a Status and Retry-After', async (status) => {
    strike({ type: 'Answer', status, retryAfterSeconds: 2 }, 'Before');
    const heard = await send('DELETE', object);
    expect(heard).toMatchObject({ status, retryAfter: '2' });
    expect(JSON.parse(typeof heard === 'string' ? '' : heard.body)).toMatchObject({ code: status });
    expect(server.asked).toEqual([]);
  });

  test.each<[Place, number]>([
    ['Before', 0],
    ['After', 1],
  ])('a timeout %s never answers', async (place, asked) => {
    strike({ type: 'Timeout' }, place);
    expect(await send('DELETE', object, 300)).toBe('SILENCE');
    expect(server.asked).toHaveLength(asked);
  });
});

describe('a call', () => {
  test.each<[Place, number]>([
    ['Before', 0],
    ['After', 1],
  ])('%s of a process that dies: its other requests go nowhere', async (place, asked) => {
    const die = Promise.withResolvers<void>();
    const called = Promise.withResolvers<number>();
    kfault.use(
      { requests: [{ on: { lane: 'write' }, at: 1, place, fault: { type: 'Call' } }] },
      async ({ position }) => {
        called.resolve(position);
        await die.promise;
        return 'Dead';
      },
    );
    const first = send('DELETE', object);
    expect(await called.promise).toBe(1);
    const second = send('DELETE', object);
    // It has reached the proxy when a request sent after it on a connection that exists waits as well.
    expect(await Promise.race([second, send('GET', object, 200)])).toBe('SILENCE');
    die.resolve();
    expect(await Promise.all([first, second])).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(server.asked).toHaveLength(asked);
    expect(await send('DELETE', object)).toMatchObject({ status: 200 });
    expect(kfault.verdict().counted.write).toBe(2);
  });

  test('of a process that lives: everything goes on', async () => {
    kfault.use(
      { requests: [{ on: { lane: 'write' }, at: 1, place: 'Before', fault: { type: 'Call' } }] },
      async () => 'GoOn',
    );
    expect(await send('DELETE', object)).toMatchObject({ status: 200 });
  });
});

describe('watches', () => {
  const line = (name: string) =>
    `${JSON.stringify({ type: 'MODIFIED', object: { metadata: { name, uid: name } } })}\n`;
  const names = (text: string) => [...text.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name);

  /** Opens a watch and gives what it has heard so far, and how it ended. */
  async function open(): Promise<{ heard: () => string; ended: Promise<string> }> {
    let text = '';
    const count = server.watches.length;
    const ended = new Promise<string>((resolve) => {
      const call = request(new URL(watch, base), (response) => {
        response.on('data', (chunk) => {
          text += String(chunk);
        });
        response.on('end', () => resolve('end'));
        response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      });
      call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      call.end();
    });
    await until(async () => (server.watches.length > count ? true : undefined), 5_000, 5);
    return { heard: () => text, ended };
  }

  const hears = (stream: { heard: () => string }, ...wanted: string[]) =>
    until(async () => (names(stream.heard()).join() === wanted.join() ? true : undefined), 5_000, 5);

  test('an event is dropped, and the plan can change while the stream is open', async () => {
    kfault.use({ events: [{ on: {}, at: 2, fault: { type: 'Drop' } }] });
    const stream = await open();
    for (const name of ['a', 'b', 'c']) server.watches[0]?.write(line(name));
    expect(await hears(stream, 'a', 'c')).toBe(true);
    kfault.use({ events: [{ on: {}, at: 1, fault: { type: 'Reorder' } }] });
    for (const name of ['d', 'e']) server.watches[0]?.write(line(name));
    expect(await hears(stream, 'a', 'c', 'e', 'd')).toBe(true);
    server.watches[0]?.end();
    expect(await stream.ended).toBe('end');
  });

  test('what waits for a next event comes without one', async () => {
    kfault.use({ events: [{ on: {}, fault: { type: 'Merge' } }] });
    const stream = await open();
    server.watches[0]?.write(line('a'));
    expect(await hears(stream, 'a')).toBe(true);
  });

  test.each([
    ['Fin', 'end'],
    ['Reset', 'ECONNRESET'],
  ] as const)('are cut by %s', async (how, wanted) => {
    const stream = await open();
    server.watches[0]?.write(line('a'));
    expect(await hears(stream, 'a')).toBe(true);
    expect(kfault.strike({ type: 'Cut', how }, 'services')).toBe(1);
    expect(await stream.ended).toBe(wanted);
  });

  test('in an outage streams are silent and requests fail until it is over', async () => {
    const stream = await open();
    kfault.outage('Silent');
    expect(await send('GET', object, 200)).toBe('SILENCE');
    kfault.outage({ status: 503 });
    expect(await send('GET', object)).toMatchObject({ status: 503 });
    kfault.heal();
    server.watches[0]?.write(line('a'));
    expect(await send('GET', object)).toMatchObject({ status: 200 });
    expect(stream.heard()).toBe('');
  });
});
