import { run } from '../../hack/toolchain/index.ts';
import type { Finding } from './finding.ts';

type Report = {
  readonly results?: {
    readonly failed_checks?: readonly { check_id: string; check_name: string; resource: string }[];
    readonly passed_checks?: readonly unknown[];
  };
};

/** What checkov finds in a directory of manifests, and how many checks it made. */
export async function checkov(
  command: string,
  directory: string,
): Promise<{ findings: Finding[]; checks: number }> {
  const args = [
    '--directory',
    directory,
    '--framework',
    'kubernetes',
    '--output',
    'json',
    '--quiet',
    '--compact',
  ];
  const text = await run(command, [...args, '--soft-fail', '--skip-download'], {
    env: { LOG_LEVEL: 'ERROR', BC_SKIP_MAPPING: 'TRUE' },
  });
  // One report, or a list of them when several frameworks were found.
  const reports = [JSON.parse(text) as Report | readonly Report[]].flat();
  const failed = reports.flatMap(({ results }) => results?.failed_checks ?? []);
  const passed = reports.reduce((sum, { results }) => sum + (results?.passed_checks ?? []).length, 0);
  return {
    checks: failed.length + passed,
    findings: failed.map(({ check_id, check_name, resource }) => ({
      ...{ scanner: 'checkov', check: check_id, what: check_name },
      object: objectOf(resource),
    })),
  };
}

/** checkov names an object `Kind.namespace.name`. */
function objectOf(resource: string): string {
  const [kind = '', , ...name] = resource.split('.');
  return `${kind} ${name.join('.')}`;
}
