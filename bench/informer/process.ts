import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** Longer than any step of a bench takes. */
const patienceMs = 120_000;

/** A process of the bench that answers each order with one report. */
export class Worker<Order extends object, Report> {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #ended: Promise<void>;

  /** Starts `file` of this folder on one core, where the machine has a second one for the other side. */
  constructor(file: string, core: number, args: readonly string[] = []) {
    this.#name = file;
    const command = [process.execPath, '--expose-gc', join(import.meta.dirname, file), ...args];
    const pinned = canPin ? ['taskset', '-c', String(core), ...command] : command;
    this.#child = spawn(pinned[0] ?? '', pinned.slice(1), { stdio: ['ignore', 2, 2, 'ipc'] });
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  /** The next report. */
  next(): Promise<Report> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#child.off('message', onMessage);
        this.#child.off('exit', onExit);
        act();
      };
      // A worker sends nothing but reports.
      const onMessage = (report: unknown) => settle(() => resolve(report as Report));
      const onExit = () => settle(() => reject(new Error(`${this.#name} ended early`)));
      const late = new Error(`${this.#name} said nothing for ${patienceMs / 1000} s`);
      const timer = setTimeout(() => settle(() => reject(late)), patienceMs);
      this.#child.once('message', onMessage);
      this.#child.once('exit', onExit);
    });
  }

  /** Sends an order and returns the report that follows it. */
  async ask(order: Order): Promise<Report> {
    const report = this.next();
    this.#child.send(order);
    return await report;
  }

  /** Processor seconds that it has used so far. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Ends it and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    this.#child.kill();
    await this.#ended;
  }
}

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;
