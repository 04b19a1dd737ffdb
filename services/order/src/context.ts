import type { Flow } from '@ecommercestack/contracts/events/order-flow';
import type { Clock, Ids, Streams, Table } from '@ecommercestack/service-kit';
import type { Catalogue } from './catalogue.ts';
import type { OrderEvent } from './domain/order-event.ts';
import type { OrderState } from './domain/order-state.ts';
import type { OrderRow } from './order-row.ts';

/** What orders are handled with. */
export type OrderContext = {
  readonly streams: Streams<OrderState, OrderEvent>;
  readonly rows: Table<OrderRow>;
  readonly catalogue: Catalogue;
  readonly ids: Ids;
  readonly clock: Clock;
  /** After how long an order that has not ended is reported. */
  readonly overdueMs: number;
  readonly reportOverdue: (fields: { readonly orderId: string; readonly step: string }) => void;
  /** Who decides what comes next, for orders that are placed from now on. */
  readonly mode: Flow['mode'];
};
