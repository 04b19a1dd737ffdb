import type { Pause } from '../domain/pause.ts';

/** Something to sleep on until time is up or somebody rings; a ring while nobody sleeps is remembered. */
export type Bell = {
  readonly ring: () => void;
  readonly sleep: (milliseconds: number) => Promise<void>;
};

export function createBell(pause: Pause): Bell {
  const state: { rung: boolean; waking?: AbortController } = { rung: false };
  return {
    ring: () => {
      state.rung = true;
      state.waking?.abort();
    },
    sleep: async (milliseconds) => {
      if (!state.rung) {
        const waking = new AbortController();
        state.waking = waking;
        await pause(milliseconds, waking.signal);
      }
      state.rung = false;
    },
  };
}
