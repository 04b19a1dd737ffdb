import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { ensureCheckov, ensureTools, run, toolPath } from '../../hack/toolchain/index.ts';
import { dumpManifest } from '../../operator/src/api/manifest.ts';
import { validateStack } from '../../operator/src/api/validate.ts';
import { offlineInput } from '../../operator/src/desired/offline.ts';
import { buildStack } from '../../operator/src/desired/stack.ts';
import type { Proof } from '../proof.ts';
import { checkov } from './checkov.ts';
import { type Argument, describeFinding, type Finding, idle, unargued } from './finding.ts';
import { kubeScore } from './kube-score.ts';

const root = join(import.meta.dirname, '../..');

/** Stacks whose objects are scanned: what a newcomer gets, what production gets, and one process for all. */
const examples = ['minimal', 'production', 'monolith'];

export const scanners: Proof = {
  name: 'scanners',
  sentence:
    'checkov and kube-score find nothing in the chart and in rendered stacks that is not argued in proofs/scanners/argued.yaml.',
  minimum: 100,
  minutes: 10,
  selfContained: true,
  run: async (context) => {
    const tell = (line: string) => context.say(line);
    await ensureTools(['helm', 'kube-score'], tell);
    const command = await ensureCheckov(tell);
    const directory = mkdtempSync(join(tmpdir(), 'ecommercestack-scan-'));
    try {
      const files = await writeManifests(directory);
      tell(`${files.length} files`);
      const scores = files.map((file) => kubeScore(file));
      const report = await checkov(command, directory);
      const findings = [...report.findings, ...scores.flatMap((score) => score.findings)];
      const argued = argumentsOf();
      const open = unargued(findings, argued);
      const checks = report.checks + scores.reduce((sum, score) => sum + score.checks, 0);
      return {
        ...{ done: checks, of: checks },
        failures: [
          ...unique(open).map((line) => `not argued: ${line}`),
          ...idle(findings, argued).map(({ scanner, check }) => `argued for nothing: ${scanner} ${check}`),
        ],
        figures: {
          files: files.length,
          findings: findings.length,
          arguments: argued.length,
          notArgued: open.length,
        },
      };
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

function unique(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(describeFinding))];
}

/** The chart with its defaults and limited to a namespace, and the objects of the examples. */
async function writeManifests(directory: string): Promise<string[]> {
  const chart = join(root, 'charts/ecommercestack-operator');
  const helm = (...args: string[]) =>
    run(toolPath('helm', 'helm'), [
      'template',
      'op',
      chart,
      '--namespace',
      'ops',
      '--set',
      'crds.enabled=false',
      ...args,
    ]);
  const texts: Record<string, string> = {
    chart: await helm(),
    'chart-namespaced': await helm('--set', 'watch.namespaces={shop}'),
    ...Object.fromEntries(examples.map((name) => [name, renderedExample(name)])),
  };
  return Object.entries(texts).map(([name, text]) => {
    const file = join(directory, name, 'manifest.yaml');
    mkdirSync(join(directory, name));
    writeFileSync(file, text);
    return file;
  });
}

function renderedExample(name: string): string {
  const [document] = loadAll(readFileSync(join(root, 'examples', `${name}.yaml`), 'utf8'));
  const checked = validateStack(document);
  if (!checked.ok) throw new Error(`${name}: ${checked.problems[0]?.message}`);
  return buildStack(offlineInput(checked.stack, []))
    .map((object) => dumpManifest(object))
    .join('---\n');
}

function argumentsOf(): readonly Argument[] {
  // A file of this repository, with the members that its readers use.
  return (load(readFileSync(join(import.meta.dirname, 'argued.yaml'), 'utf8')) as { arguments: Argument[] })
    .arguments;
}
