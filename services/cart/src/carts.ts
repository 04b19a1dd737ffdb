import type { KeyValueStore } from '@ecommercestack/service-kit';
import { z } from 'zod';

/** A cart as it is stored and answered. */
export const cart = z.strictObject({
  id: z.string(),
  items: z.array(z.strictObject({ productId: z.string(), quantity: z.int().min(1) })),
});

export type Cart = z.output<typeof cart>;

export type Carts = { readonly get: (id: string) => Promise<Cart> };

/** The carts in the key-value store. One that was never written is empty. */
export function openCarts(store: KeyValueStore): Carts {
  return {
    get: async (id) => {
      const text = await store.get(`cart:${id}`);
      return text === undefined ? { id, items: [] } : cart.parse(JSON.parse(text));
    },
  };
}
