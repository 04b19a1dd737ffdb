import { describe, expect, test } from 'vitest';
import { promqlReading } from '../../src/measurement/prometheus.ts';
import { filledQuery } from '../../src/measurement/query.ts';
import { webReading } from '../../src/measurement/web.ts';

const vector = (...values: string[]) =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1.5, value] })) },
  });

describe('an answer of Prometheus', () => {
  test.each([
    ['one series', 200, vector('0.25'), { value: 0.25 }],
    ['a scalar', 200, '{"status":"success","data":{"resultType":"scalar","result":[1,"3"]}}', { value: 3 }],
    ['no series', 200, vector(), { problem: expect.stringContaining('no series') }],
    ['two series', 200, vector('1', '2'), { problem: expect.stringContaining('2 series') }],
    ['not a number', 200, vector('NaN'), { problem: expect.stringContaining('NaN') }],
    ['infinite', 200, vector('+Inf'), { problem: expect.stringContaining('+Inf') }],
    ['empty text', 200, vector(''), { problem: expect.stringContaining('says nothing') }],
    [
      'a range',
      200,
      '{"status":"success","data":{"resultType":"matrix","result":[]}}',
      { problem: expect.stringContaining('matrix') },
    ],
    [
      'a wrong query',
      400,
      '{"status":"error","errorType":"bad_data","error":"parse error: unclosed brace"}',
      { problem: 'the query fails: parse error: unclosed brace' },
    ],
    [
      'a page of a proxy',
      502,
      '<html>\n bad gateway',
      { problem: expect.stringContaining('HTTP 502: <html> bad gateway') },
    ],
    [
      'half an answer',
      200,
      '{"status":"success","data":{"resul',
      { problem: expect.stringContaining('HTTP 200') },
    ],
  ])('%s', (_name, status, body, reading) => {
    expect(promqlReading.read(status, body)).toEqual(reading);
  });

  test('keeps the base of the address and escapes the query', () => {
    const url = promqlReading.request(new URL('http://prom:9090/base/'), 'up{a="b&c"}');
    expect(url?.href).toBe('http://prom:9090/base/api/v1/query?query=up%7Ba%3D%22b%26c%22%7D');
  });
});

describe('a web check', () => {
  test.each([
    ['a number', 200, '0.5', { value: 0.5 }],
    ['a value', 200, '{"value": 7}', { value: 7 }],
    ['anything else that went well', 204, '', { value: 1 }],
    ['an error of the shop', 500, 'oh no', { value: 0 }],
    ['not found', 404, '', { value: 0 }],
    ['nobody there', 503, 'no healthy upstream', { problem: 'HTTP 503: no healthy upstream' }],
    ['a redirect', 302, '', { problem: expect.stringContaining('leads elsewhere') }],
  ])('%s', (_name, status, body, reading) => {
    expect(webReading.read(status, body)).toEqual(reading);
  });

  test.each(['//evil.test/x', '/\\evil.test', 'http://evil.test', 'health', ''])(
    'no query leads to another server: %s',
    (query) => expect(webReading.request(new URL('http://shop.test'), query)).toBeUndefined(),
  );

  test('a path stays below the address', () => {
    expect(webReading.request(new URL('http://shop.test/api'), '/health?deep=1')?.href).toBe(
      'http://shop.test/api/health?deep=1',
    );
  });
});

test('a query names the revision that it is about, and nothing that is not known', () => {
  const places = { service: 'cart', deployment: 'cart-2', revision: 'r2', stack: 'shop', namespace: 'dev' };
  expect(filledQuery('a{d="{{deployment}}",n="{{ namespace }}"} {{constructor}} {{other}}', places)).toBe(
    'a{d="cart-2",n="dev"} {{constructor}} {{other}}',
  );
});
