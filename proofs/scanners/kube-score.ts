import { spawnSync } from 'node:child_process';
import { toolPath } from '../../hack/toolchain/index.ts';
import type { Finding } from './finding.ts';

type Card = {
  readonly object_name: string;
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly path: string; readonly summary: string }[] | null;
  }[];
};

/** Grades below this are findings: 1 is critical, 5 a warning, 7 almost right, 10 right. */
const right = 10;

/** What kube-score finds in a file of manifests, and how many checks it made. */
export function kubeScore(file: string): { findings: Finding[]; checks: number } {
  const args = ['score', '--output-format', 'json', '--kubernetes-version', 'v1.37', file];
  const { stdout, stderr, error } = spawnSync(toolPath('kube-score', 'kube-score'), args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw error;
  if (!stdout.startsWith('[')) throw new Error(`kube-score: ${stderr.slice(0, 400)}`);
  // The format is kube-score's own version 2 of its JSON.
  const cards = JSON.parse(stdout) as readonly Card[];
  const checks = cards.flatMap((card) =>
    card.checks.filter(({ skipped }) => !skipped).map((check) => ({ card, check })),
  );
  return {
    checks: checks.length,
    findings: checks
      .filter(({ check }) => check.grade < right)
      .map(({ card, check }) => ({
        ...{ scanner: 'kube-score', check: check.check.id },
        object: `${card.type_meta.kind} ${card.object_meta.name}`,
        what: (check.comments ?? []).map(({ summary }) => summary).join('; ') || `grade ${check.grade}`,
      })),
  };
}
