import type { Money } from '@ecommercestack/contracts/money';

/** One question to the payment provider. The same key is the same operation, however often it is asked. */
export type ProviderCall = {
  readonly operation: 'authorize' | 'capture' | 'refund' | 'void';
  readonly key: string;
  readonly paymentId: string;
  readonly amount: Money;
  readonly token: string;
};

/** What the provider says for good. Its silence is no answer: the call is made again. */
export type ProviderAnswer =
  | { readonly outcome: 'approved' }
  | { readonly outcome: 'declined'; readonly reason: string };

/** The payment provider. Rejects when it does not answer, which says nothing about what it has done. */
export type PaymentProvider = { readonly perform: (call: ProviderCall) => Promise<ProviderAnswer> };
