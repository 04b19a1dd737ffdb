import { startTestService } from '@ecommercestack/service-kit/testing';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { findKafka, findPostgres } from '../../../packages/service-kit/test/servers/find.ts';
import { auditOf, createDatabases } from './databases.ts';
import { startProvider } from './provider.ts';
import { orderFlowScenarios } from './scenarios.ts';
import { buy, loadFlow, type Shop, wanted } from './shop.ts';

const databases = ['order', 'inventory', 'payment', 'shipping', 'notification', 'provider'] as const;
const [postgres, kafka] = [await findPostgres(), await findKafka()];
const missing = [postgres, kafka].flatMap((found) => ('missing' in found ? [found.missing] : []));

afterAll(async () => {
  for (const found of [postgres, kafka]) if ('server' in found) await found.server.stop();
});

/** All services on databases of their own, one broker, and the provider as a process with a ledger of its own. */
async function startShop(brokers: string, server: string, mode: string) {
  const urls = await createDatabases(server, databases);
  const provider = await startProvider(urls.provider);
  const environment = {
    SEED_DEMO: 'true',
    ORDER_SAGA: mode,
    KAFKA_BROKERS: brokers,
    PAYMENT_PROVIDER_URL: provider.origin,
    ORDER_DATABASE_URL: urls.order,
    INVENTORY_DATABASE_URL: urls.inventory,
    PAYMENT_DATABASE_URL: urls.payment,
    SHIPPING_DATABASE_URL: urls.shipping,
    NOTIFICATION_DATABASE_URL: urls.notification,
  };
  const { url, stop } = await startTestService(await loadFlow(), environment);
  onTestFinished(async () => {
    await stop();
    await provider.stop();
  });
  const shop: Shop = { order: url, inventory: url, payment: url, shipping: url, notification: url };
  return { shop, urls };
}

if ('missing' in postgres || 'missing' in kafka)
  test.skip(`the order flow on real stores: ${missing.join('; ')}`, () => {});
else {
  const { url: server } = postgres.server;
  const { url: brokers } = kafka.server;

  describe.each(['Orchestration', 'Choreography'])('%s on PostgreSQL and Kafka', (mode) => {
    orderFlowScenarios(async () => (await startShop(brokers, server, mode)).shop);

    test('the checker views agree with each other and with the provider', async () => {
      const { shop, urls } = await startShop(brokers, server, mode);
      const good = await buy(shop);
      const bad = await buy(shop, { shippingAddress: { ...wanted.shippingAddress, country: 'AQ' } });
      const sum = { currency: 'EUR', total_minor: '5700', customer_id: 'ann' };
      expect(await auditOf(urls.order, 'orders')).toEqual([
        { order_id: good.id, status: 'CONFIRMED', ...sum },
        { order_id: bad.id, status: 'CANCELLED', ...sum },
      ]);
      expect(await auditOf(urls.order, 'sagas')).toEqual([
        { saga_id: good.order.sagaId, order_id: good.id, status: 'completed', current_step: 5 },
        { saga_id: bad.order.sagaId, order_id: bad.id, status: 'compensated', current_step: 1 },
      ]);
      const undone = (await auditOf(urls.order, 'saga_log')).filter(
        ({ order_id: id, type }) => id === bad.id && type === 'StepCompensated',
      );
      expect(undone.map(({ action }) => action)).toEqual(['ProcessPayment', 'ReserveItems', 'CreateOrder']);
      const operations = (await auditOf(urls.provider, 'provider_ledger')).map(
        ({ payment_id: id, operation, minor }) => `${String(id)} ${String(operation)} ${String(minor)}`,
      );
      expect(operations.toSorted()).toEqual(
        [
          `pay_${good.id} authorize 5700`,
          `pay_${good.id} capture 5700`,
          `pay_${bad.id} authorize 5700`,
          `pay_${bad.id} capture 5700`,
          `pay_${bad.id} refund 5700`,
        ].toSorted(),
      );
      const paid = { currency: 'EUR', captured_minor: '5700' };
      expect(await auditOf(urls.payment, 'payments')).toEqual([
        { order_id: good.id, payment_id: `pay_${good.id}`, refunded_minor: '0', status: 'captured', ...paid },
        {
          order_id: bad.id,
          payment_id: `pay_${bad.id}`,
          refunded_minor: '5700',
          status: 'refunded',
          ...paid,
        },
      ]);
      await expect
        .poll(async () => (await auditOf(urls.inventory, 'reservations')).map(({ status }) => status))
        .toEqual(['shipped', 'shipped', 'released', 'released']);
      expect(await auditOf(urls.inventory, 'stock')).toContainEqual({
        sku: 'MUG-01',
        on_hand: 98,
        reserved: 0,
        shipped: 2,
        received: 100,
      });
      expect(await auditOf(urls.shipping, 'shipments')).toEqual([
        { order_id: good.id, shipment_id: `shp_${good.id}`, status: 'scheduled' },
      ]);
    });
  });
}
