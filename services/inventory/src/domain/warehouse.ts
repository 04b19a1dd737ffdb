import type { StockLine } from '@ecommercestack/contracts/events/order-flow';
import { type Decider, ok, refused } from '@ecommercestack/service-kit';
import type { InventoryRefusal } from '../refusals.ts';
import { type Booking, evolveReservation, type Reservation, type ReservationEvent } from './reservation.ts';
import { evolveStock, mostStock, noStock, type Stock, type StockEvent } from './stock.ts';

/** What one decision looks at: an order's reservation and the stock of the SKUs it names. */
export type Warehouse = {
  readonly reservation?: Reservation;
  readonly stock: Readonly<Record<string, Stock>>;
};

export type InventoryCommand =
  | { readonly type: 'ReceiveStock'; readonly data: { readonly sku: string; readonly quantity: number } }
  | {
      readonly type: 'ReserveItems';
      readonly data: Booking & { readonly items: readonly StockLine[]; readonly expiresAt: string };
    }
  | { readonly type: 'ReleaseItems' | 'ShipItems'; readonly data: { readonly orderId: string } }
  | { readonly type: 'ExpireReservation'; readonly data: { readonly orderId: string; readonly now: string } };

export type InventoryEvent = StockEvent | ReservationEvent;

/**
 * Stock and reservations. A reservation takes all of its items or none. It does not end by itself: past its deadline
 * the order is told and decides, because only the order knows whether it is being confirmed at this very moment.
 */
export const warehouse: Decider<Warehouse, InventoryCommand, InventoryEvent, InventoryRefusal> = {
  initialState: { stock: {} },
  decide: (command, state) => {
    switch (command.type) {
      case 'ReceiveStock':
        return receive(command.data, state);
      case 'ReserveItems':
        return ok(reserve(command.data, state));
      case 'ReleaseItems':
        return end('ItemsReleased', state);
      case 'ShipItems':
        return end('ItemsShipped', state);
      case 'ExpireReservation':
        return ok(expire(command.data.now, state));
    }
  },
  evolve: (state, event) =>
    isStockEvent(event)
      ? {
          ...state,
          stock: { ...state.stock, [event.data.sku]: evolveStock(stockOf(state, event.data.sku), event) },
        }
      : { ...state, reservation: evolveReservation(state.reservation, event) },
};

/** True for a movement of stock, which belongs to its SKU; other events belong to their order. */
export function isStockEvent(event: InventoryEvent): event is StockEvent {
  return 'quantity' in event.data;
}

function receive({ sku, quantity }: { readonly sku: string; readonly quantity: number }, state: Warehouse) {
  if (stockOf(state, sku).received + quantity > mostStock) return refused('too-much-stock');
  return ok([{ type: 'StockReceived', data: { sku, quantity } } satisfies StockEvent]);
}

function reserve(
  { items, expiresAt, ...booking }: Extract<InventoryCommand, { type: 'ReserveItems' }>['data'],
  state: Warehouse,
): readonly InventoryEvent[] {
  if (state.reservation !== undefined) return [];
  const movements: StockEvent[] = [];
  let ahead = state;
  for (const { sku, quantity } of items) {
    const { onHand, received } = stockOf(ahead, sku);
    if (onHand < quantity) {
      const reason = received === 0 ? 'unknown-item' : 'out-of-stock';
      return [{ type: 'ReservationFailed', data: { ...booking, reason, sku } }];
    }
    const movement: StockEvent = { type: 'StockReserved', data: { sku, quantity, orderId: booking.orderId } };
    movements.push(movement);
    ahead = warehouse.evolve(ahead, movement);
  }
  return [{ type: 'ItemsReserved', data: { ...booking, items, expiresAt } }, ...movements];
}

function end(type: 'ItemsReleased' | 'ItemsShipped', { reservation }: Warehouse) {
  if (reservation === undefined) return refused('no-reservation');
  const { orderId, sagaId, flow, items, status } = reservation;
  const wanted = type === 'ItemsReleased' ? 'released' : 'shipped';
  if (status === wanted) return ok([]);
  if (status !== 'held') return refused('reservation-ended', `it is ${status}`);
  const movement = type === 'ItemsReleased' ? 'StockReleased' : 'StockShipped';
  const events: readonly InventoryEvent[] = [
    { type, data: { orderId, sagaId, flow, items } },
    ...items.map(({ sku, quantity }): StockEvent => ({ type: movement, data: { sku, quantity, orderId } })),
  ];
  return ok(events);
}

function expire(now: string, { reservation }: Warehouse): readonly InventoryEvent[] {
  if (reservation?.status !== 'held' || reservation.isOverdue) return [];
  const { orderId, sagaId, flow, expiresAt } = reservation;
  if (expiresAt === null || expiresAt > now) return [];
  return [{ type: 'ReservationExpired', data: { orderId, sagaId, flow } }];
}

function stockOf({ stock }: Warehouse, sku: string): Stock {
  return Object.hasOwn(stock, sku) ? (stock[sku] ?? noStock) : noStock;
}
