import type { Reservation, StockItem } from '@ecommercestack/contracts/http/inventory';
import type { Clock, Table } from '@ecommercestack/service-kit';
import type { WarehouseStreams } from './warehouse-streams.ts';

/** What stock is handled with. */
export type InventoryContext = {
  readonly streams: WarehouseStreams;
  readonly items: Table<StockItem>;
  readonly reservations: Table<Reservation>;
  readonly clock: Clock;
  /** How long an order may hold items before it is told that it takes too long. */
  readonly reservationMs: number;
};
