import { evolveAll } from '@ecommercestack/service-kit';
import { expect, test } from 'vitest';
import { quoteOf } from '../../src/domain/quote.ts';
import { type ShippingCommand, type ShippingEvent, shipmentDecider } from '../../src/domain/shipment.ts';

const booking = { orderId: '0190-ab', sagaId: 's-1', flow: { mode: 'Orchestration' } } as const;
const schedule = (country: string): ShippingCommand => ({
  type: 'ScheduleShipping',
  data: {
    ...booking,
    destination: { name: 'Ann', street: 'Way 1', city: 'Town', postalCode: '1', country },
    items: [{ sku: 'A', quantity: 2 }],
  },
});
const cancel: ShippingCommand = { type: 'CancelShipping', data: { orderId: '0190-ab' } };

function when(command: ShippingCommand, ...before: readonly ShippingEvent[]) {
  const decided = shipmentDecider.decide(command, evolveAll(shipmentDecider, before));
  return decided.ok ? decided.value : decided.refusal.refusal;
}

const [scheduled] = when(schedule('DE')) as readonly [ShippingEvent];
const [failed] = when(schedule('AQ')) as readonly [ShippingEvent];

test('a shipment is scheduled with the carrier of its quote, once', () => {
  expect(scheduled).toMatchObject({
    type: 'ShippingScheduled',
    data: { carrier: 'Landpost', trackingCode: 'EC0190AB', shipmentId: 'shp_0190-ab' },
  });
  expect(when(schedule('DE'), scheduled)).toEqual([]);
});

test('where nobody goes, it fails', () => {
  expect(failed).toMatchObject({ type: 'ShippingFailed', data: { reason: 'destination-not-served' } });
  expect(when(cancel, failed)).toBe('nothing-to-cancel');
});

test('it is cancelled once', () => {
  const [cancelled] = when(cancel, scheduled) as readonly [ShippingEvent];
  expect(cancelled).toMatchObject({ type: 'ShippingCancelled' });
  expect(when(cancel, scheduled, cancelled)).toEqual([]);
  expect(when(cancel)).toBe('no-shipment');
});

test('a quote counts the pieces', () => {
  const items = [
    { sku: 'A', quantity: 2 },
    { sku: 'B', quantity: 1 },
  ];
  expect(quoteOf('FR', items)).toEqual({
    carrier: 'Eurofreight',
    price: { currency: 'EUR', minor: '1230' },
    days: 4,
  });
  expect(quoteOf('US', items)?.carrier).toBe('Globeway');
  expect(quoteOf('AQ', items)).toBeUndefined();
});
