import type { Answer } from '../rollout/seen.ts';
import { type Expectation, lackOf } from './expectation.ts';
import type { Audience, MeshProxy } from './proxies.ts';
import type { ProxyHost } from './proxy-config.ts';

/** What a proxy said when it was asked: what it has, by host, or nothing. */
export type ProxyAnswer = { readonly hosts: Readonly<Record<string, ProxyHost>> } | Silence;

/** Who has to have what. */
export type Question = {
  readonly audience: Audience;
  readonly expectations: readonly Expectation[];
};

/** Whoever said nothing, and for how long (ms). */
type Silence = { readonly error: string; readonly silentMs: number };

/** What was said so far; undefined where nobody has answered the question as it is now. */
export type Said = {
  readonly proxy: (proxy: MeshProxy) => ProxyAnswer | undefined;
  /** Which proxies there are at the edge. */
  readonly edge: readonly MeshProxy[] | Silence | undefined;
};

/** How long a proxy may be silent before nobody knows what it does. */
export const patienceMs = 5_000;

/**
 * Judges what the proxies said. One that has something else, or has not been asked yet, keeps the answer pending. One that
 * says nothing for a while, or a pod that runs without a proxy, makes it unknown: what it does cannot be found out.
 */
export function judgeProxies({ audience, expectations }: Question, said: Said): Answer {
  if (audience.bare.length > 0) {
    return unknown(`${some(audience.bare)} without a proxy, so no weight binds it; enable injection`);
  }
  const edge = audience.edge === undefined ? [] : said.edge;
  if (edge === undefined) return { confirmation: 'Pending' };
  if ('error' in edge) return silent('the edge', edge);
  if (audience.edge !== undefined && edge.length === 0) {
    const labels = Object.entries(audience.edge.selector).map(([key, value]) => `${key}=${value}`);
    return unknown(`no gateway runs in ${audience.edge.namespace} with ${labels.join(',')}`);
  }
  const answers = [...audience.proxies, ...edge].map((proxy) =>
    judgeProxy(proxy, said.proxy(proxy), expectations),
  );
  const worst = answers.find(({ confirmation }) => confirmation === 'Unknown');
  return (
    worst ?? answers.find(({ confirmation }) => confirmation === 'Pending') ?? { confirmation: 'Confirmed' }
  );
}

function judgeProxy(
  proxy: MeshProxy,
  answer: ProxyAnswer | undefined,
  expectations: readonly Expectation[],
): Answer {
  const name = `proxy ${proxy.namespace}/${proxy.pod}`;
  if (answer === undefined) return { confirmation: 'Pending' };
  if ('error' in answer) return silent(name, answer);
  for (const expected of expectations.filter(({ host }) => proxy.hosts.includes(host))) {
    const lack = lackOf(answer.hosts[expected.host] ?? nothing, expected);
    if (lack !== undefined) return pending(`${name} ${lack} (${expected.host})`);
  }
  return { confirmation: 'Confirmed' };
}

function silent(name: string, { error, silentMs }: Silence): Answer {
  const because = `${name} does not say what it has: ${error}`;
  return silentMs < patienceMs ? pending(because) : unknown(because);
}

const nothing: ProxyHost = { routes: [], endpoints: {} };

const unknown = (because: string): Answer => ({ confirmation: 'Unknown', because });
const pending = (because: string): Answer => ({ confirmation: 'Pending', because });

function some(pods: readonly string[]): string {
  const [first = ''] = pods;
  return pods.length === 1 ? `pod ${first} runs` : `pod ${first} and ${pods.length - 1} more run`;
}
