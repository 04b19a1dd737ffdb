import type { CommonRefusal, RefusalTable } from '@ecommercestack/service-kit';

/** Refusals of stock beside the common ones. */
export const inventoryRefusals = {
  'too-much-stock': { status: 422, title: 'No warehouse holds that much of one item' },
  'no-reservation': { status: 404, title: 'The order has no reservation' },
  'reservation-ended': { status: 409, title: 'The reservation has ended in another way' },
} as const satisfies RefusalTable;

export type InventoryRefusal = keyof typeof inventoryRefusals | CommonRefusal;
