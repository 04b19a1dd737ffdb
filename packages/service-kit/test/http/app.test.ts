import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestService, type TestService } from '../../src/testing/index.ts';
import { echoService } from './echo-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService(echoService());
});
afterAll(() => service.stop());

const json = { 'content-type': 'application/json' };

async function send(
  path: string,
  options: { method?: 'GET' | 'POST' | 'PUT'; body?: string; headers?: Record<string, string> } = {},
) {
  const { statusCode, headers, body } = await request(`${service.url}${path}`, options);
  const text = await body.text();
  const parsed: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: statusCode, headers, body: parsed };
}

describe('answers', () => {
  test('a route gets checked params, query and the context', async () => {
    const { status, body, headers } = await send('/echo/abc?times=3');
    expect({ status, body }).toEqual({ status: 200, body: { greeting: 'hello', id: 'abc', times: 3 } });
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.any(String),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  test('a body gets its defaults', async () => {
    const { status, body } = await send('/echo', { method: 'POST', headers: json, body: '{"text":"hi"}' });
    expect({ status, body }).toEqual({ status: 201, body: { text: 'hi', count: 1 } });
  });
});

describe('refusals', () => {
  const post = (body: string, headers: Record<string, string> = json) => ({
    method: 'POST' as const,
    headers,
    body,
  });

  test.each([
    ['a path nobody offers', '/nothing', {}, 404, 'not-found'],
    ['a parameter that cannot exist', '/echo/123', {}, 404, 'not-found'],
    ['a query out of range', '/echo/a?times=10', {}, 400, 'bad-request'],
    ['an unknown query field', '/echo/a?time=1', {}, 400, 'bad-request'],
    ['a repeated query field', '/echo/a?times=1&times=2', {}, 400, 'bad-request'],
    ['a method not offered', '/echo', { method: 'PUT' as const }, 405, 'method-not-allowed'],
    ['text that is no JSON', '/echo', post('{"text":'), 400, 'malformed-json'],
    ['a JSON scalar', '/echo', post('"text"'), 400, 'malformed-json'],
    [
      'another media type',
      '/echo',
      post('text=hi', { 'content-type': 'text/plain' }),
      415,
      'unsupported-media-type',
    ],
    ['no media type', '/echo', post('{"text":"hi"}', {}), 415, 'unsupported-media-type'],
    [
      'a body over the limit',
      '/echo',
      post(JSON.stringify({ text: 'x'.repeat(1000) })),
      413,
      'body-too-large',
    ],
    ['a missing field', '/echo', post('{}'), 422, 'validation-failed'],
    ['an unknown field', '/echo', post('{"text":"hi","more":1}'), 422, 'validation-failed'],
    [
      'a polluting field',
      '/echo',
      post('{"text":"hi","__proto__":{"admin":true}}'),
      422,
      'validation-failed',
    ],
    ['a fraction for an integer', '/echo', post('{"text":"hi","count":1.5}'), 422, 'validation-failed'],
    ["the domain's own refusal", '/echo', post('{"text":"late"}'), 409, 'too-late'],
  ])('%s', async (_, path, options, status, code) => {
    const answer = await send(path, options);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status, code, type: `urn:ecommercestack:problem:${code}` });
  });

  test('a 405 says what is offered', async () => {
    expect((await send('/echo/abc', { method: 'POST' })).headers['allow']).toBe('GET, HEAD');
  });

  test('each broken field has its pointer', async () => {
    const { body } = await send('/echo', post('{"text":"","count":0}'));
    expect(body).toMatchObject({ errors: [{ pointer: '/text' }, { pointer: '/count' }] });
  });

  test('a bug is 500 and shows nothing of itself', async () => {
    const { status, body } = await send('/broken');
    expect({ status, body }).toMatchObject({ status: 500, body: { code: 'internal-error' } });
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });
});

describe('identity of a request', () => {
  test('a plain request id is kept, a strange one replaced, and the problem carries it', async () => {
    const kept = await send('/nothing', { headers: { 'x-request-id': 'abc-1' } });
    expect(kept.headers['x-request-id']).toBe('abc-1');
    expect(kept.body).toMatchObject({ requestId: 'abc-1' });
    const replaced = await send('/nothing', { headers: { 'x-request-id': 'a b<script>' } });
    expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});
