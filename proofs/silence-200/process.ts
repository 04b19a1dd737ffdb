import { readFileSync } from 'node:fs';

/** What a process holds and has used so far. */
export type Usage = { readonly residentMiB: number; readonly cpuSeconds: number };

/** Clock ticks a second in which Linux counts processor time, on every platform that Node runs on. */
const ticks = 100;

/** Reads a process's use from /proc. */
export function usageOf(pid: number): Usage {
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command in parentheses, which may hold spaces; user and system time are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [fields[11], fields[12]].map(Number);
  return {
    residentMiB: Math.round(Number(resident) / 1024),
    cpuSeconds: ((user ?? 0) + (system ?? 0)) / ticks,
  };
}
