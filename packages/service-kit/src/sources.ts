import { randomUUIDv7 } from 'node:crypto';
import type { Clock } from './domain/clock.ts';
import type { Ids } from './domain/ids.ts';

/** The time of this machine. */
export const systemClock: Clock = { now: () => Date.now() };

/** Ids of RFC 9562, version 7. */
export const uuidv7: Ids = { next: () => randomUUIDv7() };
