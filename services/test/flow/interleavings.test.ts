import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderEvent } from '../../order/src/domain/order-event.ts';
import {
  command,
  createFlowWorld,
  deliver,
  type FlowWorld,
  type Participant,
  readers,
  stockCommand,
} from './world.ts';

const participants: readonly Participant[] = ['order', 'inventory', 'payment', 'shipping'];

const scenario = fc.record({
  mode: fc.constantFrom('Orchestration' as const, 'Choreography' as const),
  // Fewer units than the orders ask for in most runs, so that they compete.
  received: fc.integer({ min: 1, max: 8 }),
  orders: fc.array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 3 }),
      price: fc.integer({ min: 1, max: 10_000 }),
      declines: fc.constantFrom('nothing', 'authorize', 'capture'),
      country: fc.constantFrom('DE', 'US', 'AQ'),
      /** After how many deliveries the customer cancels or the reservation runs out, if ever. */
      cancelAt: fc.option(fc.nat(25)),
      expireAt: fc.option(fc.nat(25)),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  choices: fc.infiniteStream(fc.nat()),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

const idOf = (index: number): string => `00000000-0000-7000-8000-00000000000${index}`;

function run({ mode, received, orders, choices }: Scenario): FlowWorld {
  const declines = new Map(orders.map(({ declines: operation }, index) => [`pay_${idOf(index)}`, operation]));
  const world = createFlowWorld(({ paymentId, operation }) =>
    declines.get(paymentId) === operation
      ? { outcome: 'declined', reason: 'card-declined' }
      : { outcome: 'approved' },
  );
  stockCommand(world, { type: 'ReceiveStock', data: { sku: 'MUG-01', quantity: received } });
  for (const [index, { quantity, price, country }] of orders.entries())
    command(world, idOf(index), {
      type: 'PlaceOrder',
      data: {
        orderId: idOf(index),
        sagaId: idOf(index),
        customerId: 'ann',
        items: [
          { productId: 'mug', sku: 'MUG-01', quantity, unitPrice: { currency: 'EUR', minor: String(price) } },
        ],
        paymentToken: 'tok_visa',
        destination: { name: 'Ann', street: 'Way 1', city: 'Town', postalCode: '1', country },
        mode,
      },
    });
  pump(world, orders, choices);
  return world;
}

// Each reader has a place in each topic; which reader goes on is drawn, and now and then one reads again what it had.
function pump(world: FlowWorld, orders: Scenario['orders'], choices: Scenario['choices']): void {
  const places = participants.flatMap((reader) =>
    readers[reader].map((topic) => ({ reader, topic, next: 0 })),
  );
  const draw = (below: number): number => Number(choices.next().value) % below;
  for (let turn = 0; turn < 2000; turn += 1) {
    for (const [index, { cancelAt, expireAt }] of orders.entries()) {
      const orderId = idOf(index);
      if (cancelAt === turn) command(world, orderId, { type: 'CancelOrder', data: { reason: 'customer' } });
      if (expireAt === turn)
        stockCommand(world, {
          type: 'ExpireReservation',
          data: { orderId, now: '2031-01-01T00:00:00.000Z' },
        });
    }
    const queued = places.filter(({ topic, next }) => sentOn(world, topic).length > next);
    const place = queued[queued.length === 0 ? 0 : draw(queued.length)];
    if (place === undefined) {
      if (turn > 30) return;
      continue;
    }
    const sent = sentOn(world, place.topic)[place.next];
    if (sent === undefined) throw new Error('a place is past the end of its topic');
    deliver(world, place.reader, sent);
    place.next += 1;
    if (draw(8) === 0) place.next -= draw(place.next + 1);
  }
  throw new Error('it does not come to rest');
}

function sentOn({ said }: FlowWorld, topic: string) {
  return said.filter((sent) => sent.topic === topic);
}

function completedAndUndone(log: readonly OrderEvent[]): { completed: string[]; undone: string[] } {
  const actions = (type: OrderEvent['type']) =>
    log.flatMap((event) => (event.type === type && 'action' in event.data ? [event.data.action] : []));
  return { completed: actions('StepCompleted'), undone: actions('StepCompensated') };
}

test('whatever the order of messages, duplicates, declines and cancellations: ended, exact, undone in reverse', () => {
  fc.assert(
    fc.property(scenario, (drawn) => {
      const world = run(drawn);
      for (const [index, { quantity, price }] of drawn.orders.entries()) {
        const held = world.orders.get(idOf(index));
        const status = held?.state.status;
        expect(['CONFIRMED', 'CANCELLED']).toContain(status);
        const { completed, undone } = completedAndUndone(held?.log ?? []);
        expect(undone).toEqual(status === 'CONFIRMED' ? [] : completed.toReversed());
        const total = status === 'CONFIRMED' ? quantity * price : 0;
        expect(balanceOf(world, `pay_${idOf(index)}`)).toBe(total);
        const types = saidAbout(world, idOf(index));
        expect(types).toEqual([...new Set(types)]);
        expect(world.reservations.get(idOf(index))?.status).toBe(
          status === 'CONFIRMED' ? 'shipped' : completed.includes('ReserveItems') ? 'released' : 'failed',
        );
        expect(world.shipments.get(idOf(index))?.shipment?.status === 'scheduled').toBe(
          status === 'CONFIRMED',
        );
      }
      const { onHand, reserved, shipped } = world.stock['MUG-01'] ?? {
        onHand: -1,
        reserved: -1,
        shipped: -1,
      };
      expect({ sum: onHand + shipped, reserved }).toEqual({ sum: drawn.received, reserved: 0 });
      expect(onHand).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 1000 },
  );
});

function saidAbout({ said }: FlowWorld, orderId: string): string[] {
  return said.filter(({ message }) => message.data.orderId === orderId).map(({ message }) => message.type);
}

function balanceOf({ ledger }: FlowWorld, paymentId: string): number {
  return [...ledger.values()]
    .filter(({ call, answer }) => call.paymentId === paymentId && answer.outcome === 'approved')
    .reduce((sum, { call }) => {
      if (call.operation === 'capture') return sum + Number(call.amount.minor);
      return call.operation === 'refund' ? sum - Number(call.amount.minor) : sum;
    }, 0);
}

const happy = ['OrderCreated', 'ItemsReserved', 'PaymentProcessed', 'ShippingScheduled', 'OrderConfirmed'];
const listings = [
  ['happy path', {}, happy],
  ['no stock', { quantity: 9 }, ['OrderCreated', 'ReservationFailed', 'OrderCancelled']],
  [
    'payment declined',
    { declines: 'authorize' },
    ['OrderCreated', 'ItemsReserved', 'PaymentFailed', 'ItemsReleased', 'OrderCancelled'],
  ],
  [
    'capture declined',
    { declines: 'capture' },
    ['OrderCreated', 'ItemsReserved', 'PaymentFailed', 'ItemsReleased', 'OrderCancelled'],
  ],
  [
    'shipping refused',
    { country: 'AQ' },
    [
      'OrderCreated',
      'ItemsReserved',
      'PaymentProcessed',
      'ShippingFailed',
      'PaymentRefunded',
      'ItemsReleased',
      'OrderCancelled',
    ],
  ],
] as const;

test.each(listings)('%s: exactly the listed events, orchestrated and choreographed', (_, change, wanted) => {
  for (const mode of ['Orchestration', 'Choreography'] as const) {
    const order = {
      quantity: 1,
      price: 5,
      declines: 'nothing',
      country: 'DE',
      cancelAt: null,
      expireAt: null,
    };
    const drawn = {
      mode,
      received: 8,
      orders: [{ ...order, ...change }],
      choices: fc.sample(fc.infiniteStream(fc.constant(1)), 1)[0],
    };
    const world = run(drawn as unknown as Scenario);
    const facts = world.said
      .map(({ message }) => message.type)
      .filter((type) => !/^(Reserve|Release|Process|Refund|Schedule|Cancel)[A-Z]/.test(type));
    expect({ mode, facts }).toEqual({ mode, facts: wanted });
    expect(world.said.length - facts.length).toBe(mode === 'Choreography' ? 0 : commandsIn(wanted));
  }
});

// Orchestrated, each answer but the two of the order itself was asked for by one command.
function commandsIn(facts: readonly string[]): number {
  return facts.filter((type) => !type.startsWith('Order')).length;
}
