import { withSignals } from '@ecommercestack/controller-runtime';
import { promqlReading } from './prometheus.ts';
import type { Reading } from './reading.ts';
import { webReading } from './web.ts';

/** Where numbers come from: an HTTP API that understands PromQL, or a web server that is asked for a path. */
export type ProviderAddress = { readonly type: 'prometheus' | 'web'; readonly url: URL };

/** Providers by the name that a metric's `provider` says. */
export type Providers = Readonly<Record<string, ProviderAddress>>;

/** Asks one provider; never throws for what the other side does. */
export type AskProvider = (provider: string, query: string, signal: AbortSignal) => Promise<Reading>;

const answerMs = 10_000;
const longestAnswer = 1_048_576;

/** The address in `TYPE:URL`, for example `prometheus:http://prometheus.monitoring:9090`; undefined where it is none. */
export function providerAddress(text: string): ProviderAddress | undefined {
  const [, type, address = ''] = /^(prometheus|web):(https?:\/\/.+)$/.exec(text) ?? [];
  if ((type !== 'prometheus' && type !== 'web') || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.search === '' && url.hash === '' && url.username === '' ? { type, url } : undefined;
}

/** Asks over HTTP, for at most ten seconds and a megabyte, and follows no redirect. */
export function askingProviders(providers: Providers): AskProvider {
  return async (name, query, signal) => {
    const provider = providers[name];
    if (provider === undefined) return { problem: unknownProvider(name, providers) };
    const { request, read } = provider.type === 'prometheus' ? promqlReading : webReading;
    const url = request(provider.url, query);
    if (url === undefined) return { problem: 'the query is not a path; begin it with one slash' };
    try {
      return await withSignals([signal, AbortSignal.timeout(answerMs)], async (either) => {
        const response = await fetch(url, { signal: either, redirect: 'manual' });
        return read(response.status, await bodyOf(response));
      });
    } catch (error) {
      return { problem: `provider ${name} does not answer at ${provider.url.host}: ${causeOf(error)}` };
    }
  };
}

async function bodyOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > longestAnswer) throw new Error('the answer is longer than a megabyte');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function unknownProvider(name: string, providers: Providers): string {
  const known = Object.keys(providers);
  const others = known.length === 0 ? '' : `, or use ${known.join(' or ')}`;
  return `the operator knows no provider ${name}; start it with --metrics-provider ${name}=prometheus:URL${others}`;
}

/** fetch hides what happened in the cause of what it throws. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing came within ${answerMs / 1000} s`;
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
