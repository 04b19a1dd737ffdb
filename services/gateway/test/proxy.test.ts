import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { deadOrigin, startGateway, startRawUpstream, startUpstream } from './upstream.ts';

const products = '/api/v1/products';

describe('an exchange', () => {
  test('reaches the service without the prefix, under its host, in the same trace', async () => {
    const seen: IncomingMessage[] = [];
    const origin = await startUpstream((incoming, response) => {
      seen.push(incoming);
      response.end('ok');
    });
    const gateway = await startGateway(origin);
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const answer = await request(`${gateway.url}${products}/1?x=%2F`, {
      headers: {
        'x-request-id': 'id-1',
        'x-user-id': 'forged',
        traceparent: `00-${trace}-b7ad6b7169203331-01`,
      },
    });
    expect({ status: answer.statusCode, text: await answer.body.text() }).toEqual({
      status: 200,
      text: 'ok',
    });
    expect(answer.headers['x-request-id']).toBe('id-1');
    expect(seen[0]).toMatchObject({
      url: '/products/1?x=%2F',
      headers: { host: new URL(origin).host, 'x-request-id': 'id-1', 'x-forwarded-for': '127.0.0.1' },
    });
    expect(seen[0]?.headers['traceparent']).toMatch(
      new RegExp(`^00-${trace}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`),
    );
    expect(seen[0]?.headers).not.toHaveProperty('x-user-id');
  });

  test('streams both ways: the answer begins before the request has ended', async () => {
    const origin = await startUpstream((incoming, response) => {
      incoming.pipe(response);
    });
    const gateway = await startGateway(origin);
    const sent = httpRequest(`${gateway.url}${products}`, { method: 'POST' });
    sent.write('first');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: string[] = [];
    for await (const chunk of answer) {
      chunks.push(String(chunk));
      if (chunks.length === 1) sent.end('last');
    }
    expect(chunks).toEqual(['first', 'last']);
  });

  test('carries a large body whole, though the client reads slowly', async () => {
    const size = 8 * 1024 * 1024;
    const origin = await startUpstream((_, response) => {
      response.end(Buffer.alloc(size, 'x'));
    });
    const gateway = await startGateway(origin);
    const { body } = await request(`${gateway.url}${products}`);
    let received = 0;
    for await (const chunk of body) {
      received += (chunk as Buffer).length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(received).toBe(size);
  });

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ] as const)('%s with %i has no body and keeps its headers', async (method, status) => {
    const origin = await startUpstream((_, response) => {
      response.writeHead(status, { etag: '"7"', 'set-cookie': ['a=1', 'b=2'] }).end();
    });
    const gateway = await startGateway(origin);
    const answer = await request(`${gateway.url}${products}/1`, { method });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers).toMatchObject({ etag: '"7"', 'set-cookie': ['a=1', 'b=2'] });
    expect(await answer.body.text()).toBe('');
  });

  test('a client that leaves ends the request behind', async () => {
    const { promise: left, resolve: onLeft } = Promise.withResolvers<void>();
    const { promise: reached, resolve: onReached } = Promise.withResolvers<void>();
    const origin = await startUpstream((incoming) => {
      incoming.on('close', onLeft);
      onReached();
    });
    const gateway = await startGateway(origin);
    const client = new AbortController();
    const answer = request(`${gateway.url}${products}`, { signal: client.signal }).catch(() => 'aborted');
    await reached;
    client.abort();
    expect(await answer).toBe('aborted');
    await left;
  });
});

describe('a service that fails', () => {
  async function problemOf(url: string, method: 'GET' | 'POST' = 'GET') {
    const { statusCode, headers, body } = await request(url, {
      method,
      ...(method === 'POST' ? { body: '{}' } : {}),
    });
    expect(headers['content-type']).toBe('application/problem+json');
    const problem = (await body.json()) as { code: string };
    return { status: statusCode, code: problem.code };
  }

  test('is not there: 503', async () => {
    const gateway = await startGateway(await deadOrigin());
    expect(await problemOf(`${gateway.url}${products}`)).toEqual({ status: 503, code: 'unavailable' });
    expect(await problemOf(`${gateway.url}${products}`, 'POST')).toEqual({
      status: 503,
      code: 'unavailable',
    });
  });

  test('is silent: 504, and asked only once', async () => {
    let connections = 0;
    const origin = await startRawUpstream((_, connection) => {
      connections = connection;
    });
    const gateway = await startGateway(origin, { UPSTREAM_TIMEOUT_MS: '50' });
    expect(await problemOf(`${gateway.url}${products}`)).toEqual({ status: 504, code: 'upstream-timeout' });
    expect(connections).toBe(1);
  });

  test('breaks off before it answers: a GET is sent once more', async () => {
    const origin = await startRawUpstream((socket, connection) => {
      if (connection === 1) socket.once('data', () => socket.resetAndDestroy());
      else socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    });
    const gateway = await startGateway(origin);
    const { statusCode, body } = await request(`${gateway.url}${products}`);
    expect({ statusCode, text: await body.text() }).toEqual({ statusCode: 200, text: 'ok' });
  });

  test.each([
    ['GET', 2],
    ['POST', 1],
  ] as const)('always breaks off: a %s is 502 after being sent %i times', async (method, times) => {
    let requests = 0;
    const origin = await startRawUpstream((socket) => {
      socket.once('data', () => {
        requests += 1;
        socket.destroy();
      });
    });
    const gateway = await startGateway(origin);
    expect(await problemOf(`${gateway.url}${products}`, method)).toEqual({
      status: 502,
      code: 'upstream-failed',
    });
    expect(requests).toBe(times);
  });

  test('closes its idle connections, as a pod does that goes: no GET is lost', async () => {
    const origin = await startRawUpstream((socket) => {
      let answered = false;
      socket.on('data', () => {
        // The second request on a connection meets a server that has just given it up.
        if (answered) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
        answered = true;
      });
    });
    const gateway = await startGateway(origin);
    for (let index = 0; index < 10; index += 1) {
      const { statusCode, body } = await request(`${gateway.url}${products}`);
      await body.dump();
      expect(statusCode).toBe(200);
    }
  });

  test('breaks off in the middle of an answer: the client does not take it for whole', async () => {
    const origin = await startRawUpstream((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () => socket.resetAndDestroy());
      });
    });
    const gateway = await startGateway(origin);
    const whole = request(`${gateway.url}${products}`).then(({ body }) => body.text());
    await expect(whole).rejects.toThrow();
  });

  test('speaks no HTTP: 502', async () => {
    const origin = await startRawUpstream((socket) => {
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
    });
    const gateway = await startGateway(origin);
    expect((await problemOf(`${gateway.url}${products}`, 'POST')).status).toBe(502);
  });

  test('is slow: as many wait as may, and the next is told at once', async () => {
    const answers: (() => void)[] = [];
    const { promise: reached, resolve: onReached } = Promise.withResolvers<void>();
    const origin = await startUpstream((_, response) => {
      answers.push(() => response.end('ok'));
      if (answers.length > 1) response.end('ok');
      else onReached();
    });
    const gateway = await startGateway(origin, { UPSTREAM_CONNECTIONS: '1', UPSTREAM_WAITING: '1' });
    const first = request(`${gateway.url}${products}`);
    await reached;
    const others = [request(`${gateway.url}${products}`), request(`${gateway.url}${products}`)];
    const refused = await Promise.race(others);
    expect({ status: refused.statusCode, retryAfter: refused.headers['retry-after'] }).toEqual({
      status: 503,
      retryAfter: '1',
    });
    answers[0]?.();
    const statuses = (await Promise.all([first, ...others])).map(({ statusCode }) => statusCode);
    expect(statuses.toSorted((left, right) => left - right)).toEqual([200, 200, 503]);
    expect((await request(`${gateway.url}${products}`)).statusCode).toBe(200);
  });
});
