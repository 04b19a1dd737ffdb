import type { CommonRefusal, RefusalTable } from '@ecommercestack/service-kit';

/** Refusals of orders beside the common ones. */
export const orderRefusals = {
  'product-not-found': { status: 422, title: 'A product of the order is not in the catalogue' },
  'mixed-currencies': { status: 422, title: 'The products are not priced in one currency' },
  'amount-too-large': { status: 422, title: 'The total is beyond what an amount can hold' },
  'price-changed': { status: 409, title: 'The total is not the expected one' },
  'order-final': { status: 409, title: 'The order has ended and cannot change any more' },
} as const satisfies RefusalTable;

export type OrderRefusal = keyof typeof orderRefusals | CommonRefusal;
