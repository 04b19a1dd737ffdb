import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../packages/service-kit/src/sources.ts';
import { createRedisKeyValues } from '../../packages/service-kit/src/store/key-value-redis.ts';
import { silentLog } from '../../packages/service-kit/src/telemetry/log.ts';
import { algorithmNames, toRule } from '../../services/gateway/src/domain/limits/rule.ts';
import { createLimiter } from '../../services/gateway/src/limiter/limiter.ts';
import type { Definition } from './definitions.ts';

export type LoadPlan = {
  readonly url: string;
  readonly mode: 'Strict' | 'Fast';
  readonly rules: readonly Definition[];
  readonly keys: number;
  readonly forMs: number;
  /** Decisions asked for at once, again and again. */
  readonly atOnce: number;
};

/** What one gateway did: admissions by this machine's clock, and what the store said by its own. */
export type LoadSeen = {
  readonly decisions: number;
  readonly commands: number;
  /** [rule, key, milliseconds] of each request that was let through. */
  readonly admitted: readonly (readonly [number, string, number])[];
  /** [key as stored, store's milliseconds, granted] of each answer of the store. */
  readonly answers: readonly (readonly [string, number, number])[];
};

/** One gateway's limiter, as shipped, under load against a real Redis. */
export async function loadStore({ url, mode, rules, keys, forMs, atOnce }: LoadPlan): Promise<LoadSeen> {
  const redis = createRedisKeyValues(url, () => {});
  const answers: [string, number, number][] = [];
  const store = {
    evaluate: async (...[script, names, args]: Parameters<typeof redis.evaluate>) => {
      const numbers = await redis.evaluate(script, names, args);
      // One charge a question: granted and three numbers of its standing, behind the store's time.
      for (const [index, name] of names.entries())
        answers.push([name, numbers[0] ?? 0, numbers[1 + 4 * index] ?? 0]);
      return numbers;
    },
  };
  await redis.ping();
  const limiter = createLimiter({ store, clock: systemClock, log: silentLog });
  const shipped = rules.map((rule, index) =>
    toRule({
      ...rule,
      name: `r${index}`,
      algorithm: algorithmNames.find((known) => known === rule.algorithm) ?? 'TokenBucket',
    }),
  );
  const admitted: [number, string, number][] = [];
  let [decisions, turn] = [0, 0];
  const endsAt = Date.now() + forMs;
  while (Date.now() < endsAt) {
    const asked = Array.from({ length: atOnce }, async () => {
      const number = turn++;
      const [index, key] = [number % shipped.length, `k${Math.floor(keys * ((number * 0.618) % 1) ** 2)}`];
      const rule = shipped[index];
      if (rule === undefined) return;
      const { verdict } = await limiter.decide([{ rule, key }], { mode, withoutRedis: 'Refuse' });
      if (verdict === 'unknown') throw new Error('Redis did not answer');
      decisions += 1;
      if (verdict === 'admitted') admitted.push([index, key, Date.now()]);
    });
    await Promise.all(asked);
    await pause(1);
  }
  await redis.close();
  return { decisions, commands: limiter.commands(), admitted, answers };
}
