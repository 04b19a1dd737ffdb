import type { Payment } from '@ecommercestack/contracts/http/payment';
import type { Streams, Table } from '@ecommercestack/service-kit';
import type { PaymentEvent, PaymentState } from './domain/payment.ts';
import type { PaymentProvider } from './domain/provider.ts';

/** What payments are handled with. */
export type PaymentContext = {
  readonly streams: Streams<PaymentState, PaymentEvent>;
  readonly payments: Table<Payment>;
  readonly provider: PaymentProvider;
};
