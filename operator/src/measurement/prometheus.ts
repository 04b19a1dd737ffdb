import { z } from 'zod';
import { excerpt, type ProviderType, parseJson, type Reading } from './reading.ts';

const sample = z.tuple([z.number(), z.string()]);
const answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: sample })) }),
      z.object({ resultType: z.literal('scalar'), result: sample }),
      z.object({ resultType: z.literal('matrix'), result: z.unknown() }),
      z.object({ resultType: z.literal('string'), result: z.unknown() }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string().default(''), error: z.string() }),
]);

/**
 * An instant query of Prometheus' HTTP API, https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries:
 * exactly one sample counts.
 */
export const promqlReading: ProviderType = {
  request: (provider, query) => {
    const url = new URL(`${provider.pathname.replace(/\/$/, '')}/api/v1/query`, provider);
    url.searchParams.set('query', query);
    return url;
  },
  read: (status, body) => {
    const parsed = answer.safeParse(parseJson(body));
    if (!parsed.success)
      return { problem: `no answer of Prometheus' API but HTTP ${status}: ${excerpt(body)}` };
    if (parsed.data.status === 'error') return { problem: `the query fails: ${excerpt(parsed.data.error)}` };
    const { data } = parsed.data;
    if (data.resultType === 'scalar') return toReading(data.result[1]);
    if (data.resultType !== 'vector')
      return { problem: `the query gives a ${data.resultType}; it has to give one number` };
    const [only, ...others] = data.result;
    if (only === undefined)
      return { problem: 'the query finds no series; there may have been no traffic yet' };
    if (others.length > 0) {
      return { problem: `the query gives ${data.result.length} series; sum or average them into one` };
    }
    return toReading(only.value[1]);
  },
};

function toReading(text: string): Reading {
  const value = Number(text);
  return Number.isFinite(value) && text.trim() !== ''
    ? { value }
    : { problem: `the value is ${excerpt(text)}, which says nothing` };
}
