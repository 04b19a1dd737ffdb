import { demoSkus } from '@ecommercestack/contracts/demo';
import { expect, test } from 'vitest';
import { demoProducts } from '../product/src/demo.ts';

test('the demo shop has every product of the demo catalogue in stock', () => {
  expect(demoProducts.map(({ draft: { sku } }) => sku)).toEqual([...demoSkus]);
});
