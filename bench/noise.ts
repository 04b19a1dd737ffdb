import { readFileSync } from 'node:fs';

/** Jiffies of all cores since boot. */
export type MachineTime = { readonly total: number; readonly idle: number; readonly steal: number };

/** What else went on: shares of the machine's time, 0 … 1. */
export type Noise = { readonly steal: number; readonly foreign: number };

/** Above this share of steal or of foreign work a pair is dropped, as long as enough others remain. */
export const quiet = 0.05;

/** Jiffies a second, as every Linux shows them to programs. */
const hertz = 100;

/** Reads the first line of /proc/stat. */
export function parseMachineTime(stat: string): MachineTime {
  const fields = /^cpu +(.*)/.exec(stat)?.[1]?.split(' ').map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields;
  return { total: user + nice + system + idle + iowait + irq + softirq + steal, idle: idle + iowait, steal };
}

/** How much of the time between two readings was stolen, and how much went to processes that are not ours. */
export function noiseBetween(before: MachineTime, after: MachineTime, ownSeconds: number): Noise {
  const total = after.total - before.total;
  if (total <= 0) return { steal: 0, foreign: 0 };
  const steal = after.steal - before.steal;
  const busy = total - (after.idle - before.idle) - steal;
  return { steal: steal / total, foreign: Math.max(0, busy - ownSeconds * hertz) / total };
}

/** The machine's time now. */
export function machineTime(): MachineTime {
  return parseMachineTime(readFileSync('/proc/stat', 'utf8'));
}

/** The pairs taken in quiet, or all of them when these are too few to say anything. */
export function keepQuiet<T extends { readonly noise: Noise }>(
  pairs: readonly T[],
  fewest: number,
): readonly T[] {
  const kept = pairs.filter(({ noise }) => noise.steal <= quiet && noise.foreign <= quiet);
  return kept.length >= fewest ? kept : pairs;
}
