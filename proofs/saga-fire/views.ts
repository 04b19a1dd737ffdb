import { z } from 'zod';
import { createPostgres } from '../../packages/service-kit/src/store/sql-postgres.ts';

const order = z.object({
  order_id: z.string(),
  status: z.string(),
  currency: z.string(),
  total_minor: z.coerce.bigint(),
});
const logged = z.object({
  order_id: z.string(),
  position: z.int(),
  type: z.string(),
  action: z.string().nullable(),
});
const payment = z.object({
  order_id: z.string(),
  payment_id: z.string(),
  currency: z.string(),
  captured_minor: z.coerce.bigint(),
  refunded_minor: z.coerce.bigint(),
});
const operation = z.object({
  key: z.string(),
  payment_id: z.string(),
  operation: z.string(),
  currency: z.string(),
  minor: z.coerce.bigint(),
  outcome: z.string(),
});
const stock = z.object({
  sku: z.string(),
  on_hand: z.int(),
  reserved: z.int(),
  shipped: z.int(),
  received: z.int(),
});
const reservation = z.object({
  order_id: z.string(),
  sku: z.string(),
  quantity: z.int(),
  status: z.string(),
});
const shipment = z.object({ order_id: z.string(), shipment_id: z.string(), status: z.string() });

const outbox = z.object({ service: z.string(), event_id: z.string() });
const deadLetter = z.object({ consumer: z.string(), event_id: z.string(), error: z.string() });

/** What the checker sees of the shop: the views of the public contract, and nothing else. */
export type Views = {
  readonly orders: readonly z.output<typeof order>[];
  readonly sagaLog: readonly z.output<typeof logged>[];
  readonly payments: readonly z.output<typeof payment>[];
  readonly ledger: readonly z.output<typeof operation>[];
  readonly stock: readonly z.output<typeof stock>[];
  readonly reservations: readonly z.output<typeof reservation>[];
  readonly shipments: readonly z.output<typeof shipment>[];
  /** What is not published yet, of all services. */
  readonly outbox: readonly z.output<typeof outbox>[];
  /** Messages that were given up, of all services. */
  readonly deadLetters: readonly z.output<typeof deadLetter>[];
};

/** The database of each service and of the provider. */
export type Databases = Readonly<Record<'order' | 'payment' | 'provider' | 'inventory' | 'shipping', string>>;

/** Reads the checker views of all databases. */
export async function readViews(databases: Databases): Promise<Views> {
  const services = [databases.order, databases.payment, databases.inventory, databases.shipping];
  const ofAll = async <Row>(view: string, schema: z.ZodType<Row>): Promise<Row[]> =>
    (await Promise.all(services.map((database) => rows(database, view, schema)))).flat();
  const { order: orders, payment: payments, provider, inventory, shipping } = databases;
  return {
    orders: await rows(orders, 'orders', order),
    sagaLog: await rows(orders, 'saga_log ORDER BY order_id, position', logged),
    payments: await rows(payments, 'payments', payment),
    ledger: await rows(provider, 'provider_ledger', operation),
    stock: await rows(inventory, 'stock', stock),
    reservations: await rows(inventory, 'reservations', reservation),
    shipments: await rows(shipping, 'shipments', shipment),
    outbox: await ofAll('outbox', outbox),
    deadLetters: await ofAll('dead_letters', deadLetter),
  };
}

async function rows<Row>(database: string, view: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const sql = createPostgres(database, 'audit', () => {});
  try {
    return await sql.query(`SELECT * FROM audit.${view}`, [], schema);
  } finally {
    await sql.close();
  }
}
