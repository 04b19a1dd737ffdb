import { evolveAll } from '@ecommercestack/service-kit';
import { expect, test } from 'vitest';
import { type InventoryCommand, type InventoryEvent, warehouse } from '../../src/domain/warehouse.ts';

const booking = { orderId: 'o-1', sagaId: 's-1', flow: { mode: 'Orchestration' } } as const;
const expiresAt = '2030-01-01T00:00:00.000Z';
const receive = (sku: string, quantity: number): InventoryCommand => ({
  type: 'ReceiveStock',
  data: { sku, quantity },
});
const reserve = (...items: { sku: string; quantity: number }[]): InventoryCommand => ({
  type: 'ReserveItems',
  data: { ...booking, items, expiresAt },
});
const release: InventoryCommand = { type: 'ReleaseItems', data: { orderId: 'o-1' } };
const ship: InventoryCommand = { type: 'ShipItems', data: { orderId: 'o-1' } };

/** The events of commands that are all accepted. */
function given(...commands: readonly InventoryCommand[]): InventoryEvent[] {
  const events: InventoryEvent[] = [];
  for (const command of commands) {
    const decided = warehouse.decide(command, evolveAll(warehouse, events));
    if (!decided.ok) throw new Error(decided.refusal.refusal);
    events.push(...decided.value);
  }
  return events;
}

function when(command: InventoryCommand, ...before: readonly InventoryCommand[]): readonly string[] | string {
  const decided = warehouse.decide(command, evolveAll(warehouse, given(...before)));
  if (!decided.ok) return decided.refusal.refusal;
  return decided.value.map(({ type, data }) =>
    'reason' in data ? `${type} ${data.reason} ${data.sku}` : type,
  );
}

const stockAfter = (...commands: readonly InventoryCommand[]) =>
  evolveAll(warehouse, given(...commands)).stock;

test('a reservation takes all of its items or none', () => {
  const [a, b] = [receive('A', 3), receive('B', 1)];
  expect(when(reserve({ sku: 'A', quantity: 3 }, { sku: 'B', quantity: 1 }), a, b)).toEqual([
    'ItemsReserved',
    'StockReserved',
    'StockReserved',
  ]);
  expect(when(reserve({ sku: 'A', quantity: 3 }, { sku: 'B', quantity: 2 }), a, b)).toEqual([
    'ReservationFailed out-of-stock B',
  ]);
  expect(when(reserve({ sku: 'A', quantity: 1 }, { sku: 'Z', quantity: 1 }), a)).toEqual([
    'ReservationFailed unknown-item Z',
  ]);
});

test('two lines of one SKU are counted together', () => {
  expect(when(reserve({ sku: 'A', quantity: 2 }, { sku: 'A', quantity: 2 }), receive('A', 3))).toEqual([
    'ReservationFailed out-of-stock A',
  ]);
});

test('what is released can be sold again, what is shipped cannot', () => {
  const taken = [receive('A', 3), reserve({ sku: 'A', quantity: 2 })];
  expect(stockAfter(...taken)).toEqual({ A: { onHand: 1, reserved: 2, shipped: 0, received: 3 } });
  expect(stockAfter(...taken, release)).toEqual({ A: { onHand: 3, reserved: 0, shipped: 0, received: 3 } });
  expect(stockAfter(...taken, ship)).toEqual({ A: { onHand: 1, reserved: 0, shipped: 2, received: 3 } });
});

test('a command that comes again changes nothing; one that contradicts is refused', () => {
  const taken = [receive('A', 3), reserve({ sku: 'A', quantity: 2 })];
  expect(when(reserve({ sku: 'A', quantity: 2 }), ...taken)).toEqual([]);
  expect(when(release, ...taken, release)).toEqual([]);
  expect(when(ship, ...taken, ship)).toEqual([]);
  expect(when(ship, ...taken, release)).toBe('reservation-ended');
  expect(when(release, ...taken, ship)).toBe('reservation-ended');
  expect(when(release)).toBe('no-reservation');
});

test('a reservation past its deadline is told once and stays held', () => {
  const taken = [receive('A', 3), reserve({ sku: 'A', quantity: 2 })];
  const expire = (now: string): InventoryCommand => ({
    type: 'ExpireReservation',
    data: { orderId: 'o-1', now },
  });
  expect(when(expire('2029-12-31T23:59:59.999Z'), ...taken)).toEqual([]);
  expect(when(expire(expiresAt), ...taken)).toEqual(['ReservationExpired']);
  expect(when(expire(expiresAt), ...taken, expire(expiresAt))).toEqual([]);
  expect(stockAfter(...taken, expire(expiresAt))['A']?.reserved).toBe(2);
  expect(when(release, ...taken, expire(expiresAt))).toEqual(['ItemsReleased', 'StockReleased']);
});

test('no more than any warehouse holds', () => {
  expect(when(receive('A', 1), receive('A', 1_000_000_000))).toBe('too-much-stock');
});
