import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Random } from '../random.ts';

const order = z.object({ id: z.string(), status: z.string() });
const attemptMs = 10_000;

/** What one customer asks for. */
export type Wish = { readonly body: object; readonly key: string };

/** What became of a wish: the order it gave, and how often it had to be asked. */
export type Placed = { readonly id: string; readonly attempts: number };

const tokens = ['tok_visa', 'tok_visa', 'tok_visa', 'tok_late', 'tok_down', 'tok_declined', 'tok_nocapture'];
const countries = ['DE', 'FR', 'US', 'DE', 'AQ'];

/** A wish: up to three of some demo products, paid and shipped in ways of which some are refused. */
export function drawWish(random: Random): Wish {
  const count = random.integer(1, 2);
  const products = random.shuffle([1, 2, 3, 4, 5, 6]).slice(0, count);
  const items = products.map((number) => ({
    productId: `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    quantity: random.integer(1, 3),
  }));
  const country = random.pick(countries);
  const shippingAddress = { name: 'Ann', street: 'Way 1', city: 'Town', postalCode: '1', country };
  const paymentToken = `${random.pick(tokens)}_${random.integer(0, 999_999)}`;
  return { key: randomUUID(), body: { customerId: 'ann', items, paymentToken, shippingAddress } };
}

/** Places the order of a wish, asking again under the same key until there is an answer. Throws after `until`. */
export async function place(orders: string, { body, key }: Wish, until: number): Promise<Placed> {
  for (let attempts = 1; Date.now() < until; attempts += 1) {
    const answer = await ask(orders, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    if (answer?.status === 201) return { id: order.parse(answer.body).id, attempts };
    if (answer !== undefined && answer.status < 500)
      throw new Error(`an order is answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error('an order could not be placed in time');
}

/** The status of an order, or undefined while nobody answers. */
export async function statusOf(orders: string, id: string): Promise<string | undefined> {
  const answer = await ask(`${orders}/${id}`, {});
  return answer?.status === 200 ? order.parse(answer.body).status : undefined;
}

async function ask(url: string, init: RequestInit): Promise<{ status: number; body: unknown } | undefined> {
  try {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(attemptMs) });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return undefined;
  }
}
