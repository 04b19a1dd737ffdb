import type { CommonRefusal, RefusalTable } from '@ecommercestack/service-kit';

/** Refusals of the catalogue beside the common ones. */
export const productRefusals = {
  'sku-taken': { status: 409, title: 'Another product has this SKU' },
} as const satisfies RefusalTable;

export type ProductRefusal = keyof typeof productRefusals | CommonRefusal;
