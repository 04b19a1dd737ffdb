import type { CommonRefusal, RefusalTable } from '@ecommercestack/service-kit';

/** Refusals of shipments beside the common ones. */
export const shippingRefusals = {
  'no-shipment': { status: 404, title: 'The order has no shipment' },
  'nothing-to-cancel': { status: 409, title: 'Nothing is scheduled that could be cancelled' },
  'destination-not-served': { status: 422, title: 'No carrier goes there' },
} as const satisfies RefusalTable;

export type ShippingRefusal = keyof typeof shippingRefusals | CommonRefusal;
