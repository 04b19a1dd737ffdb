import type { Pause } from '../../packages/service-kit/src/domain/pause.ts';
import { openStreams } from '../../packages/service-kit/src/events/streams.ts';
import { createExecution } from '../../packages/service-kit/src/http/execution.ts';
import { commonRefusals, renderProblem, toProblem } from '../../packages/service-kit/src/http/problem.ts';
import { isRefusal } from '../../packages/service-kit/src/http/route.ts';
import type { OrderContext } from '../../services/order/src/context.ts';
import { orderRoutes } from '../../services/order/src/http.ts';
import { ordersTable } from '../../services/order/src/order-row.ts';
import { orderFamily } from '../../services/order/src/order-streams.ts';
import { orderRefusals } from '../../services/order/src/refusals.ts';
import type { Random } from '../random.ts';
import type { Surroundings } from './participant.ts';

/** What a customer wants, and under which key. */
export type Wish = {
  readonly key: string;
  readonly sku: string;
  readonly quantity: number;
  readonly minor: string;
  readonly token: string;
  readonly country: string;
  /** Asks for the order's end so long after it was placed. */
  readonly cancelAfterMs: number | undefined;
};

const patienceMs = 4000;

/** Draws a wish; `index` makes its key unique. */
export function drawWish(random: Random, index: number): Wish {
  const tokens = ['tok_visa', 'tok_visa', 'tok_late', 'tok_down', 'tok_declined', 'tok_nocapture'];
  return {
    key: `wish-${index}`,
    sku: random.pick(['MUG-01', 'PEN-01']),
    quantity: random.integer(1, 3),
    minor: String(random.integer(1, 9999)),
    token: `${random.pick(tokens)}_${index}`,
    country: random.pick(['DE', 'US', 'DE', 'AQ']),
    cancelAfterMs: random.next() < 0.2 ? random.integer(0, 3000) : undefined,
  };
}

/** Places an order, asking the living order service again under the same key until it answers; gives the order's id. */
export async function buy(wish: Wish, surroundings: () => Surroundings, pause: Pause): Promise<string> {
  const { sku, quantity, token: paymentToken, country } = wish;
  const shippingAddress = { name: 'Ann', street: 'Way 1', city: 'Town', postalCode: '1', country };
  const items = [{ productId: sku.toLowerCase(), quantity }];
  const body = { customerId: 'ann', items, paymentToken, shippingAddress };
  const placed = await askUntil('/orders', body, wish, surroundings, pause);
  if (wish.cancelAfterMs !== undefined) {
    await pause(wish.cancelAfterMs);
    await askUntil(`/orders/${placed}/cancellation`, undefined, wish, surroundings, pause);
  }
  return placed;
}

async function askUntil(
  target: string,
  body: unknown,
  wish: Wish,
  surroundings: () => Surroundings,
  pause: Pause,
): Promise<string> {
  for (;;) {
    const answer = await Promise.race([
      ask(target, body, wish, surroundings()).catch(() => undefined),
      pause(patienceMs).then(() => undefined),
    ]);
    if (answer !== undefined) return answer;
  }
}

// An order that has ended before it could be cancelled answers a refusal, which is an answer.
async function ask(target: string, body: unknown, wish: Wish, around: Surroundings): Promise<string> {
  const path = target === '/orders' ? '/orders' : '/orders/{id}/cancellation';
  const route = orderRoutes.find((one) => one.path === path && one.method === 'post');
  if (route === undefined) throw new Error(`there is no ${path}`);
  const headers = { 'idempotency-key': wish.key };
  const checked = route.check({ params: { id: target.split('/')[2] }, query: {}, body, headers });
  if (isRefusal(checked)) throw new Error(`${path}: ${checked.refusal} ${checked.detail ?? ''}`);
  const refusals = { ...commonRefusals, ...orderRefusals };
  const execute = createExecution({
    store: around.tables.events,
    pause: around.world.pause,
    renderRefusal: (refusal) => renderProblem(toProblem(refusal, refusals)),
    onError: () => {},
  });
  const isIdempotent = path === '/orders';
  const asked = { method: 'POST', route: path, target, headers, body, isIdempotent };
  const { body: answered = '{}' } = await execute(checked, contextOf(wish, around), asked);
  const { id } = JSON.parse(answered) as { id?: string }; // an order, or a problem without an id
  return id ?? '';
}

function contextOf(wish: Wish, { tables, world, mode }: Surroundings): OrderContext {
  return {
    streams: openStreams(orderFamily, tables.events),
    rows: tables.table(ordersTable),
    catalogue: {
      price: async (items) => ({
        ok: true,
        value: items.map((item) => ({
          ...item,
          sku: wish.sku,
          unitPrice: { currency: 'EUR', minor: wish.minor },
        })),
      }),
    },
    ids: world.ids,
    clock: world.clock,
    overdueMs: 60_000,
    reportOverdue: () => {},
    mode: mode === 'Choreography' ? mode : 'Orchestration',
  };
}
