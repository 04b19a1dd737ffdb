/** kfault by hand: a proxy that follows one plan until it is interrupted, and then prints its verdict as JSON. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKfault } from './kfault.ts';
import { parsePlan } from './parse.ts';

const usage = `usage: node proofs/kfault/main.ts --kubeconfig FILE --plan FILE [--pid N]

Prints the kubeconfig to start an operator with. --pid names the process that a Call kills with SIGKILL.
`;

const { values } = parseArgs({
  options: { kubeconfig: { type: 'string' }, plan: { type: 'string' }, pid: { type: 'string' } },
});
if (values.kubeconfig === undefined || values.plan === undefined) {
  process.stderr.write(usage);
  process.exit(64);
}
const plan = parsePlan(readFileSync(values.plan, 'utf8'));
const kfault = await startKfault(values.kubeconfig, mkdtempSync(join(tmpdir(), 'kfault-')));
kfault.use(plan, async ({ method, resource, name, position }, place) => {
  process.stderr.write(`call ${place} ${position}: ${method} ${resource} ${name}\n`);
  if (values.pid === undefined) return 'GoOn';
  process.kill(Number(values.pid), 'SIGKILL');
  return 'Dead';
});
process.stderr.write(`KUBECONFIG=${kfault.kubeconfig}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.log(JSON.stringify(kfault.verdict()));
    void kfault.close();
  });
}
