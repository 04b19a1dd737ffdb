import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startGateway, startUpstream } from './upstream.ts';

const path = '/api/v1/products';
const inner = `GET ${path}/smuggled HTTP/1.1\r\nhost: shop\r\n\r\n`;

/** Header lines that say, in one way or another, where the body ends. */
const framings: Readonly<Record<string, readonly string[]>> = {
  none: [],
  'length 0': ['content-length: 0'],
  length: [`content-length: ${inner.length}`],
  'length with a plus': [`content-length: +${inner.length}`],
  'length in hex': [`content-length: 0x${inner.length.toString(16)}`],
  'length with a comma': [`content-length: ${inner.length}, ${inner.length}`],
  'negative length': ['content-length: -1'],
  'huge length': ['content-length: 99999999999999999999'],
  'two lengths': ['content-length: 0', `content-length: ${inner.length}`],
  'two equal lengths': [`content-length: ${inner.length}`, `Content-Length: ${inner.length}`],
  'length in another spelling': ['content-length: 0', `content_length: ${inner.length}`],
  chunked: ['transfer-encoding: chunked'],
  'chunked and length': ['transfer-encoding: chunked', `content-length: ${inner.length}`],
  'length and chunked': ['content-length: 0', 'transfer-encoding: chunked'],
  'chunked twice': ['transfer-encoding: chunked', 'transfer-encoding: chunked'],
  'chunked, chunked': ['transfer-encoding: chunked, chunked'],
  'chunked, identity': ['transfer-encoding: chunked, identity'],
  'identity, chunked': ['transfer-encoding: identity, chunked'],
  'gzip, chunked': ['transfer-encoding: gzip, chunked'],
  identity: ['transfer-encoding: identity'],
  xchunked: ['transfer-encoding: xchunked'],
  'upper case': ['Transfer-Encoding: CHUNKED'],
  quoted: ['transfer-encoding: "chunked"'],
  'a blank before the colon': ['transfer-encoding : chunked'],
  'a tab before the value': ['transfer-encoding:\tchunked'],
  'a vertical tab': ['transfer-encoding:\x0bchunked'],
  'a NUL': ['transfer-encoding: chunked\0'],
  'a blank before the name': [' transfer-encoding: chunked'],
  'a fold': ['transfer-encoding:', ' chunked'],
  'an underscore': ['transfer_encoding: chunked'],
  'a bare line feed': [`x-a: 1\ntransfer-encoding: chunked`],
  'a bare carriage return': ['x-a: 1\rtransfer-encoding: chunked'],
  'no name': [': chunked'],
  'no colon': ['transfer-encoding chunked'],
  'connection names it': ['connection: content-length', `content-length: ${inner.length}`],
  'connection names chunked': ['connection: transfer-encoding', 'transfer-encoding: chunked'],
};

const bodies: Readonly<Record<string, string>> = {
  nothing: '',
  'another request': inner,
  'an end of chunks, and another request': `0\r\n\r\n${inner}`,
  'a chunk': `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
  'a chunk with an extension': `${inner.length.toString(16)};a=b\r\n${inner}\r\n0\r\n\r\n`,
  'a chunk with a line feed in its extension': `1;\nxx\r\n0\r\n\r\n${inner}`,
  'a chunk with a bad size': `zz\r\n${inner}\r\n0\r\n\r\n`,
  'a chunk with a minus': `-1\r\n${inner}\r\n0\r\n\r\n`,
  'a chunk with a prefix': `0x0\r\n\r\n${inner}`,
  'a chunk of too large a size': `fffffffffffffffff\r\n${inner}\r\n0\r\n\r\n`,
  'chunks with bare line feeds': `0\n\n${inner}`,
  'a trailer': `0\r\nhost: evil\r\n\r\n${inner}`,
};

const lines: Readonly<Record<string, string>> = {
  POST: `POST ${path}/first HTTP/1.1`,
  GET: `GET ${path}/first HTTP/1.1`,
  'POST of 1.0': `POST ${path}/first HTTP/1.0`,
  'version 1.2': `POST ${path}/first HTTP/1.2`,
  'no version': `POST ${path}/first`,
  'two blanks': `POST  ${path}/first HTTP/1.1`,
};

const starts = Object.entries(lines);

describe('a stream of requests means the same to the gateway and to the service', () => {
  test.each(Object.keys(framings))('%s', { timeout: 30_000 }, async (framing) => {
    const seen: string[] = [];
    const origin = await startUpstream((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('latin1');
      });
      request.on('end', () => {
        seen.push(`${request.url} ${request.headers.host}`);
        response.end(String(body.length));
      });
    });
    const gateway = await startGateway(origin);
    const { port } = new URL(gateway.url);
    const { host } = new URL(origin);
    for (const [index, [body, sent]] of Object.entries(bodies).entries())
      for (const [line, start] of [starts[0], starts[1 + (index % (starts.length - 1))]].filter(
        (one) => one !== undefined,
      )) {
        seen.length = 0;
        const head = [start, 'host: shop', ...(framings[framing] ?? []), '', ''].join('\r\n');
        const answers = await sendAll(
          Number(port),
          `${head}${sent}GET ${path}/last HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n`,
        );
        const good = answers.filter((status) => status === 200).length;
        const what = `${line}, ${framing}, ${body}: ${answers.join()} for ${seen.join()}`;
        // Each good answer is one request at the service, in the order in which they were sent, under one name.
        expect(seen.length, what).toBe(good);
        const paths = ['first', 'smuggled', 'last'].map((name) => `/products/${name} ${host}`);
        expect(seen, what).toEqual(paths.filter((one) => seen.includes(one)));
        for (const status of answers) expect([200, 400, 413, 431, 505, 408], what).toContain(status);
        // What lies in a body is no request: unless the message before it had no body at all, it is never reached.
        const isBody =
          ['length', 'two equal lengths', 'connection names it'].includes(framing) &&
          body === 'another request';
        if (isBody || body.startsWith('a chunk'))
          expect(seen, what).not.toContain(`/products/smuggled ${host}`);
      }
  });
});

// All that is answered until the connection ends, or until nothing more comes: then more was expected of the client.
async function sendAll(port: number, message: string): Promise<number[]> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.setTimeout(300, () => socket.destroy());
  socket.write(Buffer.from(message, 'latin1'));
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

describe('a host', () => {
  test.each([
    ['two', ['host: shop', 'host: evil']],
    ['none', []],
    ['with a path', ['host: shop/evil']],
    ['with a user', ['host: user@shop']],
    ['with a blank', ['host: shop evil']],
    ['with a list', ['host: shop, evil']],
    ['in another spelling', ['host: shop', 'h_ost: evil', 'Host_: evil', 'x-forwarded-host: evil']],
  ])('%s', async (name, headers) => {
    const seen: unknown[] = [];
    const origin = await startUpstream((request, response) => {
      seen.push([request.headers.host, request.headers['x-forwarded-host']]);
      response.end();
    });
    const gateway = await startGateway(origin);
    const message = [`GET ${path} HTTP/1.1`, ...headers, 'connection: close', '', ''].join('\r\n');
    const answers = await sendAll(Number(new URL(gateway.url).port), message);
    if (name === 'in another spelling') expect(seen).toEqual([[new URL(origin).host, 'shop']]);
    else expect({ answers, seen }).toEqual({ answers: [400], seen: [] });
  });
});
