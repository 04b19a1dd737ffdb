import { productDraft } from '@ecommercestack/contracts/http/product';
import { createMemoryDocuments, startTestService } from '@ecommercestack/service-kit/testing';
import { request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openProducts } from '../src/catalogue.ts';
import { demoProducts, seedDemo } from '../src/demo.ts';
import { service } from '../src/service.ts';

describe('the demo catalogue', () => {
  test('has 24 valid products with ids and SKUs of their own', () => {
    expect(demoProducts).toHaveLength(24);
    for (const { draft } of demoProducts) expect(productDraft.parse(draft)).toEqual(draft);
    expect(new Set(demoProducts.map(({ id }) => id)).size).toBe(24);
    expect(new Set(demoProducts.map(({ draft }) => draft.sku)).size).toBe(24);
  });

  test('fills an empty catalogue once, also when replicas do it together', async () => {
    const products = await openProducts(createMemoryDocuments());
    const added = await Promise.all([seedDemo(products), seedDemo(products)]);
    expect(added.reduce((sum, count) => sum + count)).toBe(24);
    expect(await seedDemo(products)).toBe(0);
  });

  test('leaves a catalogue that somebody has begun alone', async () => {
    const products = await openProducts(createMemoryDocuments());
    const [first] = demoProducts;
    if (first === undefined) throw new Error('the demo is empty');
    await products.insert('mine', { ...first.draft, sku: 'MINE-1' });
    expect(await seedDemo(products)).toBe(0);
  });

  test.each([
    ['true', 24],
    ['false', 0],
  ])('SEED_DEMO=%s gives %i products', async (flag, count) => {
    const running = await startTestService(service, { SEED_DEMO: flag });
    onTestFinished(() => running.stop());
    const { body } = await request(`${running.url}/products?limit=100`);
    expect(await body.json()).toMatchObject({ items: { length: count }, nextCursor: null });
  });
});
