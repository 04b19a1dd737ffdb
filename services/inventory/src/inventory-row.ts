import {
  type Reservation as ReservationView,
  reservation,
  type StockItem,
  stockItem,
} from '@ecommercestack/contracts/http/inventory';
import type { TableSpec } from '@ecommercestack/service-kit';
import type { Reservation } from './domain/reservation.ts';
import type { Stock } from './domain/stock.ts';

/** The table of stock, a row a SKU. */
export const itemsTable: TableSpec<StockItem> = {
  name: 'items',
  columns: ['id', 'onHand', 'reserved', 'shipped', 'received'],
  schema: stockItem,
};

/** The table of reservations, a row an order. */
export const reservationsTable: TableSpec<ReservationView> = {
  name: 'reservations',
  columns: ['id', 'sagaId', 'status', 'items', 'expiresAt'],
  schema: reservation,
};

/** The row of a SKU. */
export function toItem(sku: string, stock: Stock): StockItem {
  return { id: sku, ...stock };
}

/** The row of a reservation. */
export function toReservationRow({
  orderId: id,
  sagaId,
  status,
  items,
  expiresAt,
}: Reservation): ReservationView {
  return { id, sagaId, status, items: [...items], expiresAt };
}
