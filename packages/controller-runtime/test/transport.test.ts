import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { ConnectionError } from '../src/index.ts';
import { Transport } from '../src/transport.ts';

// Listens and never accepts: once its queue is full, further connections stay half made, as on a dead link.
const deaf = `
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    process.stdout.write(String(server.address().port), () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
      process.exit();
    });
  });`;

test('a connection that does not come about is given up long before the kernel would', async () => {
  const child = spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = Number(String((await once(child.stdout, 'data'))[0]));
  const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  const transport = new Transport(
    {
      server: `http://127.0.0.1:${port}`,
      namespace: undefined,
      authorize: () => Promise.resolve({ headers: {}, tls: {} }),
      refresh: () => {},
    },
    1,
    300,
  );
  try {
    const started = performance.now();
    const sending = transport.send({ method: 'GET', path: '/', headers: {} });
    await expect(sending).rejects.toBeInstanceOf(ConnectionError);
    await expect(sending).rejects.toThrow('no connection in 300 ms');
    expect(performance.now() - started).toBeGreaterThan(290);
  } finally {
    for (const filler of fillers) filler.destroy();
    transport.close();
    child.kill('SIGKILL');
  }
}, 30_000);

test('so is one that is accepted by somebody who knows no TLS handshake, for streams too', async () => {
  const silent = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  // A listening TCP server always has an address object.
  const { port } = silent.address() as AddressInfo;
  const credentials = {
    server: `https://127.0.0.1:${port}`,
    namespace: undefined,
    authorize: () => Promise.resolve({ headers: {}, tls: {} }),
    refresh: () => {},
  };
  const transport = new Transport(credentials, 1, 300);
  const request = { method: 'GET', path: '/', headers: {} };
  try {
    const answers = Promise.allSettled([transport.send(request), transport.open(request)]);
    expect((await answers).map((answer) => String(Object(answer).reason))).toEqual(
      Array(2).fill('ConnectionError: no answer from the API server: no TLS handshake in 300 ms'),
    );
  } finally {
    transport.close();
    silent.close();
  }
}, 30_000);
