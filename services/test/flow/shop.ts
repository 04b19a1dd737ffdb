import { randomUUID } from 'node:crypto';
import { order, saga } from '@ecommercestack/contracts/http/order';
import type { ServiceName } from '@ecommercestack/contracts/topology';
import type { Service } from '@ecommercestack/service-kit';
import { request } from 'undici';
import { expect } from 'vitest';
import { z } from 'zod';

/** Where each service of the flow answers. */
export type Shop = Readonly<Record<'order' | 'inventory' | 'payment' | 'shipping' | 'notification', string>>;

/** The definition of a service by its name. */
export async function load(name: ServiceName): Promise<Service> {
  return ((await import(`../../${name}/src/service.ts`)) as { service: Service }).service;
}

/** Every service that an order passes through. */
export function loadFlow(): Promise<Service[]> {
  const names: readonly ServiceName[] = [
    ...(['product', 'order', 'inventory'] as const),
    ...(['payment', 'shipping', 'notification'] as const),
  ];
  return Promise.all(names.map(load));
}

type Sending = { readonly key?: string };

/** An answer with its status, its parsed body and its bytes. */
export async function send(method: 'GET' | 'POST', url: string, body?: unknown, { key }: Sending = {}) {
  const answer = await request(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  const parsed: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: answer.statusCode, text, body: parsed };
}

const mug = '00000000-0000-7000-8000-000000000001';
const pen = '00000000-0000-7000-8000-000000000010';

/** An order of two mugs and a pen of the demo catalogue: 57.00 EUR. */
export const wanted = {
  customerId: 'ann',
  items: [
    { productId: mug, quantity: 2 },
    { productId: pen, quantity: 1 },
  ],
  paymentToken: 'tok_visa',
  shippingAddress: { name: 'Ann', street: 'Way 1', city: 'Town', postalCode: '12345', country: 'DE' },
};

/** Places an order and waits until it has ended. */
export async function buy(shop: Shop, change: object = {}) {
  const placed = await send('POST', `${shop.order}/orders`, { ...wanted, ...change }, { key: randomUUID() });
  expect({ status: placed.status, text: placed.text }).toMatchObject({ status: 201 });
  const { id } = order.parse(placed.body);
  const shown = await ended(shop, id);
  return { id, order: shown, saga: saga.parse((await send('GET', `${shop.order}/orders/${id}/saga`)).body) };
}

/** The order once it has ended. */
export async function ended(shop: Shop, id: string) {
  const read = async () => order.parse((await send('GET', `${shop.order}/orders/${id}`)).body);
  await expect.poll(async () => (await read()).status, { timeout: 20_000, interval: 25 }).not.toBe('PENDING');
  return read();
}

const page = z.object({ items: z.array(z.record(z.string(), z.unknown())) });

/** The rows of a listing. */
export async function rowsOf(url: string): Promise<Record<string, unknown>[]> {
  return page.parse((await send('GET', `${url}?limit=100`)).body).items;
}

/** Stock of one SKU. */
export async function stockOf(shop: Shop, sku: string) {
  return (await send('GET', `${shop.inventory}/inventory/items/${sku}`)).body;
}

/** Statuses of a saga's steps in one line. */
export function stepsOf({ steps }: z.output<typeof saga>): string {
  return steps.map(({ status }) => status).join(' ');
}
