import {
  type Effect,
  type EventStore,
  type Held,
  openStreams,
  rowWrite,
  type StreamFamily,
  type Streams,
  saying,
  together,
} from '@ecommercestack/service-kit';
import { evolveReservation, type Reservation, type ReservationEvent } from './domain/reservation.ts';
import { evolveStock, noStock, type Stock, type StockEvent } from './domain/stock.ts';
import { type InventoryEvent, isStockEvent, type Warehouse } from './domain/warehouse.ts';
import { itemsTable, reservationsTable, toItem, toReservationRow } from './inventory-row.ts';

const stockFamily: StreamFamily<Stock, StockEvent> = {
  name: 'stock',
  initialState: noStock,
  evolve: evolveStock,
  types: { StockReceived: [], StockReserved: [], StockReleased: [], StockShipped: [] },
  rows: (sku, stock) => [rowWrite(itemsTable, toItem(sku, stock))],
  snapshots: { every: 50, revision: 1 },
};

const reservationFamily: StreamFamily<Reservation | undefined, ReservationEvent> = {
  name: 'reservation',
  initialState: undefined,
  evolve: evolveReservation,
  types: {
    ItemsReserved: [],
    ReservationFailed: [],
    ItemsReleased: [],
    ReservationExpired: [],
    ItemsShipped: [],
  },
  rows: (_, state) => (state === undefined ? [] : [rowWrite(reservationsTable, toReservationRow(state))]),
};

/** Timers under this name are deadlines of reservations; their id is the order's. */
export const deadlineTimer = 'reservation-deadline';

/** What one decision has read: an order's reservation, when it is about one, and the stock of some SKUs. */
type HeldWarehouse = {
  readonly reservation?: Held<Reservation | undefined>;
  readonly stock: ReadonlyMap<string, Held<Stock>>;
};

/** The streams of stock and reservations; a decision over several of them is one commit. */
export type WarehouseStreams = {
  /** Reads an order's reservation and the stock that it or `skus` names. */
  readonly load: (orderId: string | undefined, skus: readonly string[]) => Promise<HeldWarehouse>;
  /** The effect of adding events, each to its own stream, with what others hear of it. */
  readonly append: (held: HeldWarehouse, events: readonly InventoryEvent[]) => Effect;
};

/** The streams of the warehouse in a store. */
export function openWarehouse(store: EventStore): WarehouseStreams {
  const reservations = openStreams(reservationFamily, store);
  const stock = openStreams(stockFamily, store);
  return {
    load: async (orderId, skus) => {
      const reservation = orderId === undefined ? undefined : await reservations.load(orderId);
      const named = new Set([...skus, ...(reservation?.state?.items ?? []).map(({ sku }) => sku)]);
      const held = await Promise.all([...named].map(async (sku) => [sku, await stock.load(sku)] as const));
      return { stock: new Map(held), ...(reservation === undefined ? {} : { reservation }) };
    },
    append: (held, events) => {
      const moved = Map.groupBy(events.filter(isStockEvent), ({ data: { sku } }) => sku);
      const movements = [...moved].map(([sku, added]) => stock.append(heldOf(held, sku), added));
      return together(
        book(
          reservations,
          held,
          events.filter((event) => !isStockEvent(event)),
        ),
        ...movements,
      );
    },
  };
}

/** What a decision looks at. */
export function toWarehouse({ reservation, stock }: HeldWarehouse): Warehouse {
  const entries = [...stock].map(([sku, { state }]) => [sku, state] as const);
  return {
    stock: Object.fromEntries(entries),
    ...(reservation?.state === undefined ? {} : { reservation: reservation.state }),
  };
}

// All but the shipping is told to others in the words in which it is stored.
function book(
  reservations: Streams<Reservation | undefined, ReservationEvent>,
  { reservation }: HeldWarehouse,
  events: readonly ReservationEvent[],
): Effect {
  if (reservation === undefined) return {};
  const told = events.filter(({ type }) => type !== 'ItemsShipped');
  const publish = { topic: 'shop.inventory.v1', key: reservation.id } as const;
  const effect = saying(reservations.append(reservation, events), publish, told);
  const timers = events.flatMap(({ type, data }) =>
    type === 'ItemsReserved' ? [{ name: deadlineTimer, id: data.orderId, due: data.expiresAt }] : [],
  );
  return timers.length === 0 ? effect : { ...effect, timers };
}

function heldOf({ stock }: HeldWarehouse, sku: string): Held<Stock> {
  const held = stock.get(sku);
  if (held === undefined) throw new Error(`stock of ${sku} moved and was not read`);
  return held;
}
