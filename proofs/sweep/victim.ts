import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { type Mutant, plantedVariable } from '../mutants/mutant.ts';

const root = join(import.meta.dirname, '../..');

/** How the operator that is to suffer is started. */
type VictimSettings = {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly log: string;
  /** Where compiled modules are kept, because each run starts two operators. */
  readonly cache: string;
  readonly mutant?: Mutant;
};

/** Where the compiled modules of a plane's operators are kept. */
export function cacheOf(directory: string): string {
  return join(directory, 'compiled');
}

/** Compiles the operator's modules: a process that is killed leaves nothing behind for the next one. */
export async function compile(directory: string, kubeconfig: string, mutant?: Mutant): Promise<void> {
  const flags = ['--kubeconfig', kubeconfig, '--namespaces', 'default', '--leader-elect=false', ...anyPorts];
  const child = spawnOperator(cacheOf(directory), mutant, flags);
  const ended = once(child, 'exit');
  child.stderr?.resume();
  // It says that it has started: everything is loaded.
  child.stdout?.once('data', () => child.kill('SIGTERM')).resume();
  await ended;
}

// Pods of a control plane without nodes have no proxies.
const anyPorts = ['--health-port', '0', '--metrics-port', '0', '--confirm-weights', 'Stored'];

function spawnOperator(cache: string, mutant: Mutant | undefined, flags: readonly string[]): ChildProcess {
  const loader = mutant === undefined ? [] : ['--import', join(root, 'proofs/mutants/loader.ts')];
  const command = [process.execPath, ...loader, join(root, 'operator/src/main.ts'), ...flags];
  // An operator that outlives its proof would work on for nobody.
  return spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: cache,
      ...(mutant && { [plantedVariable]: JSON.stringify(mutant) }),
    },
  });
}

/** An operator process that is killed and started again. It holds no Lease: only one runs at a time. */
export class Victim {
  readonly #settings: VictimSettings;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #collapse: string | undefined;

  constructor(settings: VictimSettings) {
    this.#settings = settings;
    this.#log = createWriteStream(settings.log);
  }

  /** How the process ended by itself, with what it said last; undefined while it did not. */
  get collapse(): string | undefined {
    return this.#collapse;
  }

  start(): void {
    const { kubeconfig, namespace, cache, mutant } = this.#settings;
    const child = spawnOperator(cache, mutant, [
      ...['--kubeconfig', kubeconfig, '--namespaces', namespace, '--leader-elect=false'],
      ...anyPorts,
    ]);
    this.#child = child;
    child.stdout?.pipe(this.#log, { end: false });
    child.stderr?.pipe(this.#log, { end: false });
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        if (this.#child === child)
          this.#collapse = `ended by itself with ${code ?? signal}: ${this.said().join(' | ').slice(-800)}`;
        resolve();
      });
    });
  }

  /** SIGKILL; resolves when the process is no more. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    await this.#ended;
  }

  /** Kills it for good. */
  async end(): Promise<void> {
    await this.kill();
    this.#log.end();
  }

  /** The last lines of its log. */
  said(): string[] {
    return readFileSync(this.#settings.log, 'utf8').trim().split('\n').slice(-8);
  }
}
