import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { describe } from '../../src/index.ts';
import { startTestService } from '../../src/testing/index.ts';
import { echoService } from './echo-service.ts';

async function get(url: string, headers: Record<string, string> = {}) {
  const { statusCode, body } = await request(url, { headers });
  return { status: statusCode, text: await body.text() };
}

test('health, readiness and OpenAPI answer beside the routes', async () => {
  const service = await startTestService(echoService());
  onTestFinished(() => service.stop());
  expect(await get(`${service.url}/health`)).toEqual({ status: 200, text: '{"status":"alive"}' });
  expect(await get(`${service.url}/ready`)).toEqual({ status: 200, text: '{"status":"ready","checks":[]}' });
  const { status, text } = await get(`${service.url}/openapi.json`);
  expect({ status, document: JSON.parse(text) }).toMatchObject({
    status: 200,
    document: { openapi: '3.1.0' },
  });
});

test('metrics count requests by route template, not by path', async () => {
  const service = await startTestService(echoService());
  onTestFinished(() => service.stop());
  await get(`${service.url}/echo/abc`);
  const { text } = await get(`${service.url}/metrics`);
  const line =
    /ecommercestack_http_request_duration_seconds_count\{.*route="\/echo\/\{id\}".*status="200".*\} 1/;
  expect(text).toMatch(line);
  expect(text).not.toContain('/echo/abc');
});

test('OpenAPI has every route with its parameters, body, answers and refusals', () => {
  const { openapi } = describe(echoService());
  expect(openapi).toMatchObject({
    paths: {
      '/echo/{id}': {
        get: {
          operationId: 'getEchoId',
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'times', in: 'query', required: false },
          ],
          responses: { 200: {}, 400: { description: 'bad-request' }, 404: { description: 'not-found' } },
        },
      },
      '/echo': {
        post: {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { additionalProperties: false } } },
          },
          responses: { 201: {}, 409: { description: 'too-late' }, 413: {}, 415: {}, 422: {} },
        },
      },
    },
  });
});
