/** How large a run is. */
export type Size = {
  readonly stacks: number;
  /** Seconds that are listened to when all stacks are at rest. */
  readonly seconds: number;
  /** Seconds without a write after which they are. */
  readonly calm: number;
};

const whole: Size = { stacks: 200, seconds: 600, calm: 65 };

/** Stacks that a slow machine brings to rest in a minute, and the seconds that everything round it takes. */
const perMinute = 16;
const overhead = 30;

/**
 * The whole thing where there is time for it, else as many stacks as half of the time is enough for, and then as long a
 * silence as is left. A hunt for a planted bug needs few stacks and little silence.
 */
export function sizeFor(seconds: number, hunting: boolean): Size {
  if (hunting) return { stacks: 5, seconds: 20, calm: 5 };
  const forRest = whole.calm + whole.seconds + overhead;
  const convergeable = Math.floor(((seconds - forRest) / 60) * perMinute);
  if (convergeable >= whole.stacks) return whole;
  const stacks = Math.floor((seconds / 2 / 60) * perMinute);
  return { ...whole, stacks: Math.max(10, Math.min(whole.stacks, stacks)) };
}
