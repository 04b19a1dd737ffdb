import { orderId } from '@ecommercestack/contracts/events/order-flow';
import { type Order, order, orderPage, orderRequest, saga } from '@ecommercestack/contracts/http/order';
import { pageQuery } from '@ecommercestack/contracts/page';
import { type Answer, parseCursor, refuse, routesWith, toPage } from '@ecommercestack/service-kit';
import { z } from 'zod';
import type { OrderContext } from './context.ts';
import type { OrderState } from './domain/order-state.ts';
import { toOrder, toOrderRow } from './order-row.ts';
import { cancelOrder, placeOrder } from './place.ts';

const route = routesWith<OrderContext>();
const params = z.strictObject({ id: orderId });

/** The HTTP side of orders. */
export const orderRoutes = [
  route({
    method: 'post',
    path: '/orders',
    summary: 'Places an order; its saga goes on by itself.',
    idempotent: true,
    body: orderRequest,
    answers: { 201: { description: 'Placed; Location tells where.', schema: order } },
    refuses: [
      'product-not-found',
      'mixed-currencies',
      'amount-too-large',
      'price-changed',
      'forbidden',
      'unavailable',
    ],
    handle: async ({ body, headers }, context) => {
      if (isForeign(headers['x-user-id'], body.customerId))
        return refuse('forbidden', 'the customer is another one');
      const traceparent = headers['traceparent'];
      const placed = await placeOrder(body, typeof traceparent === 'string' ? { traceparent } : {}, context);
      if (!placed.ok) return placed.refusal;
      const shown = shownAs(placed.value.state);
      return { ...showing(201, shown, { location: `/orders/${shown.id}` }), effect: placed.value.effect };
    },
  }),
  route({
    method: 'post',
    path: '/orders/{id}/cancellation',
    summary: 'Asks for the end of an order that is not confirmed yet; what it has done so far is undone.',
    params,
    answers: { 202: { description: 'It is being undone.', schema: order } },
    refuses: ['not-found', 'order-final'],
    handle: async ({ params: { id } }, context) => {
      const cancelled = await cancelOrder(id, context);
      if (!cancelled.ok) return cancelled.refusal;
      return { ...showing(202, shownAs(cancelled.value.state)), effect: cancelled.value.effect };
    },
  }),
  route({
    method: 'get',
    path: '/orders',
    summary: 'A page of orders in the order in which they were placed.',
    query: pageQuery,
    answers: { 200: { description: 'A page.', schema: orderPage } },
    refuses: [],
    handle: async ({ query: { limit, cursor } }, { rows }) => {
      const after = cursor === undefined ? undefined : parseCursor(cursor);
      if (cursor !== undefined && after === undefined)
        return refuse('bad-request', 'cursor is not one of ours');
      const found = await rows.list({ limit: limit + 1, ...(after === undefined ? {} : { after }) });
      return { status: 200, body: toPage(found, limit, (row) => row.id, toOrder) };
    },
  }),
  route({
    method: 'get',
    path: '/orders/{id}',
    summary: 'One order.',
    params,
    answers: { 200: { description: 'The order.', schema: order } },
    refuses: ['not-found'],
    handle: async ({ params: { id } }, { rows }) => {
      const row = await rows.get(id);
      return row === undefined ? refuse('not-found') : showing(200, toOrder(row));
    },
  }),
  route({
    method: 'get',
    path: '/orders/{id}/saga',
    summary: "How far the order's saga has come.",
    params,
    answers: { 200: { description: 'The saga.', schema: saga } },
    refuses: ['not-found'],
    handle: async ({ params: { id } }, { rows }) => {
      const row = await rows.get(id);
      return row === undefined ? refuse('not-found') : { status: 200, body: row.saga };
    },
  }),
];

function shownAs(state: OrderState): Order {
  return toOrder(toOrderRow(state));
}

function showing(status: number, shown: Order, headers: Record<string, string> = {}): Answer {
  return { status, body: shown, headers };
}

// The gateway says who is calling; without it, as between services of a test, the request is believed.
function isForeign(caller: string | readonly string[] | undefined, customerId: string): boolean {
  return caller !== undefined && caller !== customerId;
}
