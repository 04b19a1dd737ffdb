import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { readHead } from '../src/answer-head.ts';
import { ChunkedBody } from '../src/chunked-body.ts';
import { StreamConnection } from '../src/stream-connection.ts';

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

function framed(content: Buffer, sizes: readonly number[], extension: string): Buffer {
  const frames: Buffer[] = [];
  let at = 0;
  for (const size of [...sizes, content.length]) {
    const piece = content.subarray(at, at + size);
    at += piece.length;
    if (piece.length > 0)
      frames.push(Buffer.from(`${piece.length.toString(16)}${extension}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...frames, Buffer.from('0\r\nx-trailer: y\r\n\r\n')]);
}

test('however a chunked body is framed and cut, its content comes out', () => {
  const some = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      some,
      some,
      fc.constantFrom('', ';a=b'),
      (bytes, sizes, cuts, extension) => {
        const wire = framed(Buffer.from(bytes), sizes, extension);
        const body = new ChunkedBody();
        const found: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, wire.length]) {
          const piece = Buffer.from(wire.subarray(at, at + cut));
          at += piece.length;
          expect(body.done).toBe(false);
          if (piece.length > 0) found.push(Buffer.from(body.take(piece, 0, piece.length)));
          if (at === wire.length) break;
        }
        expect(body.done).toBe(true);
        expect(Buffer.concat(found)).toEqual(Buffer.from(bytes));
      },
    ),
  );
});

test.each(['x\r\n', '\r\n', '3\r\nabcd', '123456789\r\n', '-1\r\n'])('%j is no frame', (text) => {
  const bytes = Buffer.from(text);
  expect(() => new ChunkedBody().take(bytes, 0, bytes.length)).toThrow('not framed');
});

test('the head of an answer is read when it is complete', () => {
  const text = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nRetry-After:  7 \r\n\r\nhello';
  const head = readHead(Buffer.from(text));
  expect(head).toEqual({
    status: 200,
    headers: { 'content-length': '5', 'retry-after': '7' },
    length: text.length - 5,
  });
  expect(readHead(Buffer.from(text.slice(0, 40)))).toBeUndefined();
  expect(() => readHead(Buffer.from('HTTP/2 200\r\n\r\n'))).toThrow('no HTTP/1.1');
  expect(() => readHead(Buffer.from('HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'))).toThrow('without a name');
  expect(() => readHead(Buffer.alloc(70_000, 'x'))).toThrow('no end');
});

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  // A listening TCP server has an address of this shape.
  return (server.address() as AddressInfo).port;
}

async function connectTo(
  answer: (response: ServerResponse) => void,
  signal?: AbortSignal,
): Promise<StreamConnection> {
  return connection(await listening(createServer((_, response) => answer(response))), signal);
}

function connection(port: number, signal?: AbortSignal): StreamConnection {
  const target = {
    base: new URL(`http://127.0.0.1:${port}/prefix/`),
    auth: { headers: { authorization: 'Bearer t' }, tls: {} },
    connectMs: 5_000,
    keepAliveMs: 15_000,
  };
  const stream = new StreamConnection(target, { method: 'GET', path: '/a?b', headers: {}, signal }, () => {});
  open.push(stream);
  return stream;
}

async function read(stream: StreamConnection): Promise<string> {
  let text = '';
  for await (const piece of stream.body) text += piece.toString();
  return text;
}

test('a body comes whole in each of the three ways to end one, however large', async () => {
  const large = 'line of a watch\n'.repeat(60_000);
  const chunked = await connectTo((response) => void response.end(large));
  expect((await chunked.head()).status).toBe(200);
  expect(await read(chunked)).toBe(large);
  const sized = await connectTo(
    (response) => void response.setHeader('content-length', large.length).end(large),
  );
  expect(await read(sized)).toBe(large);
  const port = await listening(
    createTcpServer(
      (socket) => void socket.end(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n${large}`),
    ),
  );
  expect(await read(connection(port))).toBe(large);
});

test('the request carries host, path and credentials', async () => {
  let seen = '';
  const port = await listening(
    createServer(({ method, url, headers }, response) => {
      seen = `${method} ${url} ${headers.host} ${headers.authorization}`;
      response.end();
    }),
  );
  await read(connection(port));
  expect(seen).toBe(`GET /prefix/a?b 127.0.0.1:${port} Bearer t`);
});

test.each([
  ['in a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc'],
  ['between chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n'],
  ['before its length', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'],
])('an answer that ends %s is told from one that is over', async (_, text) => {
  const stream = connection(await listening(createTcpServer((socket) => void socket.end(text))));
  await stream.head();
  await expect(read(stream)).rejects.toThrow('closed');
});

test('a reset, an abort and a close end the reading with an error', async () => {
  const sockets: Socket[] = [];
  const port = await listening(createTcpServer((socket) => void sockets.push(socket.on('error', () => {}))));
  const begun = async (signal?: AbortSignal) => {
    const stream = connection(port, signal);
    const head = stream.head();
    while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const socket = sockets.pop();
    socket?.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    await head;
    return { stream, socket };
  };
  const reset = await begun();
  reset.socket?.resetAndDestroy();
  await expect(read(reset.stream)).rejects.toThrow(/ECONNRESET/);
  const controller = new AbortController();
  const aborted = await begun(controller.signal);
  const reading = read(aborted.stream);
  controller.abort();
  await expect(reading).rejects.toThrow('aborted');
  const closed = await begun();
  closed.stream.close();
  await expect(read(closed.stream)).rejects.toThrow('closed');
});

test('nobody there, no HTTP, a silent end: no head', async () => {
  const gone = createTcpServer();
  const port = await listening(gone);
  await new Promise((resolve) => gone.close(resolve));
  await expect(connection(port).head()).rejects.toThrow(/ECONNREFUSED/);
  const talker = await listening(createTcpServer((socket) => void socket.end('SSH-2.0-x\r\n\r\n\r\n\r\n')));
  await expect(connection(talker).head()).rejects.toThrow('no HTTP/1.1');
  const silent = await listening(createTcpServer((socket) => void socket.end()));
  await expect(connection(silent).head()).rejects.toThrow('closed');
});
