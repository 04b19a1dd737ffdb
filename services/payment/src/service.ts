import { defineService, openStreams, variable } from '@ecommercestack/service-kit';
import { z } from 'zod';
import type { PaymentContext } from './context.ts';
import { askProvider, followOrder, paymentFamily } from './events.ts';
import { paymentRoutes } from './http.ts';
import { paymentsTable } from './payment-row.ts';
import { withPatience } from './provider/patience.ts';
import { createRemoteProvider } from './provider/remote.ts';
import { createSimulation, operationsTable } from './provider/simulation.ts';
import { paymentRefusals } from './refusals.ts';

const simulated = 'simulated:';
const provider = z.union([z.literal(simulated), z.url({ protocol: /^https?$/ })]).default(simulated);

/** Authorize, capture, refund and void at a payment provider, once each. */
export const service = defineService({
  name: 'payment',
  variables: {
    PAYMENT_PROVIDER_URL: variable(
      provider,
      'http://provider:8080',
      'The payment provider; unset, a simulated one with a ledger in the same database.',
    ),
  },
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  refusals: paymentRefusals,
  open: async ({ config: { PAYMENT_PROVIDER_URL: url }, stores, pause }): Promise<PaymentContext> => ({
    streams: openStreams(paymentFamily, stores.events()),
    payments: stores.tables().table(paymentsTable),
    provider: withPatience(
      url === simulated
        ? createSimulation(stores.tables().table(operationsTable))
        : createRemoteProvider(url),
      pause,
    ),
  }),
  routes: paymentRoutes,
  handles: [
    { topic: 'shop.order.v1', handle: followOrder },
    { topic: 'shop.inventory.v1', handle: followOrder },
    { topic: 'shop.shipping.v1', handle: followOrder },
  ],
  reacts: [{ name: 'provider', react: askProvider }],
});
