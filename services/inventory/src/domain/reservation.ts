import type { Flow, StockLine } from '@ecommercestack/contracts/events/order-flow';

/** What every message about an order's reservation repeats. */
export type Booking = { readonly orderId: string; readonly sagaId: string; readonly flow: Flow };

/** The reservation of one order; `items` are held, were released, or were shipped. */
export type Reservation = Booking & {
  readonly status: 'held' | 'failed' | 'released' | 'shipped';
  readonly items: readonly StockLine[];
  /** ISO date after which the order is told that it takes too long. */
  readonly expiresAt: string | null;
  readonly isOverdue: boolean;
};

export type ReservationEvent =
  | {
      readonly type: 'ItemsReserved';
      readonly data: Booking & { readonly items: readonly StockLine[]; readonly expiresAt: string };
    }
  | {
      readonly type: 'ReservationFailed';
      readonly data: Booking & { readonly reason: string; readonly sku: string };
    }
  | { readonly type: 'ItemsReleased'; readonly data: Booking & { readonly items: readonly StockLine[] } }
  | { readonly type: 'ReservationExpired'; readonly data: Booking }
  | { readonly type: 'ItemsShipped'; readonly data: Booking & { readonly items: readonly StockLine[] } };

/** The reservation after one more event. */
export function evolveReservation(before: Reservation | undefined, event: ReservationEvent): Reservation {
  const { orderId, sagaId, flow } = event.data;
  const now = before ?? {
    orderId,
    sagaId,
    flow,
    status: 'failed',
    items: [],
    expiresAt: null,
    isOverdue: false,
  };
  switch (event.type) {
    case 'ItemsReserved':
      return { ...now, status: 'held', items: event.data.items, expiresAt: event.data.expiresAt };
    case 'ReservationFailed':
      return { ...now, status: 'failed' };
    case 'ItemsReleased':
      return { ...now, status: 'released' };
    case 'ReservationExpired':
      return { ...now, isOverdue: true };
    case 'ItemsShipped':
      return { ...now, status: 'shipped' };
  }
}
