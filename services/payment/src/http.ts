import { type Payment, payment } from '@ecommercestack/contracts/http/payment';
import { listRoutes } from '@ecommercestack/service-kit';
import type { PaymentContext } from './context.ts';

/** Lists and single payments; they begin and end with their orders. */
export const paymentRoutes = listRoutes<PaymentContext, Payment>(
  { path: '/payments', noun: 'payment', schema: payment },
  ({ payments }) => payments,
);
