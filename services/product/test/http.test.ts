import { startTestService, type TestService } from '@ecommercestack/service-kit/testing';
import { request } from 'undici';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { service } from '../src/service.ts';

let running: TestService;

beforeEach(async () => {
  running = await startTestService(service);
  onTestFinished(() => running.stop());
});

const mug = {
  sku: 'CUP-01',
  name: 'Cup',
  category: 'kitchen',
  price: { currency: 'EUR', minor: '1450' },
};

type Sent = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown>;
};

async function send(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Sent> {
  const answer = await request(`${running.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  // Every body of this service is a JSON object.
  const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: answer.statusCode, headers: answer.headers, body: parsed };
}

async function add(changes: object = {}): Promise<string> {
  const { status, body } = await send('POST', '/products', { ...mug, ...changes });
  expect(status).toBe(201);
  return String(body['id']);
}

describe('adding', () => {
  test('answers the product with its place and version', async () => {
    const { status, headers, body } = await send('POST', '/products', mug);
    expect({ status, body }).toEqual({
      status: 201,
      body: { ...mug, description: '', id: expect.stringMatching(/^[0-9a-f-]{36}$/), version: 1 },
    });
    expect(headers).toMatchObject({ location: `/products/${String(body['id'])}`, etag: '"1"' });
    expect((await send('GET', `/products/${String(body['id'])}`)).body).toEqual(body);
  });

  test('a SKU is taken once', async () => {
    await add();
    expect(await send('POST', '/products', { ...mug, name: 'Other' })).toMatchObject({
      status: 409,
      body: { code: 'sku-taken' },
    });
  });

  test('a safe integer of minor units is accepted and answered as digits', async () => {
    const { body } = await send('POST', '/products', { ...mug, price: { currency: 'EUR', minor: 1999 } });
    expect(body['price']).toEqual({ currency: 'EUR', minor: '1999' });
  });

  test.each([
    ['a fraction of money', { price: { currency: 'EUR', minor: 19.99 } }],
    ['a fraction as text', { price: { currency: 'EUR', minor: '19.99' } }],
    ['a negative price', { price: { currency: 'EUR', minor: '-1' } }],
    ['more digits than can be exact', { price: { currency: 'EUR', minor: '9'.repeat(17) } }],
    ['an unsafe integer', { price: { currency: 'EUR', minor: 2 ** 53 } }],
    ['no currency', { price: { minor: '1' } }],
    ['a lower-case currency', { price: { currency: 'eur', minor: '1' } }],
    ['an unknown field', { discount: 5 }],
    ['an unknown field of money', { price: { currency: 'EUR', minor: '1', tax: 1 } }],
    ['an id of its own', { id: 'mine' }],
    ['an empty name', { name: '   ' }],
    ['a lower-case SKU', { sku: 'cup-01' }],
    ['an image of another host', { image: 'https://evil.example/x.png' }],
    ['an image of another host without a scheme', { image: '//evil.example/x.png' }],
    ['a script for an image', { image: 'javascript:alert(1)' }],
    ['a page for an image', { image: 'data:text/html,<script>' }],
  ])('refuses %s', async (_, changes) => {
    expect(await send('POST', '/products', { ...mug, ...changes })).toMatchObject({
      status: 422,
      body: { code: 'validation-failed' },
    });
    expect((await send('GET', '/products')).body['items']).toEqual([]);
  });

  test('refuses a body over the limit', async () => {
    expect((await send('POST', '/products', { ...mug, description: 'x'.repeat(70_000) })).status).toBe(413);
  });
});

describe('replacing and removing', () => {
  test('the version that was read must still be the present one', async () => {
    const id = await add();
    const first = await send('PUT', `/products/${id}`, { ...mug, name: 'Cup II' }, { 'if-match': '"1"' });
    expect(first).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { name: 'Cup II', version: 2 },
    });
    const late = await send('PUT', `/products/${id}`, { ...mug, name: 'Cup III' }, { 'if-match': '"1"' });
    expect(late).toMatchObject({ status: 412, body: { code: 'precondition-failed' } });
    expect((await send('GET', `/products/${id}`)).body['name']).toBe('Cup II');
    expect((await send('DELETE', `/products/${id}`, undefined, { 'if-match': '"1"' })).status).toBe(412);
    expect((await send('DELETE', `/products/${id}`, undefined, { 'if-match': '"2"' })).status).toBe(204);
    expect((await send('GET', `/products/${id}`)).status).toBe(404);
  });

  test('of many who saw the same version one wins', async () => {
    const id = await add();
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        send('PUT', `/products/${id}`, { ...mug, name: `Cup ${index}` }, { 'if-match': '"1"' }),
      ),
    );
    expect(all.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 412),
    ]);
  });

  test('a star means any version', async () => {
    const id = await add();
    expect((await send('PUT', `/products/${id}`, mug, { 'if-match': '*' })).body['version']).toBe(2);
    expect((await send('DELETE', `/products/${id}`, undefined, { 'if-match': '*' })).status).toBe(204);
  });

  test.each(['PUT', 'DELETE'] as const)(
    '%s without a version, or with a garbled one, is refused',
    async (method) => {
      const id = await add();
      const body = method === 'PUT' ? mug : undefined;
      expect((await send(method, `/products/${id}`, body)).status).toBe(428);
      expect((await send(method, `/products/${id}`, body, { 'if-match': 'W/"1"' })).status).toBe(400);
      expect((await send(method, '/products/unknown', body, { 'if-match': '"1"' })).status).toBe(404);
      expect((await send(method, '/products/unknown', body, { 'if-match': '*' })).status).toBe(404);
    },
  );

  test("another product's SKU cannot be taken over", async () => {
    await add();
    const id = await add({ sku: 'CUP-02' });
    expect(await send('PUT', `/products/${id}`, mug, { 'if-match': '"1"' })).toMatchObject({
      status: 409,
      body: { code: 'sku-taken' },
    });
  });
});

describe('reading', () => {
  test('an unchanged product is 304 without a body', async () => {
    const id = await add();
    const answer = await send('GET', `/products/${id}`, undefined, { 'if-none-match': '"0", W/"1"' });
    expect(answer).toMatchObject({ status: 304, headers: { etag: '"1"' }, body: {} });
    expect((await send('GET', `/products/${id}`, undefined, { 'if-none-match': '"2"' })).status).toBe(200);
  });

  test('pages hold every product once, whatever is added meanwhile', async () => {
    for (let index = 0; index < 7; index += 1) await add({ sku: `CUP-${index}` });
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null; page += 1) {
      const { body } = await send('GET', `/products?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...(body['items'] as { sku: string }[]).map(({ sku }) => sku));
      cursor = body['nextCursor'] as string | null;
      if (page === 0) await add({ sku: 'CUP-9' });
    }
    const before = Array.from({ length: 7 }, (_, index) => `CUP-${index}`);
    expect(seen.filter((sku) => sku !== 'CUP-9').toSorted()).toEqual(before);
  });

  test('a category or a SKU narrows the list', async () => {
    await add();
    await add({ sku: 'TENT-01', category: 'outdoor' });
    const skus = async (query: string) =>
      ((await send('GET', `/products?${query}`)).body['items'] as { sku: string }[]).map(({ sku }) => sku);
    expect(await skus('category=outdoor')).toEqual(['TENT-01']);
    expect(await skus('sku=CUP-01')).toEqual(['CUP-01']);
    expect(await skus('category=outdoor&sku=CUP-01')).toEqual([]);
  });

  test.each(['limit=0', 'limit=101', 'limit=x', 'cursor=%25', 'cursor=_', 'page=2', 'category[$ne]=x'])(
    'refuses ?%s',
    async (query) => {
      expect((await send('GET', `/products?${query}`)).status).toBe(400);
    },
  );
});
