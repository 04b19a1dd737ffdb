/**
 * `npm test`: every level that this machine can run, cheapest first, stopping at the first level that fails.
 * The last line is always `N passed, N failed, N skipped`; a level that cannot run is named with its reason.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pickProvider } from '../hack/cluster/provider.ts';
import { existing } from '../hack/cluster/providers/existing.ts';
import { kind } from '../hack/cluster/providers/kind.ts';
import { local } from '../hack/cluster/providers/local.ts';
import { cannotBuild } from '../hack/cluster/providers/requirements.ts';
import { elapsedLog, ensureTools, type ToolName } from '../hack/toolchain/index.ts';

type Counts = { passed: number; failed: number; skipped: number };
type Check = { readonly name: string; readonly command: readonly string[] };
type Level = {
  readonly name: string;
  readonly checks?: readonly Check[];
  /** Why the level cannot run on this machine; undefined when it can. */
  readonly unavailable?: () => Promise<string | undefined>;
  /** Built before the first test: from an empty cache that takes longer than any test may. */
  readonly tools?: readonly ToolName[];
};

const contractTools: readonly ToolName[] = ['kubernetes', 'etcd', 'kwok', 'helm', 'istio'];

const levels: readonly Level[] = [
  {
    name: 'unit',
    checks: [
      { name: 'types', command: ['tsc', '--noEmit'] },
      { name: 'format and lint', command: ['biome', 'ci', '--error-on-warnings', '.'] },
      { name: 'type-aware lint', command: ['oxlint', '--type-aware'] },
      { name: 'generated files are current', command: ['node', 'hack/verify.ts'] },
    ],
  },
  { name: 'contract', unavailable: async () => cannotBuild(), tools: contractTools },
  { name: 'e2e', unavailable: noCluster },
];

/** Why no cluster with pods can be had here. */
async function noCluster(): Promise<string | undefined> {
  try {
    await pickProvider([existing, kind, local], process.env['CLUSTER']);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'ecommercestack-test-'));

/** Runs a command to its end; asked to end itself it lets the command clean up first, and then ends as it did. */
async function run(command: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(command, args, { stdio: 'inherit' });
  // A terminal sends SIGINT to the command, too, and vitest takes a second one as leave to drop what it started.
  const signals = {
    SIGINT: () => {},
    SIGTERM: () => child.kill('SIGINT'),
    SIGHUP: () => child.kill('SIGINT'),
  };
  for (const [signal, act] of Object.entries(signals)) process.on(signal, act);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
  } finally {
    for (const [signal, act] of Object.entries(signals)) process.off(signal, act);
  }
}

async function runCheck(check: Check): Promise<Counts> {
  const started = Date.now();
  const ok = (await run(check.command[0] ?? '', check.command.slice(1))) === 0;
  console.log(`${ok ? 'ok' : 'FAILED'}  ${check.name}  ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

async function runVitest(project: string): Promise<Counts> {
  const report = join(scratch, `${project}.json`);
  const args = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    '--passWithNoTests',
  ];
  const status = await run('vitest', args);
  // No report: the level did not get as far as its tests (a global setup that failed, a broken configuration).
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  // A crash outside a test (a failed hook, an unhandled rejection) fails no test but fails the run.
  const failed = numFailedTests > 0 || status === 0 ? numFailedTests : 1;
  return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
}

async function runLevel(level: Level): Promise<Counts> {
  console.log(`\n── ${level.name}`);
  const reason = await level.unavailable?.();
  if (reason !== undefined) {
    console.log(`SKIPPED level ${level.name}: ${reason}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  if (level.tools !== undefined && !(await built(level.tools))) return { passed: 0, failed: 1, skipped: 0 };
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const check of level.checks ?? []) counts = add(counts, await runCheck(check));
  return add(counts, await runVitest(level.name));
}

async function built(tools: readonly ToolName[]): Promise<boolean> {
  try {
    await ensureTools(tools, elapsedLog());
    return true;
  } catch (error) {
    console.log(`FAILED  building the tools: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

const wanted = process.argv.slice(2);
let total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const level of levels) {
  if (wanted.length > 0 && !wanted.includes(level.name)) continue;
  total = add(total, await runLevel(level));
  if (total.failed > 0) break;
}
rmSync(scratch, { recursive: true });
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
