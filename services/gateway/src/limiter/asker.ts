import type { Clock, KeyValueStore, Log } from '@ecommercestack/service-kit';
import { type Answer, type Ask, limitScript, toAnswers, toCall } from './script.ts';

export type Asker = {
  /** Asks the store; undefined at once while it is known to be away. Rejects when it goes away meanwhile. */
  readonly ask: (ask: Ask) => Promise<Answer> | undefined;
  /** Commands sent so far. */
  readonly commands: () => number;
};

export type AskerOptions = {
  readonly store: Pick<KeyValueStore, 'evaluate'>;
  readonly clock: Clock;
  readonly log: Log;
};

// A limit must not cost a customer more than a slow answer would.
const patienceMs = 250;
const awayMs = 1000;
const mostInOneCall = 256;
// While two calls are under way, what comes waits for the next: the busier the store, the larger the batches.
const mostCalls = 2;

type Waiting = {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

/** Puts everything that is asked at the same time into one command, and leaves a store that failed alone for a second. */
export function createAsker({ store, clock, log }: AskerOptions): Asker {
  const waiting: Waiting[] = [];
  let [calls, commands, awayUntil] = [0, 0, 0];
  let planned = false;

  const fail = (batch: readonly Waiting[], error: unknown): void => {
    if (clock.now() >= awayUntil)
      log.warn({ error: String(error) }, 'limits are not shared for now: their store does not answer');
    awayUntil = clock.now() + awayMs;
    for (const { reject } of [...batch, ...waiting.splice(0)]) reject(error);
  };
  const send = (): void => {
    planned = false;
    if (waiting.length === 0 || calls >= mostCalls) return;
    const batch = waiting.splice(0, mostInOneCall);
    const asks = batch.map(({ ask }) => ask);
    const { keys, args } = toCall(asks);
    calls += 1;
    commands += 1;
    withPatience(store.evaluate(limitScript, keys, args))
      .then(
        (numbers) => {
          const answers = toAnswers(asks, numbers);
          batch.forEach(({ resolve, reject }, index) => {
            const answer = answers[index];
            if (answer === undefined) reject(new Error('the script answered too little'));
            else resolve(answer);
          });
        },
        (error: unknown) => fail(batch, error),
      )
      .finally(() => {
        calls -= 1;
        send();
      });
  };
  return {
    ask: (ask) => {
      if (clock.now() < awayUntil) return undefined;
      const answer = new Promise<Answer>((resolve, reject) => waiting.push({ ask, resolve, reject }));
      // At the end of this turn of the loop, so that all requests that were read in it are in.
      if (!planned) setImmediate(send);
      planned = true;
      return answer;
    },
    commands: () => commands,
  };
}

function withPatience(call: Promise<number[]>): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
    timer.unref();
    call.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
