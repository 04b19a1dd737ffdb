import type { OrderRequest } from '@ecommercestack/contracts/http/order';
import { type Effect, ok, type Result } from '@ecommercestack/service-kit';
import type { OrderContext } from './context.ts';
import { orderDecider } from './domain/order.ts';
import type { OrderState } from './domain/order-state.ts';
import { toOrderEffect } from './order-streams.ts';
import type { OrderRefusal } from './refusals.ts';

/** Timers under this name ask whether an order has ended; their id is the order's. */
export const overdueTimer = 'order-overdue';

/** An order that was decided and waits to be committed. */
export type Decided = { readonly state: OrderState; readonly effect: Effect };

/** Prices and places an order. */
export async function placeOrder(
  { items, shippingAddress: destination, expectedTotal, ...asked }: OrderRequest,
  headers: Readonly<Record<string, string>>,
  { streams, catalogue, ids, mode, clock, overdueMs }: OrderContext,
): Promise<Result<Decided, OrderRefusal>> {
  const priced = await catalogue.price(items, headers);
  if (!priced.ok) return priced;
  const [orderId, sagaId] = [ids.next(), ids.next()];
  const held = await streams.load(orderId);
  const data = { ...asked, orderId, sagaId, destination, mode, items: priced.value };
  const decided = orderDecider.decide(
    { type: 'PlaceOrder', data: expectedTotal === undefined ? data : { ...data, expectedTotal } },
    held.state,
  );
  if (!decided.ok) return decided;
  const state = decided.value.reduce(orderDecider.evolve, held.state);
  const timers = [{ name: overdueTimer, id: orderId, due: new Date(clock.now() + overdueMs).toISOString() }];
  return ok({ state, effect: { ...toOrderEffect(streams, held, decided.value), timers } });
}

/** Asks for the end of an order that is not confirmed yet; what it has done so far is undone. */
export async function cancelOrder(
  orderId: string,
  { streams }: OrderContext,
): Promise<Result<Decided, OrderRefusal>> {
  const held = await streams.load(orderId);
  const decided = orderDecider.decide(
    { type: 'CancelOrder', data: { reason: 'customer-cancelled' } },
    held.state,
  );
  if (!decided.ok) return decided;
  const state = decided.value.reduce(orderDecider.evolve, held.state);
  return ok({ state, effect: toOrderEffect(streams, held, decided.value) });
}
