import { origin } from '../../packages/service-kit/src/store/event-store.ts';
import type { Table } from '../../packages/service-kit/src/store/table.ts';
import { itemsTable, reservationsTable } from '../../services/inventory/src/inventory-row.ts';
import { ordersTable } from '../../services/order/src/order-row.ts';
import { paymentsTable } from '../../services/payment/src/payment-row.ts';
import { operationsTable } from '../../services/payment/src/provider/simulation.ts';
import { shipmentsTable } from '../../services/shipping/src/shipment-row.ts';
import type { Views } from '../saga-fire/views.ts';
import type { AllTables } from './tables.ts';

/** True when every order has ended. */
export async function hasEnded({ order }: AllTables, ids: readonly string[]): Promise<boolean> {
  const rows = await Promise.all(ids.map((id) => order.table(ordersTable).get(id)));
  return rows.every((row) => row !== undefined && row.status !== 'PENDING');
}

/** The checker views of a simulated shop, from the same tables and events that the real ones are views of. */
export async function viewsOf({ order, inventory, payment, shipping }: AllTables): Promise<Views> {
  const payments = await all(payment.table(paymentsTable));
  const reservations = await all(inventory.table(reservationsTable));
  return {
    orders: (await all(order.table(ordersTable))).map(({ id, status, currency, totalMinor }) => ({
      order_id: id,
      status,
      currency,
      total_minor: BigInt(totalMinor),
    })),
    sagaLog: await sagaLogOf(order),
    payments: payments.map(({ id, orderId, currency, capturedMinor, refundedMinor }) => ({
      order_id: orderId,
      payment_id: id,
      currency,
      captured_minor: BigInt(capturedMinor),
      refunded_minor: BigInt(refundedMinor),
    })),
    ledger: (await all(payment.table(operationsTable))).map(({ id, paymentId, minor, ...rest }) => ({
      key: id,
      payment_id: paymentId,
      minor: BigInt(minor),
      ...rest,
    })),
    stock: (await all(inventory.table(itemsTable))).map(({ id, onHand, ...rest }) => ({
      sku: id,
      on_hand: onHand,
      ...rest,
    })),
    reservations: reservations.flatMap(({ id, status, items }) =>
      items.map(({ sku, quantity }) => ({ order_id: id, sku, quantity, status })),
    ),
    shipments: (await all(shipping.table(shipmentsTable)))
      .filter(({ status }) => status !== 'failed')
      .map(({ id, orderId, status }) => ({ order_id: orderId, shipment_id: id, status })),
    outbox: [],
    deadLetters: await deadLettersOf({ order, inventory, payment, shipping }),
  };
}

async function sagaLogOf(order: AllTables['order']): Promise<Views['sagaLog']> {
  const events = await order.events.read({ after: origin, limit: 100_000 });
  return events
    .filter(({ stream }) => stream.startsWith('order/'))
    .map(({ stream, version, type, payload }) => ({
      order_id: stream.slice('order/'.length),
      position: version,
      type,
      action: actionOf(payload),
    }));
}

function actionOf(payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null || !('action' in payload)) return null;
  return typeof payload.action === 'string' ? payload.action : null;
}

async function deadLettersOf(tables: AllTables): Promise<Views['deadLetters']> {
  const consumers = [
    ['order', 'order-service'],
    ['inventory', 'inventory-service'],
    ['payment', 'payment-service'],
    ['payment', 'payment-service/provider'],
    ['shipping', 'shipping-service'],
  ] as const;
  const found = await Promise.all(
    consumers.map(([name, consumer]) => tables[name].events.deadLetters({ consumer, limit: 100 })),
  );
  return found.flat().map(({ consumer, event, error }) => ({ consumer, event_id: event, error }));
}

async function all<Row>(table: Table<Row>): Promise<readonly Row[]> {
  return table.list({ limit: 10_000 });
}
