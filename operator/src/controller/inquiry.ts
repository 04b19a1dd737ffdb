import type { ProxyReader } from '../cluster/proxy-reader.ts';
import type { MeshProxy } from '../confirmation/proxies.ts';
import type { ProxyHost } from '../confirmation/proxy-config.ts';
import { judgeProxies, patienceMs, type Question } from '../confirmation/verdict.ts';
import type { Answer } from '../rollout/seen.ts';

/** What a proxy said counts for this long. */
const freshMs = 5_000;
/** Proxies that are asked at once. */
const atOnce = 8;

/** What came of asking, begun at a time (ms). */
type Reply<T> =
  | { readonly at: number; readonly said: T }
  | { readonly at: number; readonly error: string; readonly silentSince: number };

type Hosts = Readonly<Record<string, ProxyHost>>;

/** One question to the proxies of a workload, and what they have said to it so far. */
export class Inquiry {
  /** Tells questions apart: weights that come back are another one. */
  readonly id: string;
  question: Question;
  /** What was said earlier may have been about other routes. */
  readonly #since: number;
  readonly #replies = new Map<string, Reply<Hosts>>();
  #edge: Reply<readonly MeshProxy[]> | undefined;

  constructor(id: string, question: Question, now: number) {
    this.id = id;
    this.question = question;
    this.#since = now;
  }

  /** What is known now; whom a short wait is for is not worth a word in status. */
  verdict(now: number): Answer {
    const answer = judgeProxies(this.question, {
      proxy: ({ uid }) => {
        const reply = this.#fresh(this.#replies.get(uid), now);
        return reply && ('said' in reply ? { hosts: reply.said } : silence(reply, now));
      },
      edge: this.#edgeAt(now),
    });
    const isShort = answer.confirmation === 'Pending' && now - this.#since < patienceMs;
    return isShort ? { confirmation: 'Pending' } : answer;
  }

  /** Asks everybody once. */
  async ask(reader: ProxyReader, now: () => number): Promise<void> {
    const { audience } = this.question;
    if (audience.edge !== undefined) {
      const { edge } = audience;
      this.#edge = await replyOf(() => reader.findEdge(edge), now, this.#edge);
    }
    const atEdge = this.#edgeAt(now());
    const proxies = [...audience.proxies, ...(Array.isArray(atEdge) ? (atEdge as readonly MeshProxy[]) : [])];
    for (let first = 0; first < proxies.length; first += atOnce) {
      await Promise.all(
        proxies.slice(first, first + atOnce).map(async (proxy) => {
          const before = this.#replies.get(proxy.uid);
          this.#replies.set(proxy.uid, await replyOf(() => reader.read(proxy), now, before));
        }),
      );
    }
  }

  #edgeAt(now: number) {
    const reply = this.#fresh(this.#edge, now);
    return reply && ('said' in reply ? reply.said : silence(reply, now));
  }

  #fresh<T>(reply: Reply<T> | undefined, now: number): Reply<T> | undefined {
    return reply === undefined || reply.at < this.#since || now - reply.at > freshMs ? undefined : reply;
  }
}

function silence({ error, silentSince }: { error: string; silentSince: number }, now: number) {
  return { error, silentMs: now - silentSince };
}

async function replyOf<T>(
  ask: () => Promise<T>,
  now: () => number,
  before: Reply<T> | undefined,
): Promise<Reply<T>> {
  const at = now();
  try {
    return { at, said: await ask() };
  } catch (error) {
    const silentSince = before !== undefined && 'error' in before ? before.silentSince : at;
    return { at, error: error instanceof Error ? error.message : String(error), silentSince };
  }
}
