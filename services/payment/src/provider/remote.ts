import { callJson, Unavailable } from '@ecommercestack/service-kit';
import { z } from 'zod';
import type { PaymentProvider } from '../domain/provider.ts';

const answer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('approved') }),
  z.object({ outcome: z.literal('declined'), reason: z.string() }),
]);

const timeoutMs = 3000;

/** The payment provider at an address. Only a whole answer counts; anything else is asked again under the same key. */
export function createRemoteProvider(url: string): PaymentProvider {
  const { origin, host } = new URL(url);
  return {
    perform: async ({ key, ...body }) => {
      const headers = { 'idempotency-key': key };
      const call = { method: 'POST', path: '/operations', headers, body, timeoutMs } as const;
      const { status, body: said } = await callJson({ origin, host }, call).catch((error: unknown) => {
        throw new Unavailable(`the payment provider does not answer: ${String(error)}`);
      });
      const parsed = answer.safeParse(said);
      if (status !== 200 || !parsed.success) throw new Unavailable(`the payment provider answers ${status}`);
      return parsed.data;
    },
  };
}
