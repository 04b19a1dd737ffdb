import type { OrderLine } from '@ecommercestack/contracts/events/order-flow';
import type { OrderRequest } from '@ecommercestack/contracts/http/order';
import { product } from '@ecommercestack/contracts/http/product';
import { type Address, callJson, ok, type Result, refused, Unavailable } from '@ecommercestack/service-kit';
import type { OrderRefusal } from './refusals.ts';

const timeoutMs = 2000;

/** Prices what a customer asks for. */
export type Catalogue = {
  readonly price: (
    items: OrderRequest['items'],
    headers: Readonly<Record<string, string>>,
  ) => Promise<Result<readonly OrderLine[], OrderRefusal>>;
};

/**
 * The catalogue of the product service: each line gets the SKU and the price of this moment. Rejects with Unavailable
 * while it does not answer, so that no idempotency key keeps that as its answer.
 */
export function createCatalogue(address: () => Address): Catalogue {
  return {
    price: async (items, headers) => {
      const found = await Promise.all(items.map((item) => priceOne(item, headers, address())));
      const lines: OrderLine[] = [];
      for (const one of found) {
        if (!one.ok) return one;
        lines.push(one.value);
      }
      return ok(lines);
    },
  };
}

async function priceOne(
  { productId, quantity }: OrderRequest['items'][number],
  headers: Readonly<Record<string, string>>,
  address: Address,
): Promise<Result<OrderLine, OrderRefusal>> {
  const path = `/products/${encodeURIComponent(productId)}`;
  const call = { method: 'GET', path, headers, timeoutMs } as const;
  const { status, body } = await callJson(address, call).catch((error: unknown) => {
    throw new Unavailable(`the catalogue does not answer: ${String(error)}`);
  });
  if (status === 404) return refused('product-not-found', productId);
  const parsed = product.safeParse(body);
  if (status !== 200 || !parsed.success) throw new Unavailable(`the catalogue answers ${status}`);
  const { sku, price } = parsed.data;
  return ok({ productId, sku, quantity, unitPrice: price });
}
