import { quote, quoteRequest, type Shipment, shipment } from '@ecommercestack/contracts/http/shipping';
import { listRoutes, refuse, routesWith } from '@ecommercestack/service-kit';
import type { ShippingContext } from './context.ts';
import { quoteOf } from './domain/quote.ts';

const route = routesWith<ShippingContext>();

/** Quotes, lists and single shipments; they begin and end with their orders. */
export const shippingRoutes = [
  route({
    method: 'post',
    path: '/shipping/quotes',
    summary: 'What a parcel would cost, and who would take it.',
    body: quoteRequest,
    answers: { 200: { description: 'The quote.', schema: quote } },
    refuses: ['destination-not-served'],
    handle: async ({ body: { country, items } }) => {
      const quoted = quoteOf(country, items);
      return quoted === undefined ? refuse('destination-not-served') : { status: 200, body: quoted };
    },
  }),
  ...listRoutes<ShippingContext, Shipment>(
    { path: '/shipping/shipments', noun: 'shipment', schema: shipment },
    ({ shipments }) => shipments,
  ),
];
