import type { Views } from './views.ts';

/** An invariant of the shop at rest, and every place where the views break it. */
export type Verdict = { readonly id: string; readonly broken: readonly string[] };

/** A message that no consumer can handle, and whose inboxes have to give it up. */
export type Poison = { readonly event: string; readonly consumers: readonly string[] };

type Judge = (views: Views, poison: readonly Poison[]) => readonly string[];

const sold = new Set(['CONFIRMED', 'SHIPPED']);

const judges: Readonly<Record<string, Judge>> = {
  I1: money,
  I2: stock,
  I3: ({ orders }) =>
    orders
      .filter(({ status }) => !sold.has(status) && status !== 'CANCELLED')
      .map(({ order_id: id, status }) => `order ${id} is ${status}`),
  I4: orphans,
  I5: compensation,
  I6: ({ outbox }) => outbox.map(({ service, event_id: id }) => `${service} has not published ${id}`),
  I8: agreement,
  I10: givenUp,
};

/**
 * Judges the invariants that the views of a shop at rest can tell: money, stock, termination, orphans, compensation, drained
 * outboxes, agreement with the provider, and poison. I7 and I9 are about other things than these views.
 */
export function judgeInvariants(views: Views, poison: readonly Poison[]): readonly Verdict[] {
  return Object.entries(judges).map(([id, judge]) => ({ id, broken: judge(views, poison) }));
}

// What was charged and not given back is the price of what was sold, order by order, to the cent.
function money({ orders, payments }: Views): readonly string[] {
  const paid = Map.groupBy(payments, ({ order_id: id }) => id);
  return orders.flatMap(({ order_id: id, status, currency, total_minor: total }) => {
    const mine = paid.get(id) ?? [];
    const kept = mine.reduce((sum, one) => sum + one.captured_minor - one.refunded_minor, 0n);
    const due = sold.has(status) ? total : 0n;
    if (mine.some((one) => one.currency !== currency)) return [`order ${id} is paid in another currency`];
    return kept === due ? [] : [`order ${id} is ${status}: ${due} ${currency} are due, ${kept} were kept`];
  });
}

function stock({ stock: items, reservations, orders }: Views): readonly string[] {
  const confirmed = new Set(orders.filter(({ status }) => sold.has(status)).map(({ order_id: id }) => id));
  return items.flatMap(({ sku, on_hand: onHand, reserved, shipped, received }) => {
    const mine = reservations.filter((reservation) => reservation.sku === sku);
    const count = (matches: (reservation: Views['reservations'][number]) => boolean) =>
      mine.filter(matches).reduce((sum, { quantity }) => sum + quantity, 0);
    const left = count(({ order_id: id }) => confirmed.has(id));
    return [
      ...(onHand + reserved + shipped === received ? [] : [`${sku}: the sum is not what was received`]),
      ...(Math.min(onHand, reserved, shipped) < 0 ? [`${sku}: less than nothing`] : []),
      ...(reserved === count(({ status }) => status === 'held')
        ? []
        : [`${sku}: reserved without a reservation`]),
      ...(shipped === left ? [] : [`${sku}: ${shipped} are shipped, ${left} were sold`]),
    ];
  });
}

function orphans({ orders, payments, shipments }: Views): readonly string[] {
  const known = new Set(orders.map(({ order_id: id }) => id));
  const charged = new Set(
    payments.filter(({ captured_minor: captured }) => captured > 0n).map(({ order_id: id }) => id),
  );
  const twice = (ids: readonly string[]) => ids.filter((id, index) => ids.indexOf(id) !== index);
  return [
    ...payments
      .filter(({ order_id: id }) => !known.has(id))
      .map(({ order_id: id }) => `payment without order ${id}`),
    ...shipments
      .filter(({ order_id: id }) => !charged.has(id))
      .map(({ order_id: id }) => `shipment of ${id} without a capture`),
    ...twice(payments.map(({ order_id: id }) => id)).map((id) => `order ${id} has two payments`),
    ...twice(shipments.map(({ order_id: id }) => id)).map((id) => `order ${id} has two shipments`),
  ];
}

// Each completed step of a cancelled order is undone once, the last one first; a confirmed order undoes nothing.
function compensation({ orders, sagaLog }: Views): readonly string[] {
  const logs = Map.groupBy(sagaLog, ({ order_id: id }) => id);
  return orders.flatMap(({ order_id: id, status }) => {
    const log = (logs.get(id) ?? []).toSorted((left, right) => left.position - right.position);
    const actions = (wanted: string) => log.filter(({ type }) => type === wanted).map(({ action }) => action);
    const completed = actions('StepCompleted');
    const wanted = sold.has(status) ? [] : completed.toReversed();
    const undone = actions('StepCompensated');
    return wanted.join() === undone.join()
      ? []
      : [`order ${id} completed ${completed.join()}, undid ${undone.join()}`];
  });
}

function agreement({ payments, ledger }: Views): readonly string[] {
  const theirs = Map.groupBy(
    ledger.filter(({ outcome }) => outcome === 'approved'),
    ({ payment_id: id }) => id,
  );
  const ours = new Map(payments.map((payment) => [payment.payment_id, payment]));
  return [...new Set([...theirs.keys(), ...ours.keys()])].flatMap((id) => {
    const sum = (wanted: string) =>
      (theirs.get(id) ?? [])
        .filter(({ operation }) => operation === wanted)
        .reduce((total, { minor }) => total + minor, 0n);
    const [captured, refunded] = [sum('capture'), sum('refund')];
    const mine = ours.get(id);
    const same = (mine?.captured_minor ?? 0n) === captured && (mine?.refunded_minor ?? 0n) === refunded;
    return same
      ? []
      : [
          `payment ${id}: the provider captured ${captured} and refunded ${refunded}, the shop does not say so`,
        ];
  });
}

// Each poison message is given up once by everybody who reads it, with its cause; nothing else is.
function givenUp({ deadLetters }: Views, poison: readonly Poison[]): readonly string[] {
  const wanted = new Set(
    poison.flatMap(({ event, consumers }) => consumers.map((consumer) => `${consumer} ${event}`)),
  );
  const found = deadLetters.map(({ consumer, event_id: event }) => `${consumer} ${event}`);
  return [
    ...[...wanted].filter((letter) => !found.includes(letter)).map((letter) => `not given up: ${letter}`),
    ...deadLetters
      .filter(({ consumer, event_id: event, error }) => !wanted.has(`${consumer} ${event}`) || error === '')
      .map(({ consumer, event_id: event, error }) => `given up by ${consumer}: ${event}, ${error}`),
    ...found
      .filter((letter, index) => found.indexOf(letter) !== index)
      .map((letter) => `given up twice: ${letter}`),
  ];
}
