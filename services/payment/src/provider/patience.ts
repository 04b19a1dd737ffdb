import { type Pause, Unavailable } from '@ecommercestack/service-kit';
import type { PaymentProvider } from '../domain/provider.ts';

const pausesMs = [50, 250, 1000];

/**
 * A provider that is asked again, under the same key, when it did not answer: one lost answer must not hold up the
 * payments of others. Rejects when it stays silent.
 */
export function withPatience(provider: PaymentProvider, pause: Pause): PaymentProvider {
  return {
    perform: async (call) => {
      for (const milliseconds of pausesMs) {
        try {
          return await provider.perform(call);
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error;
          await pause(milliseconds);
        }
      }
      return provider.perform(call);
    },
  };
}
