import { randomUUID } from 'node:crypto';
import { order as orderShown } from '@ecommercestack/contracts/http/order';
import { expect, test } from 'vitest';
import { buy, ended, rowsOf, type Shop, send, stepsOf, stockOf, wanted } from './shop.ts';

/**
 * The scenarios of the order flow, as a customer and the other services see them. One suite for the memory twins and for
 * the real stores, orchestrated and choreographed.
 */
export function orderFlowScenarios(startShop: () => Promise<Shop>): void {
  const paymentOf = async (shop: Shop, id: string) =>
    (await rowsOf(`${shop.payment}/payments`)).find(({ orderId }) => orderId === id);

  test('an order is reserved, paid, scheduled and confirmed', async () => {
    const shop = await startShop();
    const { id, order, saga } = await buy(shop);
    expect(order).toMatchObject({
      status: 'CONFIRMED',
      reason: null,
      totalAmount: { currency: 'EUR', minor: '5700' },
    });
    expect(saga).toMatchObject({ sagaId: order.sagaId, compensationRequired: false, currentStep: 5 });
    expect(stepsOf(saga)).toBe('completed completed completed completed completed');
    expect(await paymentOf(shop, id)).toMatchObject({
      status: 'captured',
      capturedMinor: '5700',
      refundedMinor: '0',
    });
    expect(await rowsOf(`${shop.shipping}/shipping/shipments`)).toContainEqual(
      expect.objectContaining({ orderId: id, status: 'scheduled', carrier: 'Landpost' }),
    );
    await expect
      .poll(() => stockOf(shop, 'MUG-01'))
      .toMatchObject({ onHand: 98, reserved: 0, shipped: 2, received: 100 });
    await expect
      .poll(async () => (await rowsOf(`${shop.notification}/notifications`)).map(({ template }) => template))
      .toEqual(['order-confirmed', 'order-received']);
  });

  test('a declined payment releases the items and cancels the order', async () => {
    const shop = await startShop();
    const { id, order, saga } = await buy(shop, { paymentToken: 'tok_declined' });
    expect(order).toMatchObject({ status: 'CANCELLED', reason: 'card-declined' });
    expect(saga).toMatchObject({ compensationRequired: true, currentStep: 1 });
    expect(stepsOf(saga)).toBe('compensated compensated failed pending pending');
    expect(await paymentOf(shop, id)).toMatchObject({ status: 'failed', capturedMinor: '0' });
    expect(await stockOf(shop, 'MUG-01')).toMatchObject({ onHand: 100, reserved: 0, shipped: 0 });
  });

  test('what is not in stock cancels the order, and nobody is charged', async () => {
    const shop = await startShop();
    const items = [{ productId: wanted.items[0]?.productId, quantity: 101 }];
    const { id, order, saga } = await buy(shop, { items });
    expect(order).toMatchObject({ status: 'CANCELLED', reason: 'out-of-stock' });
    expect(stepsOf(saga)).toBe('compensated failed pending pending pending');
    expect(await paymentOf(shop, id)).toBeUndefined();
    expect(await stockOf(shop, 'MUG-01')).toMatchObject({ onHand: 100, reserved: 0 });
  });

  test('where nobody ships, the payment is refunded and the items are released', async () => {
    const shop = await startShop();
    const { id, order, saga } = await buy(shop, {
      shippingAddress: { ...wanted.shippingAddress, country: 'AQ' },
    });
    expect(order).toMatchObject({ status: 'CANCELLED', reason: 'destination-not-served' });
    expect(stepsOf(saga)).toBe('compensated compensated compensated failed pending');
    expect(await paymentOf(shop, id)).toMatchObject({
      status: 'refunded',
      capturedMinor: '5700',
      refundedMinor: '5700',
    });
    expect(await stockOf(shop, 'MUG-01')).toMatchObject({ onHand: 100, reserved: 0, shipped: 0 });
  });

  test('a lost answer and a provider that is down are asked again and charged once', async () => {
    const shop = await startShop();
    for (const paymentToken of ['tok_late', 'tok_down']) {
      const { id, order } = await buy(shop, { paymentToken });
      expect({ paymentToken, status: order.status }).toEqual({ paymentToken, status: 'CONFIRMED' });
      expect(await paymentOf(shop, id)).toMatchObject({ status: 'captured', capturedMinor: '5700' });
    }
  });

  test('a cancellation ends an order with nothing kept, unless it was confirmed before', async () => {
    const shop = await startShop();
    const placed = await send('POST', `${shop.order}/orders`, wanted, { key: randomUUID() });
    const { id } = orderShown.parse(placed.body);
    const asked = await send('POST', `${shop.order}/orders/${id}/cancellation`);
    const shown = await ended(shop, id);
    expect([202, 409]).toContain(asked.status);
    expect(shown).toMatchObject(
      asked.status === 202
        ? { status: 'CANCELLED', reason: 'customer-cancelled' }
        : { status: 'CONFIRMED', reason: null },
    );
    const payment = await paymentOf(shop, id);
    const kept = Number(payment?.['capturedMinor'] ?? 0) - Number(payment?.['refundedMinor'] ?? 0);
    expect(kept).toBe(asked.status === 202 ? 0 : 5700);
    expect(await send('POST', `${shop.order}/orders/${id}/cancellation`)).toMatchObject({
      status: 409,
      body: { code: 'order-final' },
    });
  });

  test('an idempotency key places one order, however often it is sent', async () => {
    const shop = await startShop();
    const key = randomUUID();
    const post = (body: object) => send('POST', `${shop.order}/orders`, body, { key });
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(wanted)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(await rowsOf(`${shop.order}/orders`)).toHaveLength(1);
    expect(await post({ ...wanted, customerId: 'bob' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await send('POST', `${shop.order}/orders`, wanted)).toMatchObject({
      status: 400,
      body: { code: 'idempotency-key-required' },
    });
  });

  const bad: readonly (readonly [string, object, number, string])[] = [
    ['a quantity of zero', { items: [{ ...wanted.items[0], quantity: 0 }] }, 422, 'validation-failed'],
    ['a fraction of an item', { items: [{ ...wanted.items[0], quantity: 1.5 }] }, 422, 'validation-failed'],
    ['a card number', { paymentToken: '4111111111111111' }, 422, 'validation-failed'],
    ['negative money', { expectedTotal: { currency: 'EUR', minor: '-1' } }, 422, 'validation-failed'],
    ['fractional money', { expectedTotal: { currency: 'EUR', minor: 57.5 } }, 422, 'validation-failed'],
    [
      'money of 2^53',
      { expectedTotal: { currency: 'EUR', minor: '9007199254740992' } },
      422,
      'validation-failed',
    ],
    [
      'a currency that is none',
      { expectedTotal: { currency: 'EUX', minor: '5700' } },
      422,
      'validation-failed',
    ],
    ['another total', { expectedTotal: { currency: 'EUR', minor: '5699' } }, 409, 'price-changed'],
    ['a product that vanished', { items: [{ productId: 'gone', quantity: 1 }] }, 422, 'product-not-found'],
  ];

  test('bad input is refused with its code and changes nothing', async () => {
    const shop = await startShop();
    for (const [what, change, status, code] of bad) {
      const body = { ...wanted, ...change };
      const answer = await send('POST', `${shop.order}/orders`, body, { key: randomUUID() });
      expect({ what, ...answer }).toMatchObject({ what, status, body: { code } });
    }
    expect(await rowsOf(`${shop.order}/orders`)).toEqual([]);
    expect(await send('GET', `${shop.order}/orders/${randomUUID()}/saga`)).toMatchObject({ status: 404 });
  });
}
