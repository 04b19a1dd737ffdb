import { defineService, openStreams, variable } from '@ecommercestack/service-kit';
import { z } from 'zod';
import { createCatalogue } from './catalogue.ts';
import type { OrderContext } from './context.ts';
import { followSaga } from './events.ts';
import { orderRoutes } from './http.ts';
import { ordersTable } from './order-row.ts';
import { orderFamily } from './order-streams.ts';
import { orderRefusals } from './refusals.ts';

const mode = z.enum(['Orchestration', 'Choreography']).default('Orchestration');

/** Orders and the order saga. */
export const service = defineService({
  name: 'order',
  variables: {
    ORDER_SAGA: variable(mode, 'Choreography', 'Who decides what comes next in new orders.'),
  },
  // It answers and takes orders without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  refusals: orderRefusals,
  open: async ({ config, stores, addressOf, ids }): Promise<OrderContext> => ({
    streams: openStreams(orderFamily, stores.events()),
    rows: stores.tables().table(ordersTable),
    catalogue: createCatalogue(() => addressOf('product')),
    ids,
    mode: config.ORDER_SAGA,
  }),
  routes: orderRoutes,
  handles: [
    { topic: 'shop.inventory.v1', handle: followSaga },
    { topic: 'shop.payment.v1', handle: followSaga },
    { topic: 'shop.shipping.v1', handle: followSaga },
  ],
});
