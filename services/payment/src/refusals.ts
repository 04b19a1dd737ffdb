import type { CommonRefusal, RefusalTable } from '@ecommercestack/service-kit';

/** Refusals of payments beside the common ones. */
export const paymentRefusals = {
  'no-payment': { status: 404, title: 'The order has no payment' },
  'nothing-to-refund': { status: 409, title: 'Nothing is captured that could be refunded' },
  'provider-refused': { status: 502, title: 'The payment provider refused what it may not refuse' },
} as const satisfies RefusalTable;

export type PaymentRefusal = keyof typeof paymentRefusals | CommonRefusal;
