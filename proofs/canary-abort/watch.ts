import type { EnvoyTap } from '../canary-traffic/envoy-tap.ts';
import { type Sample, shareOf, violations } from '../canary-traffic/sample.ts';
import { waitFor } from '../kube/wait.ts';

/** What the Envoys at the edge do, looked at all the time. */
export type Watch = {
  /** Waits until every Envoy gives a subset this share; resolves to when the last one was seen to (monotonic ms). */
  untilShare(subset: string, percent: number, deadline: number): Promise<number>;
  /** Says of which canary the looks that follow are, and how many pods carry all traffic. */
  follow(subset: string, replicas: number): void;
  /** Ends, and tells what must never be seen, each sentence once, and how often it looked. */
  stop(): Promise<{ readonly wrong: readonly string[]; readonly looks: number }>;
};

/** Reads every Envoy in turn until it is stopped. */
export function watchEnvoys(taps: readonly EnvoyTap[]): Watch {
  const wrong = new Set<string>();
  let newest: readonly Sample[] = [];
  let followed: { readonly subset: string; readonly replicas: number } | undefined;
  let [looks, running] = [0, true];
  let broken: Error | undefined;
  const look = async (): Promise<void> => {
    while (running) {
      newest = await Promise.all(taps.map((tap) => tap.read()));
      looks += newest.length;
      for (const sample of followed === undefined ? [] : newest) {
        for (const what of violations(sample, followed?.subset ?? '', followed?.replicas ?? 0)) {
          wrong.add(`${sample.proxy}: ${what}`);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const done = look().catch((error: unknown) => {
    broken = error instanceof Error ? error : new Error(String(error));
  });
  return {
    follow: (subset, replicas) => {
      followed = { subset, replicas };
    },
    untilShare: (subset, percent, deadline) =>
      waitFor(
        `${percent} % for ${subset} at every Envoy`,
        async () => {
          if (broken !== undefined) throw broken;
          const has = newest.length > 0 && newest.every((sample) => shareOf(sample, subset) === percent);
          return has ? Math.max(...newest.map(({ to }) => to)) : undefined;
        },
        deadline,
        5,
      ),
    stop: async () => {
      running = false;
      await done;
      if (broken !== undefined) throw broken;
      return { wrong: [...wrong], looks };
    },
  };
}
