import { defineService, openStreams, variable, wholeNumber } from '@ecommercestack/service-kit';
import { z } from 'zod';
import { createCatalogue } from './catalogue.ts';
import type { OrderContext } from './context.ts';
import { followSaga, reportOverdue } from './events.ts';
import { orderRoutes } from './http.ts';
import { ordersTable } from './order-row.ts';
import { orderFamily } from './order-streams.ts';
import { overdueTimer } from './place.ts';
import { orderRefusals } from './refusals.ts';

const mode = z.enum(['Orchestration', 'Choreography']).default('Orchestration');

/** Orders and the order saga. */
export const service = defineService({
  name: 'order',
  variables: {
    ORDER_SAGA: variable(mode, 'Choreography', 'Who decides what comes next in new orders.'),
    ORDER_OVERDUE_SECONDS: wholeNumber(
      { min: 1, max: 86_400 },
      60,
      'After how long an order that has not ended is reported.',
    ),
  },
  // It answers and takes orders without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  refusals: orderRefusals,
  open: async ({ config, stores, addressOf, ids, clock, log, metrics }): Promise<OrderContext> => ({
    streams: openStreams(orderFamily, stores.events()),
    rows: stores.tables().table(ordersTable),
    catalogue: createCatalogue(() => addressOf('product')),
    ids,
    clock,
    overdueMs: config.ORDER_OVERDUE_SECONDS * 1000,
    reportOverdue: (fields) => {
      metrics.countOverdueWorkflow('order');
      log.warn(fields, 'an order has not ended in time');
    },
    mode: config.ORDER_SAGA,
  }),
  routes: orderRoutes,
  handles: [
    { topic: 'shop.inventory.v1', handle: followSaga },
    { topic: 'shop.payment.v1', handle: followSaga },
    { topic: 'shop.shipping.v1', handle: followSaga },
  ],
  wakes: [{ name: overdueTimer, wake: reportOverdue }],
});
