import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'undici';
import { describe, expect, test } from 'vitest';
import { deadOrigin, startGatewayUnder, startRawUpstream } from './upstream.ts';

const products = '/api/v1/products';

describe('WebSocket', () => {
  /** Accepts every handshake, and gives back the bytes of each frame as one unmasked text frame of their number. */
  const startEcho = () =>
    startRawUpstream((socket) => {
      socket.once('data', (head) => {
        const key = /sec-websocket-key: (\S+)/i.exec(head.toString())?.[1] ?? '';
        const path = /^GET (\S+)/.exec(head.toString())?.[1] ?? '';
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${acceptOf(key)}\r\n\r\n`,
        );
        socket.on('data', () =>
          socket.write(Buffer.concat([Buffer.from([0x81, path.length]), Buffer.from(path)])),
        );
      });
    });

  test('passes both ways once it is admitted', async () => {
    const gateway = await startGatewayUnder({}, await startEcho());
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}${products}/live`);
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    const said = new Promise((resolve) =>
      socket.addEventListener('message', ({ data }) => resolve(data), { once: true }),
    );
    socket.send('hello');
    expect(await said).toBe('/products/live');
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
    await gateway.stop();
    await closed;
  });

  test.each([
    ['an unknown path', {}, '/api/v1/nothing', {}, 404],
    ['a bad token', {}, products, { authorization: 'Bearer x' }, 401],
    ['a denied address', { denyCIDRs: ['127.0.0.0/8'] }, products, {}, 403],
    ['an old version', {}, products, { 'sec-websocket-version': '8' }, 400],
  ])('is refused for %s', async (_, policy, path, headers, status) => {
    let connections = 0;
    const origin = await startRawUpstream(() => {
      connections += 1;
    });
    const gateway = await startGatewayUnder(policy, origin);
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    const handshake = {
      host: 'shop',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    };
    const lines = Object.entries(handshake).map(([name, value]) => `${name}: ${value}`);
    socket.write([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*application/problem\\+json`),
    );
    expect(connections).toBe(0);
    socket.destroy();
  });

  test('is 502 when nobody is behind', async () => {
    const gateway = await startGatewayUnder({}, await deadOrigin());
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write(
      `GET ${products} HTTP/1.1\r\nhost: shop\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 502 /);
  });
});

function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
