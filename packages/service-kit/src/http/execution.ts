import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Pause } from '../domain/pause.ts';
import { type Refusal, refuse } from '../domain/result.ts';
import { withTrace } from '../events/trace.ts';
import type { Effect, EventStore, StoredAnswer } from '../store/event-store.ts';
import { Unavailable } from '../store/unavailable.ts';
import type { Rendered } from './problem.ts';
import { type Answer, type Checked, isRefusal } from './route.ts';

/** One request that was checked, and what identifies it. */
export type Asked = {
  readonly method: string;
  readonly route: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly traceparent?: string;
  readonly isIdempotent: boolean;
};

export type ExecutionSpec = {
  /** Absent in a service that keeps no events; its answers have no effects. */
  readonly store?: EventStore;
  readonly pause: Pause;
  readonly renderRefusal: (refusal: Refusal) => Rendered;
  readonly onError: (error: unknown) => void;
};

/** Carries out a checked request: runs its handler, commits the effect, and answers what is to be sent. */
export type Execute = <Context>(
  checked: Checked<Context>,
  context: Context,
  asked: Asked,
) => Promise<Rendered>;

type Identity = Pick<StoredAnswer, 'scope' | 'key' | 'fingerprint'>;

const mostRaces = 100;
const mostKeyLength = 255;

/**
 * Carries out requests. The effect is committed before the answer is sent. Under an idempotency key the answer is
 * committed together with the effect, so a key has both or neither; a second request under the key runs into the first
 * one's and gets its answer, byte for byte. Failures of ours are such answers too; a store that is away is none.
 */
export function createExecution(spec: ExecutionSpec): Execute {
  const { store, pause, renderRefusal, onError } = spec;
  const attempt = async <Context>(checked: Checked<Context>, context: Context): Promise<Attempt> => {
    try {
      const result = await checked.run(context);
      if (isRefusal(result)) return { rendered: renderRefusal(result), effect: {} };
      return { rendered: renderAnswer(result), effect: result.effect ?? {} };
    } catch (error) {
      return failed(error);
    }
  };
  const failed = (error: unknown): Attempt => {
    if (error instanceof Unavailable) throw error;
    onError(error);
    return { rendered: renderRefusal(refuse('internal-error')), effect: {} };
  };
  // A key that has its answer gets it, also while something that the handler needs is away.
  const attemptOrReplay = async <Context>(
    checked: Checked<Context>,
    context: Context,
    identity: Identity | 'none',
  ): Promise<Attempt | { readonly replayed: Rendered }> => {
    try {
      return await attempt(checked, context);
    } catch (error) {
      if (identity === 'none' || (await keep(store).answerOf(identity.scope, identity.key)) === undefined)
        throw error;
      return { replayed: await replay(keep(store), identity, renderRefusal) };
    }
  };
  return async (checked, context, asked) => {
    const identity = asked.isIdempotent ? identityOf(asked) : 'none';
    if (identity === undefined) return renderRefusal(refuse('idempotency-key-required'));
    const first = await attemptOrReplay(checked, context, identity);
    if ('replayed' in first) return first.replayed;
    let { rendered, effect } = first;
    for (let race = 0; race < mostRaces; race += 1) {
      const commit = withTrace(
        identity === 'none' ? effect : { ...effect, answer: toAnswer(identity, rendered) },
        asked.traceparent,
      );
      if (Object.keys(commit).length === 0) return rendered;
      const outcome = await keep(store).commit(commit);
      if (outcome.outcome === 'committed') return rendered;
      if (outcome.outcome === 'answered' && identity !== 'none')
        return replay(keep(store), identity, renderRefusal);
      if (outcome.outcome === 'forbidden')
        ({ rendered, effect } = failed(new Error(`a row breaks ${outcome.constraint}`)));
      else {
        await pause(Math.min(race, 20));
        ({ rendered, effect } = await attempt(checked, context));
      }
    }
    return renderRefusal(refuse('conflict', 'others change this all the time; try again'));
  };
}

type Attempt = { readonly rendered: Rendered; readonly effect: Effect };

function toAnswer(identity: Identity, { status, headers, body = '' }: Rendered): StoredAnswer {
  return { ...identity, status, headers, body };
}

async function replay(
  store: EventStore,
  { scope, key, fingerprint }: Identity,
  renderRefusal: ExecutionSpec['renderRefusal'],
): Promise<Rendered> {
  const stored = await store.answerOf(scope, key);
  if (stored === undefined) throw new Error('an answer that was there is gone');
  if (stored.fingerprint !== fingerprint) return renderRefusal(refuse('idempotency-key-reused'));
  const { status, headers, body } = stored;
  return { status, headers: { ...headers, 'idempotent-replayed': 'true' }, ...(body === '' ? {} : { body }) };
}

function renderAnswer({ status, body, headers = {} }: Answer): Rendered {
  if (body === undefined) return { status, headers };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}

// A key belongs to who asks and what for: another caller's key of the same name is another key.
function identityOf({ method, route, target, headers, body }: Asked): Identity | undefined {
  const key = headers['idempotency-key'];
  if (typeof key !== 'string' || key === '' || key.length > mostKeyLength) return undefined;
  const caller = headers['x-user-id'];
  const scope = JSON.stringify([typeof caller === 'string' ? caller : null, method, route]);
  const asked = JSON.stringify([method, target, canonical(body)]);
  return { scope, key, fingerprint: createHash('sha256').update(asked).digest('hex') };
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return { fields: fields.map(([name, inner]) => [name, canonical(inner)]) };
}

function keep(store: EventStore | undefined): EventStore {
  if (store === undefined) throw new Error('an answer has an effect, and the service keeps no events');
  return store;
}
