import { type Table, type TableSpec, Unavailable } from '@ecommercestack/service-kit';
import { z } from 'zod';
import type { PaymentProvider, ProviderAnswer, ProviderCall } from '../domain/provider.ts';

const operation = z.strictObject({
  id: z.string().describe('The idempotency key.'),
  paymentId: z.string(),
  operation: z.enum(['authorize', 'capture', 'refund', 'void']),
  currency: z.string(),
  minor: z.string(),
  outcome: z.enum(['approved', 'declined']),
  reason: z.string().nullable(),
});

/** One operation that the simulated provider carried out, under its key. */
export type Operation = z.output<typeof operation>;

/** The ledger of the simulated provider. */
export const operationsTable: TableSpec<Operation> = {
  name: 'provider_operations',
  columns: ['id', 'paymentId', 'operation', 'currency', 'minor', 'outcome', 'reason'],
  schema: operation,
};

/**
 * A payment provider with a ledger of its own. The token says how it behaves: `tok_declined…` and `tok_nocapture…` are
 * refused, `tok_late…` is carried out and the first answer lost, `tok_down…` is not carried out at first. It trusts its
 * caller: two captures under two keys are two captures, and the ledger shows them.
 */
export function createSimulation(ledger: Table<Operation>): PaymentProvider {
  const seen = new Set<string>();
  return {
    perform: async (call) => {
      const isFirst = !seen.has(call.key);
      seen.add(call.key);
      if (isFirst && call.token.startsWith('tok_down')) throw new Unavailable('the provider is down');
      await ledger.insert(toOperation(call));
      const carriedOut = await ledger.get(call.key);
      if (carriedOut === undefined) throw new Unavailable('the ledger lost an operation');
      if (isFirst && call.token.startsWith('tok_late')) throw new Unavailable('the answer was lost');
      return answerOf(carriedOut);
    },
  };
}

function toOperation({ key: id, paymentId, operation: kind, amount, token }: ProviderCall): Operation {
  const reason = refusalOf(kind, token);
  const outcome = reason === null ? 'approved' : 'declined';
  return { id, paymentId, operation: kind, currency: amount.currency, minor: amount.minor, outcome, reason };
}

function refusalOf(kind: ProviderCall['operation'], token: string): string | null {
  if (kind === 'authorize' && token.startsWith('tok_declined')) return 'card-declined';
  return kind === 'capture' && token.startsWith('tok_nocapture') ? 'capture-declined' : null;
}

function answerOf({ outcome, reason }: Operation): ProviderAnswer {
  return outcome === 'approved' ? { outcome } : { outcome, reason: reason ?? 'not-told' };
}
