import { reservation, stockItem, stockReceipt } from '@ecommercestack/contracts/http/inventory';
import { sku } from '@ecommercestack/contracts/http/product';
import { listRoutes, routesWith } from '@ecommercestack/service-kit';
import { z } from 'zod';
import type { InventoryContext } from './context.ts';
import { toItem } from './inventory-row.ts';
import { receiveStock } from './receive.ts';

const route = routesWith<InventoryContext>();

/** The HTTP side of stock. */
export const inventoryRoutes = [
  ...listRoutes<InventoryContext, z.output<typeof stockItem>>(
    { path: '/inventory/items', noun: 'stock item', schema: stockItem },
    ({ items }) => items,
  ),
  route({
    method: 'post',
    path: '/inventory/items/{id}/receipts',
    summary: 'Takes goods in; the item begins with its first receipt.',
    idempotent: true,
    params: z.strictObject({ id: sku }),
    body: stockReceipt,
    answers: { 201: { description: 'Taken in; this is the stock now.', schema: stockItem } },
    refuses: ['too-much-stock'],
    handle: async ({ params: { id }, body: { quantity } }, { streams }) => {
      const received = await receiveStock(id, quantity, streams);
      if (!received.ok) return received.refusal;
      const { stock, effect } = received.value;
      return { status: 201, body: toItem(id, stock), effect };
    },
  }),
  ...listRoutes<InventoryContext, z.output<typeof reservation>>(
    { path: '/inventory/reservations', noun: 'reservation, by the id of its order', schema: reservation },
    ({ reservations }) => reservations,
  ),
];
