import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Mutant, plantedVariable } from '../mutants/mutant.ts';

/** Parts of the proof that judge the operator's own functions, each in a process of its own into which a bug can be planted. */
export const partNames = ['admission', 'leaves', 'pairs'] as const;
export type PartName = (typeof partNames)[number];

/** What a part is told. */
export type PartRequest = {
  readonly part: PartName;
  readonly seed: number;
  /** Time at which no further sample is begun (milliseconds since the epoch). */
  readonly endsAt: number;
  readonly stopAtFailure: boolean;
  /** Leaves and samples whose name has this go first; in a hunt any other order would only take time. */
  readonly first?: string;
  /** Of the API server that `admission` asks. */
  readonly kubeconfig: string;
};

/** What a part found out. */
export type PartResult = {
  readonly done: number;
  readonly of: number;
  readonly failures: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
};

/** Runs a part in a process of its own; one that dies is a failure. `signal` ends it early. */
export async function runPart(
  request: PartRequest,
  mutant: Mutant | undefined,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<PartResult> {
  const loader = mutant === undefined ? [] : ['--import', join(import.meta.dirname, '../mutants/loader.ts')];
  const planted = mutant === undefined ? {} : { [plantedVariable]: JSON.stringify([mutant]) };
  const child = spawn(
    process.execPath,
    [...loader, join(import.meta.dirname, 'worker.ts'), JSON.stringify(request)],
    { env: { ...process.env, ...planted }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const end = () => child.kill('SIGKILL');
  signal.addEventListener('abort', end);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let [last, errors] = ['', ''];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) last = line;
    else say(line);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk.toString('utf8')}`.slice(-2000);
  });
  const code = await ended;
  signal.removeEventListener('abort', end);
  if (code !== 0 && signal.aborted) return { done: 0, of: 0, failures: [], figures: {} };
  if (code !== 0) {
    return { done: 0, of: 1, failures: [`${request.part} died with ${code}: ${errors}`], figures: {} };
  }
  // Its own last line, written below by worker.ts.
  return JSON.parse(last) as PartResult;
}
