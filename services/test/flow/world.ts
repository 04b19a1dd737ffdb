import type { InventoryMessage } from '@ecommercestack/contracts/events/inventory';
import type { OrderMessage } from '@ecommercestack/contracts/events/order';
import type { PaymentMessage } from '@ecommercestack/contracts/events/payment';
import type { ShippingMessage } from '@ecommercestack/contracts/events/shipping';
import { evolveAll, type Result } from '@ecommercestack/service-kit';
import { toInventoryCommand } from '../../inventory/src/domain/reaction.ts';
import { type InventoryCommand, type Warehouse, warehouse } from '../../inventory/src/domain/warehouse.ts';
import { toSagaInput } from '../../order/src/domain/answer.ts';
import { type OrderCommand, orderDecider } from '../../order/src/domain/order.ts';
import type { OrderEvent } from '../../order/src/domain/order-event.ts';
import { orderSaga } from '../../order/src/domain/order-saga.ts';
import type { OrderState } from '../../order/src/domain/order-state.ts';
import {
  nextCall,
  type PaymentEvent,
  type PaymentState,
  paymentDecider,
} from '../../payment/src/domain/payment.ts';
import type { ProviderAnswer, ProviderCall } from '../../payment/src/domain/provider.ts';
import { toPaymentCommand } from '../../payment/src/domain/reaction.ts';
import { toShippingCommand } from '../../shipping/src/domain/reaction.ts';
import { type ShipmentState, shipmentDecider } from '../../shipping/src/domain/shipment.ts';

/** A message on its way, with the topic that keeps its order. */
export type Sent =
  | { topic: 'order'; message: OrderMessage }
  | { topic: 'inventory'; message: InventoryMessage }
  | { topic: 'payment'; message: PaymentMessage }
  | { topic: 'shipping'; message: ShippingMessage };

export type Participant = 'order' | 'inventory' | 'payment' | 'shipping';

/** Who reads what, as the service table says. */
export const readers: Readonly<Record<Participant, readonly Sent['topic'][]>> = {
  order: ['inventory', 'payment', 'shipping'],
  inventory: ['order', 'payment'],
  payment: ['order', 'inventory', 'shipping'],
  shipping: ['order', 'payment'],
};

/** The deciders of all participants on memory, with everything they ever said. */
export type FlowWorld = {
  readonly said: Sent[];
  readonly orders: Map<string, { state: OrderState; log: OrderEvent[] }>;
  stock: Warehouse['stock'];
  readonly reservations: Map<string, Warehouse['reservation']>;
  readonly payments: Map<string, PaymentState>;
  readonly shipments: Map<string, ShipmentState>;
  /** The provider's own ledger: operation keys that it carried out. */
  readonly ledger: Map<string, { call: ProviderCall; answer: ProviderAnswer }>;
  readonly decide: (call: ProviderCall) => ProviderAnswer;
};

/** A world where the provider answers by `decide`. */
export function createFlowWorld(decide: FlowWorld['decide']): FlowWorld {
  const maps = { orders: new Map(), reservations: new Map(), payments: new Map(), shipments: new Map() };
  return { said: [], stock: {}, ledger: new Map(), decide, ...maps };
}

/** Asks an order for something, as a person does. */
export function command(world: FlowWorld, orderId: string, asked: OrderCommand): string | undefined {
  const before = world.orders.get(orderId)?.state ?? orderSaga.initialState;
  const decided = orderDecider.decide(asked, before);
  if (!decided.ok) return decided.refusal.refusal;
  applyOrder(world, orderId, decided.value);
  return undefined;
}

/** Gives inventory a command that does not come from a message. */
export function stockCommand(world: FlowWorld, asked: InventoryCommand): void {
  applyInventory(world, 'orderId' in asked.data ? asked.data.orderId : '', asked);
}

/** Delivers one message to one participant. Nothing here removes duplicates: the deciders have to. */
export function deliver(world: FlowWorld, to: Participant, { topic, message }: Sent): void {
  const { orderId } = message.data;
  if (to === 'order' && topic !== 'order') {
    const before = world.orders.get(orderId)?.state ?? orderSaga.initialState;
    applyOrder(world, orderId, orderSaga.decide(toSagaInput(message), before));
  }
  if (to === 'inventory' && (topic === 'order' || topic === 'payment'))
    applyInventory(world, orderId, toInventoryCommand(message, '2030-01-01T00:00:00.000Z'));
  if (to === 'payment' && topic !== 'payment') applyPayment(world, orderId, toPaymentCommand(message));
  if (to === 'shipping' && (topic === 'order' || topic === 'payment')) {
    const asked = toShippingCommand(message);
    const before = world.shipments.get(orderId) ?? shipmentDecider.initialState;
    for (const event of asked === undefined ? [] : must(shipmentDecider.decide(asked, before))) {
      world.shipments.set(orderId, shipmentDecider.evolve(before, event));
      world.said.push({ topic: 'shipping', message: event as ShippingMessage });
    }
  }
}

function applyOrder(world: FlowWorld, orderId: string, events: readonly OrderEvent[]): void {
  const held = world.orders.get(orderId) ?? { state: orderSaga.initialState, log: [] };
  for (const event of events) {
    held.state = orderSaga.evolve(held.state, event);
    held.log.push(event);
    for (const message of orderSaga.messagesOf(event, held.state))
      world.said.push({ topic: 'order', message });
  }
  world.orders.set(orderId, held);
}

function applyInventory(world: FlowWorld, orderId: string, asked: InventoryCommand | undefined): void {
  if (asked === undefined) return;
  const reservation = world.reservations.get(orderId);
  const before: Warehouse = { stock: world.stock, ...(reservation === undefined ? {} : { reservation }) };
  const events = must(warehouse.decide(asked, before));
  const after = evolveAll(warehouse, events, before);
  world.stock = after.stock;
  if (after.reservation !== undefined) world.reservations.set(orderId, after.reservation);
  for (const event of events)
    if (/^Items(Reserved|Released)$|^Reservation/.test(event.type))
      world.said.push({ topic: 'inventory', message: event as InventoryMessage });
}

function applyPayment(world: FlowWorld, orderId: string, asked: ReturnType<typeof toPaymentCommand>): void {
  if (asked === undefined) return;
  const apply = (events: readonly PaymentEvent[]): void => {
    world.payments.set(orderId, evolveAll(paymentDecider, events, world.payments.get(orderId) ?? {}));
    for (const event of events)
      if (/^Payment(Processed|Failed|Refunded)$/.test(event.type))
        world.said.push({ topic: 'payment', message: event as PaymentMessage });
  };
  const stateOf = () => world.payments.get(orderId) ?? paymentDecider.initialState;
  apply(must(paymentDecider.decide(asked, stateOf())));
  for (let call = nextCall(stateOf()); call !== undefined; call = nextCall(stateOf())) {
    const known = world.ledger.get(call.key) ?? { call, answer: world.decide(call) };
    world.ledger.set(call.key, known);
    apply(must(paymentDecider.decide({ type: 'TakeAnswer', data: known.answer }, stateOf())));
  }
}

function must<Value>(result: Result<Value, string>): Value {
  if (result.ok) return result.value;
  throw new Error(`refused: ${result.refusal.refusal} ${result.refusal.detail ?? ''}`);
}
