import { describe, expect, test } from 'vitest';
import { bodies, disagreement, framings, lines, path, sendAll, toMessage } from './corpus/streams.ts';
import { startGateway, startUpstream } from './upstream.ts';

const [first, ...others] = Object.keys(lines);

// Each body with the plain first line and, in turn, with one of the odd ones; `npm run prove -- gauntlet` has them all.
describe('a stream of requests means the same to the gateway and to the service', () => {
  test.each(Object.keys(framings))('%s', { timeout: 30_000 }, async (framing) => {
    const seen: string[] = [];
    const origin = await startUpstream((request, response) => {
      request.resume().on('end', () => {
        seen.push(`${request.url} ${request.headers.host}`);
        response.end();
      });
    });
    const gateway = await startGateway(origin);
    const port = Number(new URL(gateway.url).port);
    for (const [index, body] of Object.keys(bodies).entries())
      for (const line of [first, others[index % others.length]]) {
        seen.length = 0;
        const stream = { framing, body, line: line ?? '' };
        const answers = await sendAll(port, toMessage(stream));
        expect(disagreement(stream, answers, seen, new URL(origin).host)).toBeUndefined();
      }
  });
});

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
