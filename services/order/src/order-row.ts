import { type Order, order, saga } from '@ecommercestack/contracts/http/order';
import type { TableSpec } from '@ecommercestack/service-kit';
import { z } from 'zod';
import type { OrderState } from './domain/order-state.ts';
import { sagaStatusOf, toSaga } from './domain/saga-view.ts';

const orderRow = order
  .omit({ totalAmount: true })
  .extend({ currency: z.string(), totalMinor: z.string(), saga, sagaStatus: z.string() });

/** An order as it is kept for queries; written together with the events it follows from. */
export type OrderRow = z.output<typeof orderRow>;

/** The table of orders. */
export const ordersTable: TableSpec<OrderRow> = {
  name: 'orders',
  columns: [
    'id',
    'customerId',
    'sagaId',
    'status',
    'items',
    'reason',
    'currency',
    'totalMinor',
    'saga',
    'sagaStatus',
  ],
  schema: orderRow,
};

/** The row of a placed order. */
export function toOrderRow(state: OrderState): OrderRow {
  if (state.placed === undefined) throw new Error('the order is not placed');
  const { orderId: id, sagaId, customerId, items, totalAmount } = state.placed;
  return {
    id,
    customerId,
    sagaId,
    status: state.status,
    items: [...items],
    reason: state.reason ?? null,
    currency: totalAmount.currency,
    totalMinor: totalAmount.minor,
    saga: toSaga(sagaId, state),
    sagaStatus: sagaStatusOf(state),
  };
}

/** The order as it is answered. */
export function toOrder({ saga: _, sagaStatus: __, currency, totalMinor, ...rest }: OrderRow): Order {
  return { ...rest, totalAmount: { currency, minor: totalMinor } };
}
