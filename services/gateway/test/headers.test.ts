import { describe, expect, test } from 'vitest';
import { clientAddress, toClientHeaders, toUpstreamHeaders } from '../src/headers.ts';

const client = { address: '203.0.113.9', scheme: 'https', host: 'shop.example' };

function upstream(...raw: string[]): Record<string, string> {
  const headers = toUpstreamHeaders(raw, client, { host: 'product-service', 'x-request-id': 'id-1' });
  const pairs: Record<string, string> = {};
  for (let index = 0; index + 1 < headers.length; index += 2)
    pairs[(headers[index] ?? '').toLowerCase()] = headers[index + 1] ?? '';
  return pairs;
}

const ours = {
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'shop.example',
  host: 'product-service',
  'x-request-id': 'id-1',
};

describe('to the service', () => {
  test('what the client means to say goes on, and ours is added', () => {
    expect(upstream('Accept', 'application/json', 'canary', 'true', 'If-Match', '"1"')).toEqual({
      accept: 'application/json',
      canary: 'true',
      'if-match': '"1"',
      ...ours,
    });
  });

  test.each([
    'X-User-Id',
    'x-user-roles',
    'X_User_Id',
    'X.User.Id',
    'x-user-anything',
    'X-Auth-Subject',
    'X-Client-Cert',
    'X-Forwarded-For',
    'X-Forwarded-Client-Cert',
    'x_forwarded_for',
    'X-Real-IP',
    'Forwarded',
    'X-Envoy-Original-Path',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-Request-Id',
    'Host',
    'Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Proxy-Authorization',
    'Expect',
  ])("the client's %s does not", (name) => {
    expect(upstream(name, 'forged')).toEqual(ours);
  });

  test('Connection takes away what the client named, never what we say', () => {
    const sent = upstream('Connection', 'close, X-Private, X-Forwarded-For, X-Request-Id', 'X-Private', '1');
    expect(sent).toEqual(ours);
  });
});

describe('to the client', () => {
  test('hop-by-hop headers stay behind, repeated ones stay repeated', () => {
    const raw = ['Content-Type', 'text/plain', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'];
    const hop = [
      'Connection',
      'keep-alive, X-Hop',
      'Keep-Alive',
      'timeout=5',
      'X-Hop',
      '1',
      'Transfer-Encoding',
      'chunked',
    ];
    expect(toClientHeaders([...raw, ...hop], '')).toEqual([
      ['Content-Type', 'text/plain'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]);
  });

  test.each([
    ['/products/1', '/api/v1/products/1'],
    ['https://elsewhere.example/x', 'https://elsewhere.example/x'],
    ['//elsewhere.example/x', '//elsewhere.example/x'],
  ])('Location %s becomes %s', (location, expected) => {
    expect(toClientHeaders(['Location', location], '/api/v1')).toEqual([['Location', expected]]);
  });
});

describe('the address of the client', () => {
  test.each([
    ['nobody in front: the socket, whatever is claimed', '1.1.1.1, 2.2.2.2', 0, '10.0.0.1'],
    ['one proxy in front: what it saw', '2.2.2.2', 1, '2.2.2.2'],
    ['one proxy, and a client that lies', '6.6.6.6, 7.7.7.7, 2.2.2.2', 1, '2.2.2.2'],
    ['two proxies', '6.6.6.6, 2.2.2.2, 3.3.3.3', 2, '2.2.2.2'],
    ['fewer entries than proxies: the first seen', '2.2.2.2', 3, '2.2.2.2'],
    ['a proxy that says nothing', undefined, 1, '10.0.0.1'],
  ])('%s', (_, forwardedFor, hops, expected) => {
    expect(clientAddress('10.0.0.1', forwardedFor, hops)).toBe(expected);
  });
});
