import { randomUUIDv7 } from 'node:crypto';
import { setTimeout as timeout } from 'node:timers/promises';
import type { Clock } from './domain/clock.ts';
import type { Ids } from './domain/ids.ts';
import type { Pause } from './domain/pause.ts';

/** The time of this machine. */
export const systemClock: Clock = { now: () => Date.now() };

/** Ids of RFC 9562, version 7. */
export const uuidv7: Ids = { next: () => randomUUIDv7() };

/** Waits by this machine's timers. */
export const systemPause: Pause = async (milliseconds, signal) => {
  try {
    await timeout(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
};
