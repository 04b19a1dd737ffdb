import { excerpt, type ProviderType, parseJson } from './reading.ts';

/**
 * A web check: the query is a path below the provider's address. The answer is a number, or JSON with one in `value`; any
 * other answer counts 1 with a status of 2xx. 4xx and 5xx count 0, but for those that say that nobody could answer.
 */
export const webReading: ProviderType = {
  request: (provider, query) => {
    if (!/^\/(?![/\\])/.test(query)) return undefined;
    const url = new URL(`${provider.pathname.replace(/\/$/, '')}${query}`, provider);
    return url.origin === provider.origin ? url : undefined;
  },
  read: (status, body) => {
    if (status === 429 || (status >= 502 && status <= 504)) {
      return { problem: `HTTP ${status}: ${excerpt(body)}` };
    }
    if (status >= 300 && status < 400)
      return { problem: `HTTP ${status} leads elsewhere; name the address it leads to` };
    if (status < 200 || status >= 300) return { value: 0 };
    const value = numberIn(parseJson(body));
    return { value: value ?? 1 };
  },
};

function numberIn(parsed: unknown): number | undefined {
  if (typeof parsed === 'number') return parsed;
  if (typeof parsed !== 'object' || parsed === null || !('value' in parsed)) return undefined;
  return typeof parsed.value === 'number' ? parsed.value : undefined;
}
