/**
 * THE service table: every built-in service, what it stores, whom it calls and which topics it knows.
 *
 * Network policies, authorization policies, gateway routes, RBAC, environment, docs and the monolith are derived
 * from this table and never retyped. A new service is one row here and one folder under `services/`.
 */

export const serviceNames = [
  'user',
  'product',
  'cart',
  'order',
  'payment',
  'inventory',
  'shipping',
  'notification',
  'review',
  'analytics',
  'admin',
  'gateway',
  'storefront',
] as const;

export type ServiceName = (typeof serviceNames)[number];

export const storeNames = ['postgres', 'mongodb', 'redis', 'search'] as const;

export type StoreName = (typeof storeNames)[number];

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One declared HTTP call. Anything not declared is refused by the mesh with 403. */
export type Call = { readonly to: ServiceName; readonly methods: readonly HttpMethod[] };

/** Kafka topics, `shop.<aggregate>.v1`; the key of a record is the aggregate's id. */
export type Topic = `shop.${string}.v1`;

export type ServiceRow = {
  readonly name: ServiceName;
  /** Name of every Kubernetes object of the service: Deployment, Service, ServiceAccount, host. */
  readonly objectName: string;
  /** One sentence for `kubectl explain`, docs and the status tree. */
  readonly summary: string;
  readonly stores: readonly StoreName[];
  readonly publishes: readonly Topic[];
  readonly consumes: readonly Topic[];
  readonly calls: readonly Call[];
  /** Path below `/api/v1` that the gateway forwards to this service, with the prefix stripped. */
  readonly route?: `/${string}`;
  /** True for the one service that the edge (ingress gateway, Ingress) calls by default. */
  readonly edge?: true;
};

const read: readonly HttpMethod[] = ['GET', 'HEAD'];
const all: readonly HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

export const topology: readonly ServiceRow[] = [
  {
    name: 'user',
    objectName: 'user-service',
    summary: 'Accounts, authentication, roles and tiers.',
    stores: ['postgres'],
    publishes: ['shop.user.v1'],
    consumes: [],
    calls: [],
    route: '/users',
  },
  {
    name: 'product',
    objectName: 'product-service',
    summary: 'Catalogue, categories and full-text search.',
    stores: ['mongodb', 'search'],
    publishes: ['shop.product.v1'],
    consumes: [],
    calls: [{ to: 'analytics', methods: read }],
    route: '/products',
  },
  {
    name: 'cart',
    objectName: 'cart-service',
    summary: 'Guest and user carts with price snapshots.',
    stores: ['redis'],
    publishes: ['shop.cart.v1'],
    consumes: ['shop.user.v1'],
    calls: [{ to: 'product', methods: read }],
    route: '/carts',
  },
  {
    name: 'order',
    objectName: 'order-service',
    summary: 'Orders and the order saga.',
    stores: ['postgres'],
    publishes: ['shop.order.v1'],
    consumes: ['shop.inventory.v1', 'shop.payment.v1', 'shop.shipping.v1'],
    calls: [
      { to: 'cart', methods: read },
      { to: 'product', methods: read },
    ],
    route: '/orders',
  },
  {
    name: 'payment',
    objectName: 'payment-service',
    summary: 'Authorize, capture, refund and void; idempotent by key.',
    stores: ['postgres'],
    publishes: ['shop.payment.v1'],
    consumes: ['shop.order.v1', 'shop.inventory.v1', 'shop.shipping.v1'],
    calls: [],
    route: '/payments',
  },
  {
    name: 'inventory',
    objectName: 'inventory-service',
    summary: 'Stock, reservations with a deadline, suppliers and replenishment.',
    stores: ['postgres'],
    publishes: ['shop.inventory.v1'],
    consumes: ['shop.order.v1', 'shop.payment.v1'],
    calls: [],
    route: '/inventory',
  },
  {
    name: 'shipping',
    objectName: 'shipping-service',
    summary: 'Quotes, schedules and tracking.',
    stores: ['postgres'],
    publishes: ['shop.shipping.v1'],
    consumes: ['shop.order.v1', 'shop.payment.v1'],
    calls: [],
    route: '/shipping',
  },
  {
    name: 'notification',
    objectName: 'notification-service',
    summary: 'E-mail and web push by preference, from templates, each once.',
    stores: ['postgres'],
    publishes: [],
    consumes: ['shop.user.v1', 'shop.order.v1', 'shop.shipping.v1'],
    calls: [],
    route: '/notifications',
  },
  {
    name: 'review',
    objectName: 'review-service',
    summary: 'Reviews, ratings and moderation; one per purchase.',
    stores: ['postgres'],
    publishes: ['shop.review.v1'],
    consumes: ['shop.order.v1'],
    calls: [],
    route: '/reviews',
  },
  {
    name: 'analytics',
    objectName: 'analytics-service',
    summary: 'Behaviour, sales reports and the recommendation model, fed only by events.',
    stores: ['postgres'],
    publishes: [],
    consumes: [
      'shop.user.v1',
      'shop.product.v1',
      'shop.cart.v1',
      'shop.order.v1',
      'shop.payment.v1',
      'shop.shipping.v1',
      'shop.review.v1',
    ],
    calls: [],
    route: '/analytics',
  },
  {
    name: 'admin',
    objectName: 'admin-service',
    summary: 'Admin panel and audited commands over the other services.',
    stores: ['postgres'],
    publishes: [],
    consumes: [],
    calls: [
      { to: 'user', methods: all },
      { to: 'product', methods: all },
      { to: 'order', methods: all },
      { to: 'payment', methods: ['GET', 'HEAD', 'POST'] },
      { to: 'inventory', methods: all },
      { to: 'shipping', methods: all },
      { to: 'notification', methods: ['GET', 'HEAD', 'POST'] },
      { to: 'review', methods: all },
      { to: 'analytics', methods: read },
    ],
    route: '/admin',
  },
  {
    name: 'gateway',
    objectName: 'api-gateway',
    summary: 'The one door: routing, authentication, limits, caching.',
    stores: ['redis'],
    publishes: [],
    consumes: ['shop.product.v1'],
    calls: [
      { to: 'user', methods: all },
      { to: 'product', methods: all },
      { to: 'cart', methods: all },
      { to: 'order', methods: all },
      { to: 'payment', methods: all },
      { to: 'inventory', methods: all },
      { to: 'shipping', methods: all },
      { to: 'notification', methods: all },
      { to: 'review', methods: all },
      { to: 'analytics', methods: all },
      { to: 'admin', methods: all },
      { to: 'storefront', methods: read },
    ],
    edge: true,
  },
  {
    name: 'storefront',
    objectName: 'storefront',
    summary: 'The web shop; static assets with hashed names.',
    stores: [],
    publishes: [],
    consumes: [],
    calls: [],
  },
];

/** The row of a built-in service. Throws for a name outside the table, which types already forbid. */
export function serviceRow(name: ServiceName): ServiceRow {
  const row = topology.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`service table has no row "${name}"`);
  return row;
}

/** Every service that declares a call to `callee`, with the methods it may use. */
export function callersOf(callee: ServiceName): { from: ServiceName; methods: readonly HttpMethod[] }[] {
  return topology.flatMap((row) =>
    row.calls.filter((call) => call.to === callee).map((call) => ({ from: row.name, methods: call.methods })),
  );
}
