import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessSpec } from '../process.ts';
import { waitFor } from '../wait.ts';

/** The mount points of the cgroup hierarchies: version 1 has one a controller, and the one of version 2 beside them. */
export function hierarchies(mounts = readFileSync('/proc/self/mounts', 'utf8')): string[] {
  const rows = mounts.split('\n').map((line) => line.split(' '));
  const points = (type: string): string[] =>
    rows.flatMap(([, point, kind]) => (kind === type && point ? [point] : []));
  return [...points('cgroup'), ...points('cgroup2')];
}

/** Where a shell writes its process id to join a cgroup: in version 1 those that count, and that of processor time. */
export function joinFiles(group: string): string[] {
  const roots = hierarchies();
  const counting = roots.filter((root) => /\/(cpu|pids|systemd)$/.test(root));
  const chosen = counting.length > 0 ? counting : roots;
  return chosen.map((root) => join(root, group, 'cgroup.procs'));
}

/** The process, started inside a cgroup, and so all that it starts. */
export function inCgroup(group: string, spec: ProcessSpec): ProcessSpec {
  const join = joinFiles(group).map((file) => `echo $$ > ${file}`);
  const script = [...join, 'exec "$@"'].join(' && ');
  return { ...spec, command: 'sh', args: ['-c', script, 'sh', spec.command, ...spec.args] };
}

/** Makes a cgroup in every hierarchy. */
export function makeCgroup(group: string): void {
  for (const root of hierarchies()) mkdirSync(join(root, group), { recursive: true });
}

/**
 * Gives a cgroup the weight of many processes. By default a whole cluster weighs as much as one process outside it, so
 * that a test run beside it starves its pods until their probes fail.
 */
export function favour(group: string): void {
  for (const root of hierarchies()) {
    for (const [file, weight] of [
      ['cpu.shares', 16_384],
      ['cpu.weight', 1_600],
    ] as const) {
      const path = join(root, group, file);
      if (existsSync(path)) writeFileSync(path, String(weight));
    }
  }
}

/** The processes in the cgroup and all below it. */
export function cgroupProcesses(name: string): number[] {
  const found = new Set<number>();
  for (const root of hierarchies()) {
    for (const dir of tree(join(root, name))) {
      for (const line of readProcesses(dir)) found.add(line);
    }
  }
  return [...found];
}

/** Kills every process of the cgroup and all below it. */
export async function killCgroup(name: string): Promise<void> {
  await waitFor(
    () => {
      const alive = cgroupProcesses(name);
      for (const pid of alive) kill(pid);
      return alive.length === 0;
    },
    { what: `the processes of cgroup ${name} to end`, timeoutMs: 30_000, intervalMs: 50 },
  );
}

/** Kills every process of the cgroup and removes it with all its children. */
export async function removeCgroup(name: string): Promise<void> {
  await killCgroup(name);
  for (const root of hierarchies()) {
    for (const dir of tree(join(root, name)).reverse()) rmdirSync(dir);
  }
}

/** A directory of cgroups and all below it, parents first. */
function tree(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const children = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [dir, ...children.flatMap((entry) => tree(join(dir, entry.name)))];
}

function readProcesses(dir: string): number[] {
  try {
    return readFileSync(join(dir, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    // The cgroup went away between the listing and the look.
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
