import { toMilliseconds } from '../../operator/src/api/duration.ts';
import type { Request } from './arguments.ts';
import { usage } from './exit.ts';

/** Milliseconds of a flag such as 90s or 5m. */
export function durationOf(request: Request, flag: string, standard: string): number {
  const given = request.get(flag) ?? standard;
  if (!/^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(given)) {
    throw usage(`--${flag} ${given} is no duration: write one such as 90s, 5m or 1h30m`);
  }
  return toMilliseconds(given);
}
