import { defineService, flag, wholeNumber } from '@ecommercestack/service-kit';
import type { InventoryContext } from './context.ts';
import { seedDemo } from './demo.ts';
import { expireReservation, followOrder } from './events.ts';
import { inventoryRoutes } from './http.ts';
import { itemsTable, reservationsTable } from './inventory-row.ts';
import { inventoryRefusals } from './refusals.ts';
import { deadlineTimer, openWarehouse } from './warehouse-streams.ts';

/** Stock and reservations with a deadline. */
export const service = defineService({
  name: 'inventory',
  variables: {
    SEED_DEMO: flag(false, 'Takes in 100 of each demo product that never came.'),
    RESERVATION_SECONDS: wholeNumber(
      { min: 1, max: 86_400 },
      900,
      'How long an order may hold items before it is told that it takes too long.',
    ),
  },
  // It answers without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  refusals: inventoryRefusals,
  open: async ({ config, stores, clock, log }): Promise<InventoryContext> => {
    const streams = openWarehouse(stores.events());
    if (config.SEED_DEMO) log.info({ items: await seedDemo(stores.events(), streams) }, 'demo stock');
    return {
      streams,
      items: stores.tables().table(itemsTable),
      reservations: stores.tables().table(reservationsTable),
      clock,
      reservationMs: config.RESERVATION_SECONDS * 1000,
    };
  },
  routes: inventoryRoutes,
  handles: [
    { topic: 'shop.order.v1', handle: followOrder },
    { topic: 'shop.payment.v1', handle: followOrder },
  ],
  wakes: [{ name: deadlineTimer, wake: expireReservation }],
});
