import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createCatalogue } from '../src/catalogue.ts';

const mug = {
  id: 'mug',
  version: 1,
  sku: 'MUG-01',
  name: 'Mug',
  description: '',
  category: 'kitchen',
  price: { currency: 'EUR', minor: '1450' },
};

async function open(answers: Readonly<Record<string, { status: number; body: unknown }>>) {
  const server = createServer(({ url = '', headers }, response) => {
    const { status, body } = answers[url] ?? { status: 404, body: {} };
    response.writeHead(status, { 'x-seen-host': headers.host ?? '' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  // A server that listens on a port has this kind of address.
  const { port } = server.address() as AddressInfo;
  return createCatalogue(() => ({ origin: `http://127.0.0.1:${port}`, host: 'product-service' }));
}

const items = [{ productId: 'mug', quantity: 2 }];

test('a line gets the SKU and the price of the catalogue', async () => {
  const catalogue = await open({ '/products/mug': { status: 200, body: mug } });
  expect(await catalogue.price(items, {})).toEqual({
    ok: true,
    value: [{ productId: 'mug', sku: 'MUG-01', quantity: 2, unitPrice: { currency: 'EUR', minor: '1450' } }],
  });
});

test('a product that vanished is a refusal; silence and nonsense are none', async () => {
  const vanished = await open({});
  expect(await vanished.price(items, {})).toMatchObject({ refusal: { refusal: 'product-not-found' } });
  for (const answer of [
    { status: 500, body: {} },
    { status: 200, body: { sku: 'MUG-01' } },
  ])
    await expect((await open({ '/products/mug': answer })).price(items, {})).rejects.toMatchObject({
      name: 'Unavailable',
    });
  const nobody = createCatalogue(() => ({ origin: 'http://127.0.0.1:1', host: 'product-service' }));
  await expect(nobody.price(items, {})).rejects.toMatchObject({ name: 'Unavailable' });
});
