import { toMilliseconds } from '../api/duration.ts';

/** A duration as Istio and its validators take it: one number of seconds, with a fraction where needed. */
export function istioDuration(duration: string): string {
  return `${toMilliseconds(duration) / 1000}s`;
}
