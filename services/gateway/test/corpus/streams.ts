import { connect } from 'node:net';

/** Where the requests of a stream go at the gateway. */
export const path = '/api/v1/products';
const inner = `GET ${path}/smuggled HTTP/1.1\r\nhost: shop\r\n\r\n`;

/** Header lines that say, in one way or another, where the body ends. */
export const framings: Readonly<Record<string, readonly string[]>> = {
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

/** What follows the empty line. */
export const bodies: Readonly<Record<string, string>> = {
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

/** How the first line reads. */
export const lines: Readonly<Record<string, string>> = {
  POST: `POST ${path}/first HTTP/1.1`,
  GET: `GET ${path}/first HTTP/1.1`,
  'POST of 1.0': `POST ${path}/first HTTP/1.0`,
  'version 1.2': `POST ${path}/first HTTP/1.2`,
  'no version': `POST ${path}/first`,
  'two blanks': `POST  ${path}/first HTTP/1.1`,
};

/** Which parts a stream is made of, by their names in the tables. */
export type Stream = { readonly framing: string; readonly body: string; readonly line: string };

/** A request of these parts and, behind it on the same connection, a plain one. */
export function toMessage({ framing, body, line }: Stream): string {
  const head = [lines[line], 'host: shop', ...(framings[framing] ?? []), '', ''].join('\r\n');
  return `${head}${bodies[body]}GET ${path}/last HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n`;
}

/**
 * What the gateway and the service disagree about, in a sentence; undefined when each good answer is one request at the
 * service, in the order in which they were sent, under one name and host, and nothing else was answered than refusals.
 */
export function disagreement(
  { framing, body, line }: Stream,
  answers: readonly number[],
  seen: readonly string[],
  host: string,
): string | undefined {
  const what = `${line}, ${framing}, ${body}: answered ${answers.join()}, the service saw ${seen.join()}`;
  if (seen.length !== answers.filter((status) => status === 200).length) return `${what}: not as many`;
  const expected = ['first', 'smuggled', 'last'].map((name) => `/products/${name} ${host}`);
  if (seen.join() !== expected.filter((one) => seen.includes(one)).join())
    return `${what}: not these in this order`;
  const odd = answers.find((status) => ![200, 400, 413, 431, 505, 408].includes(status));
  if (odd !== undefined) return `${what}: ${odd} is no answer to give`;
  // What lies in a body is no request: unless the message before it had no body at all, it is never reached.
  const isBody = ['length', 'connection names it'].includes(framing) && body === 'another request';
  if ((isBody || body.startsWith('a chunk')) && seen.includes(`/products/smuggled ${host}`))
    return `${what}: smuggled`;
  return undefined;
}

/** The statuses that are answered until the connection ends, or until nothing more comes: then more was expected of the client. */
export async function sendAll(port: number, message: string): Promise<number[]> {
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
