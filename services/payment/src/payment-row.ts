import { type Payment as PaymentView, payment as paymentView } from '@ecommercestack/contracts/http/payment';
import type { TableSpec } from '@ecommercestack/service-kit';
import type { Payment } from './domain/payment.ts';

/** The table of payments, a row an order. */
export const paymentsTable: TableSpec<PaymentView> = {
  name: 'payments',
  columns: ['id', 'orderId', 'status', 'currency', 'amountMinor', 'capturedMinor', 'refundedMinor', 'reason'],
  schema: paymentView,
};

const shownAs = {
  authorizing: 'pending',
  capturing: 'pending',
  voiding: 'pending',
  captured: 'captured',
  failed: 'failed',
  refunding: 'refunding',
  refunded: 'refunded',
} as const;

/** The row of a payment. */
export function toPaymentRow({ paymentId: id, orderId, status, amount, reason }: Payment): PaymentView {
  const { currency, minor: amountMinor } = amount;
  const shown = shownAs[status];
  return {
    id,
    orderId,
    status: shown,
    currency,
    amountMinor,
    capturedMinor: shown === 'pending' || shown === 'failed' ? '0' : amountMinor,
    refundedMinor: shown === 'refunded' ? amountMinor : '0',
    reason,
  };
}
