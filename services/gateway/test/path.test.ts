import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTarget } from '../src/path.ts';

describe('a target in normal form', () => {
  test.each([
    ['/', '/', ''],
    ['/api/v1/products', '/api/v1/products', ''],
    ['/api/v1/products/', '/api/v1/products/', ''],
    ['/a/b?x=1&y=%2F..', '/a/b', '?x=1&y=%2F..'],
    ['/caf%C3%A9', '/caf%C3%A9', ''],
    ['/a%20b', '/a%20b', ''],
    ["/a-b_c.d~e!$&'()*+,=:@", "/a-b_c.d~e!$&'()*+,=:@", ''],
    ['/...', '/...', ''],
    ['/a?', '/a', '?'],
  ])('%s is taken as it is', (target, path, query) => {
    expect(parseTarget(target)).toEqual({ path, query });
  });
});

describe('every other spelling is refused', () => {
  test.each([
    ['nothing', ''],
    ['a star', '*'],
    ['an absolute URL', 'http://inside/admin'],
    ['an authority', '//inside/admin'],
    ['no slash', 'admin'],
    ['a doubled slash', '/api//v1/products'],
    ['a dot segment', '/api/./v1'],
    ['a dot segment at the end', '/api/v1/.'],
    ['a way up', '/api/v1/products/../admin'],
    ['a way up at the end', '/api/v1/..'],
    ['an encoded dot', '/api/v1/%2E%2E/admin'],
    ['an encoded slash', '/api/v1/products%2F1'],
    ['a lower-case encoded slash', '/api/v1/products%2f1'],
    ['a backslash', '/api\\v1'],
    ['an encoded backslash', '/api%5Cv1'],
    ['a semicolon', '/api/v1;x/products'],
    ['an encoded semicolon', '/api/v1%3Bx/products'],
    ['an encoded letter', '/%61pi/v1'],
    ['lower-case hex', '/caf%c3%a9'],
    ['an encoded NUL', '/a%00'],
    ['an encoded line break', '/a%0D%0Ab'],
    ['half an escape', '/a%2'],
    ['no escape at all', '/a%zz'],
    ['a bare percent', '/a%'],
    ['a fragment', '/a#b'],
    ['a blank', '/a b'],
    ['a letter beyond ASCII', '/café'],
    ['a line break in the query', '/a?x=1\r\nhost: b'],
    ['a fragment in the query', '/a?x#y'],
  ])('%s', (_, target) => {
    expect(parseTarget(target)).toBeUndefined();
  });
});

test('what is taken means the same to a URL parser: it forwards byte for byte', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '..',
    'a',
    'B',
    '%2F',
    '%2e',
    '%C3%A9',
    '%41',
    '\\',
    ';',
    ':',
    '@',
    '//',
    '%',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const target = `/${pieces.join('')}`;
      if (parseTarget(target) !== undefined) expect(new URL(target, 'http://upstream').pathname).toBe(target);
    }),
    { numRuns: 2000 },
  );
});
