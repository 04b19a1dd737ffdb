import { z } from 'zod';
import { money } from '../money.ts';

/** Id of an order; every message of its flow has it as key. */
export const orderId = z.uuid().describe('Id of the order, which is also the key of the record.');

/** Id of a customer. */
export const customerId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}$/, 'letters, digits, _ . @ and -, at most 128');

/** How many of one thing. */
export const quantity = z.int().min(1).max(999);

/** A stock-keeping unit with how many of it are wanted. */
export const stockLine = z.object({ sku: z.string().min(1).max(40), quantity });

/** One line of an order with the price at which it was ordered. */
export const orderLine = stockLine.extend({ productId: z.string().min(1).max(64), unitPrice: money });

/** What a payment provider or our tokeniser gave for a card. It is not the card's number. */
export const paymentToken = z
  .string()
  .regex(/^tok_[A-Za-z0-9_]{1,60}$/, 'a token, for example tok_visa; never a card number');

/** Where a parcel goes. */
export const destination = z.strictObject({
  name: z.string().trim().min(1).max(120),
  street: z.string().trim().min(1).max(200),
  city: z.string().trim().min(1).max(120),
  postalCode: z.string().trim().min(1).max(16),
  country: z.string().regex(/^[A-Z]{2}$/, 'two capital letters of ISO 3166, for example DE'),
});

/**
 * Who decides what comes next. Orchestrated, the order sends a command for each step. Choreographed, each participant
 * acts on the event of the one before, and events carry along what the later ones need.
 */
export const flow = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('Orchestration') }),
  z.object({
    mode: z.literal('Choreography'),
    amount: money,
    paymentToken,
    destination,
    items: z.array(stockLine).min(1),
  }),
]);

/** Fields of every message of the flow. */
export const flowMessage = z.object({ orderId, sagaId: z.uuid(), flow });

/** Why a step was refused, as a stable code. */
export const reason = z
  .string()
  .regex(/^[a-z]+(?:-[a-z]+)*$/)
  .max(60);

export type Flow = z.output<typeof flow>;
export type StockLine = z.output<typeof stockLine>;
export type OrderLine = z.output<typeof orderLine>;
export type Destination = z.output<typeof destination>;
