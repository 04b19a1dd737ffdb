import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { waitFor } from './wait.ts';

/** A background process to start: its name is that of its pid file and its log. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the process when the starting thread ends, so that an interrupted test run leaves nothing behind. */
  readonly diesWithParent?: boolean;
}

/** A set of background processes, each the leader of a group of its own, known by pid files under one directory. */
export interface Supervisor {
  start(spec: ProcessSpec): void;
  isRunning(name: string): boolean;
  /** The process id; throws unless the process runs. */
  pid(name: string): number;
  /** Throws with the end of the log unless the process runs. */
  assertRunning(name: string): void;
  /** Ends a process and its group: SIGTERM first, SIGKILL when the grace is over. */
  stop(name: string, graceMs: number): Promise<void>;
  /** The names that have a pid file, newest start last. */
  names(): string[];
  logFile(name: string): string;
}

interface Identity {
  readonly pid: number;
  /** Ticks since boot at which the process started: tells a reused pid from ours. */
  readonly startTime: string;
}

/** Supervises processes by pid files in `<dir>/run` with logs in `<dir>/logs`. */
export function supervisor(dir: string): Supervisor {
  const pidFile = (name: string): string => join(dir, 'run', `${name}.pid`);
  const logFile = (name: string): string => join(dir, 'logs', `${name}.log`);
  const identity = (name: string): Identity | undefined =>
    existsSync(pidFile(name)) ? JSON.parse(readFileSync(pidFile(name), 'utf8')) : undefined;
  const isRunning = (name: string): boolean => isAlive(identity(name));

  return {
    logFile,
    isRunning,
    start(spec) {
      if (isRunning(spec.name)) return;
      mkdirSync(join(dir, 'run'), { recursive: true });
      mkdirSync(join(dir, 'logs'), { recursive: true });
      writeFileSync(pidFile(spec.name), JSON.stringify(launch(spec, logFile(spec.name))));
    },
    pid(name) {
      const known = identity(name);
      if (!known || !isAlive(known)) throw new Error(`${name} does not run`);
      return known.pid;
    },
    assertRunning(name) {
      if (!isRunning(name))
        throw new Error(`${name} ended by itself; the end of its log:\n${tail(logFile(name))}`);
    },
    async stop(name, graceMs) {
      const known = identity(name);
      if (known && isAlive(known)) await endGroup(known, name, graceMs);
      rmSync(pidFile(name), { force: true });
    },
    names() {
      if (!existsSync(join(dir, 'run'))) return [];
      const names = readdirSync(join(dir, 'run')).flatMap((file) =>
        file.endsWith('.pid') ? [file.slice(0, -4)] : [],
      );
      return names.sort((a, b) => Number(identity(a)?.startTime) - Number(identity(b)?.startTime));
    },
  };
}

function launch(spec: ProcessSpec, logFile: string): Identity {
  const tied = spec.diesWithParent && process.platform === 'linux';
  const [command, args] = tied
    ? ['setpriv', ['--pdeathsig', 'KILL', '--', spec.command, ...spec.args]]
    : [spec.command, spec.args];
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...spec.env },
    });
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw new Error(`${command} did not start: is it there and executable?`);
    return { pid: child.pid, startTime: startTime(child.pid) ?? '0' };
  } finally {
    closeSync(log);
  }
}

/** Field 22 of /proc/<pid>/stat, undefined when the process is gone or a zombie. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function isAlive(identity: Identity | undefined): boolean {
  return identity !== undefined && startTime(identity.pid) === identity.startTime;
}

async function endGroup(identity: Identity, name: string, graceMs: number): Promise<void> {
  const gone = (timeoutMs: number): Promise<true> =>
    waitFor(() => !isAlive(identity) || undefined, { what: `${name} to end`, timeoutMs, intervalMs: 20 });
  if (graceMs > 0) {
    signalGroup(identity.pid, 'SIGTERM');
    const ended = await gone(graceMs).catch(() => false);
    if (ended) return;
  }
  signalGroup(identity.pid, 'SIGKILL');
  await gone(10_000);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: the group ended between the look and the signal, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function tail(file: string): string {
  if (!existsSync(file)) return '  | (no log)';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15);
  return lines.map((line) => `  | ${line}`).join('\n');
}
