import type { Outcome } from '../proof.ts';
import type { Random } from '../random.ts';
import { simulate } from './world.ts';

const mostFailures = 20;
const sayEveryMs = 20_000;

/** Simulates shops, each from a seed of its own, until the time is over or a failure ends it. */
export async function simulateUntil(
  endsAt: number,
  random: Random,
  stopAtFailure: boolean,
  say: (line: string) => void,
): Promise<Outcome> {
  const started = performance.now();
  const failures: string[] = [];
  const sum = { sagas: 0, deaths: 0, shops: 0 };
  let lastSaid = Date.now();
  const first = random.integer(1, 2 ** 30);
  const firstTrace = (await simulate(first)).trace;
  if ((await simulate(first)).trace !== firstTrace)
    failures.push(`seed ${first} gives another run each time`);
  while (Date.now() < endsAt && failures.length < (stopAtFailure ? 1 : mostFailures)) {
    const shop = await simulate(random.integer(1, 2 ** 30));
    sum.sagas += shop.sagas;
    sum.deaths += shop.deaths;
    sum.shops += 1;
    failures.push(...shop.failures);
    if (Date.now() - lastSaid < sayEveryMs) continue;
    lastSaid = Date.now();
    say(`${sum.sagas} sagas, ${sum.deaths} deaths, ${failures.length} failures`);
  }
  const perSecond = Math.round((sum.sagas * 1000) / (performance.now() - started));
  return {
    done: sum.sagas,
    of: sum.sagas,
    failures,
    figures: {
      shops: sum.shops,
      deaths: sum.deaths,
      'sagas.per.s': perSecond,
      trace: firstTrace.slice(0, 16),
    },
  };
}
