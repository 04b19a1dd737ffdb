import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { supervisor } from '../process.ts';
import { waitFor } from '../wait.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'supervisor-'));
});
afterEach(async () => {
  const processes = supervisor(dir);
  for (const name of processes.names()) await processes.stop(name, 0);
  rmSync(dir, { recursive: true, force: true });
});

describe.runIf(process.platform === 'linux')('supervisor', () => {
  const sleeper = (name: string) => ({ name, command: 'sleep', args: ['60'], diesWithParent: true });

  it('starts once and stops', async () => {
    const processes = supervisor(dir);
    processes.start(sleeper('a'));
    const pid = processes.pid('a');
    processes.start(sleeper('a'));
    expect(processes.pid('a')).toBe(pid);
    await processes.stop('a', 1000);
    expect(processes.isRunning('a')).toBe(false);
    expect(processes.names()).toEqual([]);
  });

  it('ends a process that ignores SIGTERM, and its children', async () => {
    const processes = supervisor(dir);
    const script = 'trap "" TERM; sleep 60 & echo $! ready; wait; wait';
    processes.start({ name: 'deaf', command: 'sh', args: ['-c', script], diesWithParent: true });
    const log = (): string => readFileSync(processes.logFile('deaf'), 'utf8');
    await waitFor(() => log().includes('ready'), { what: 'the script', timeoutMs: 5000, intervalMs: 10 });
    const child = Number.parseInt(log(), 10);
    await processes.stop('deaf', 50);
    expect(processes.isRunning('deaf')).toBe(false);
    await waitFor(() => !isThere(child), { what: 'the child to end', timeoutMs: 5000, intervalMs: 10 });
  });

  it('never takes a reused pid for its own', () => {
    const processes = supervisor(dir);
    processes.start(sleeper('a'));
    const file = join(dir, 'run', 'a.pid');
    writeFileSync(join(dir, 'run', 'b.pid'), JSON.stringify({ pid: process.pid, startTime: '1' }));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: processes.pid('a') });
    expect(processes.isRunning('b')).toBe(false);
  });

  it('tells the end of the log of one that ended by itself', async () => {
    const processes = supervisor(dir);
    processes.start({ name: 'c', command: 'sh', args: ['-c', 'echo no such flag >&2; exit 2'] });
    await waitFor(() => !processes.isRunning('c'), { what: 'the end', timeoutMs: 5000, intervalMs: 10 });
    expect(() => processes.assertRunning('c')).toThrow(/c ended by itself[\s\S]*no such flag/);
  });
});

function isThere(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
