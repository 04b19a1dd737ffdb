/**
 * Records `kubectl ecommerce status NAME SERVICE -w` through a whole canary of a stack that runs, as text: asks for a
 * version, approves every step that waits for it, and ends when the version is the stable one or was aborted.
 *
 *   node cli/recording/canary.ts --kubeconfig F -n shop --stack shop --service user --version v1.2.4 --out FILE
 */
import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { pause, systemClock } from '@ecommercestack/controller-runtime';
import type { ServiceView, StackView } from '../src/view/stack.ts';

const plugin = join(import.meta.dirname, '../bin/kubectl-ecommerce.mjs');
const run = promisify(execFile);
const pollMs = 1000;

const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string', default: process.env['KUBECONFIG'] ?? '' },
    namespace: { type: 'string', short: 'n', default: 'shop' },
    stack: { type: 'string', default: 'shop' },
    service: { type: 'string', default: 'user' },
    version: { type: 'string' },
    out: { type: 'string', default: 'docs/recordings/canary.txt' },
    minutes: { type: 'string', default: '20' },
  },
});
const { namespace, stack, service, version, out, kubeconfig } = values;
const env = { ...process.env, KUBECONFIG: kubeconfig };
const began = systemClock.monotonic();
const lines: string[] = [];

if (version === undefined) throw new Error('--version is needed: the one to roll out');

function record(text: string): void {
  const seconds = Math.round((systemClock.monotonic() - began) / 1000);
  lines.push(`# ${seconds} s`, text.trim(), '');
}

async function ecommerce(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [plugin, ...args, '-n', namespace], { env });
  return stdout;
}

async function look(): Promise<ServiceView | undefined> {
  // A stack that is not Ready ends the command with 1, and its picture is printed all the same.
  const text = await ecommerce('status', stack, service, '-o', 'json').catch((error: unknown) =>
    String(Object(error).stdout ?? ''),
  );
  // Printed by the plugin.
  return text === '' ? undefined : (JSON.parse(text) as StackView).services[0];
}

async function askFor(wanted: string): Promise<void> {
  const kubectl = (...args: string[]) => run('kubectl', [...args, '-n', namespace], { env });
  const { stdout } = await kubectl('get', 'ecs', stack, '-o', 'json');
  const services: { name: string }[] = JSON.parse(stdout).spec.services ?? [];
  const changed = services.map((item) => (item.name === service ? { ...item, version: wanted } : item));
  await kubectl('patch', 'ecs', stack, '--type=merge', '-p', JSON.stringify({ spec: { services: changed } }));
}

async function approve(seen: ServiceView, approved: Set<number>): Promise<void> {
  const steps = seen.rollout?.steps ?? [];
  const current = steps.findIndex(({ state, hold }) => state === 'Current' && hold === 'Approval');
  if (current === -1 || approved.has(current) || seen.rollout?.weight !== steps[current]?.weight) return;
  approved.add(current);
  const reason = `step ${current + 1} looks fine`;
  const answer = await ecommerce('promote', stack, service, '--reason', reason);
  record(`$ kubectl ecommerce promote ${stack} ${service} --reason "${reason}"\n${answer}`);
}

/** Whether the version that was asked for serves alone, or never will. */
function isOver(seen: ServiceView): boolean {
  const serves =
    seen.version === version && seen.revision === seen.stableRevision && seen.rollout === undefined;
  return serves || seen.rollout?.state === 'Aborted';
}

const watch = spawn(process.execPath, [plugin, 'status', stack, service, '-w', '-n', namespace], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
watch.stdout.setEncoding('utf8').on('data', record);
await askFor(version);
const approved = new Set<number>();
const until = began + Number(values.minutes) * 60_000;
for (;;) {
  const seen = await look();
  if (seen !== undefined) {
    await approve(seen, approved);
    if (isOver(seen)) break;
  }
  if (systemClock.monotonic() > until) throw new Error(`no end within ${values.minutes} minutes`);
  await pause(systemClock, pollMs);
}
watch.kill('SIGTERM');
record(`$ kubectl ecommerce history ${stack} ${service}\n${await ecommerce('history', stack, service)}`);
writeFileSync(out, `${lines.join('\n').trim()}\n`);
console.log(`${out}: ${lines.length} lines, ${approved.size} approvals`);
process.exit(0);
