import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { managerName } from './desired/labels.ts';

/** Everything that the operator is told from outside, read once at start. */
export type Config = {
  readonly kubeconfig?: string;
  /** Empty: every namespace. */
  readonly namespaces: readonly string[];
  readonly leaderElect: boolean;
  readonly healthPort: number;
  readonly metricsPort: number;
  readonly logLevel: string;
  /** Name of this process for leases and events. */
  readonly instance?: string;
  /** Name of the lease: operators that work in the same namespaces share it, others do not meet. */
  readonly leaseName: string;
  /** Namespace of the lease and of the key for passwords. */
  readonly namespace?: string;
  readonly storeNotes: Readonly<Record<string, string>>;
};

/** A command line that cannot be understood; the process ends with 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `Usage: npm run operator -- [flags]

Keeps every EcommerceStack of a cluster as its specification says.

  --kubeconfig FILE        cluster to work on (default: the pod's own, else KUBECONFIG, else ~/.kube/config)
  --namespaces a,b         work in these namespaces only (default: all of them)
  --leader-elect=BOOL      hold a Lease, so that one of several operators of the same namespaces acts (default: true)
  --health-port N          /healthz and /readyz (default: 8081; 0 takes a free one)
  --metrics-port N         /metrics (default: 9090; 0 takes a free one)
  --help                   this text

Environment:
  LOG_LEVEL                trace, debug, info, warn, error or silent (default: info)
  POD_NAME, POD_NAMESPACE  who holds the Lease, and where it and the key for passwords lie
  STORE_NOTES              JSON object: by store, what DataReady is to say about it
`;

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** The configuration, or undefined when help was asked for; throws a UsageError. */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config | undefined {
  const flags = parseFlags(args);
  if (flags.help === true) return undefined;
  const logLevel = env['LOG_LEVEL'] ?? 'info';
  if (!levels.includes(logLevel))
    throw new UsageError(`LOG_LEVEL is "${logLevel}"; it is one of ${levels.join(', ')}`);
  const namespaces = (flags.namespaces ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    kubeconfig: flags.kubeconfig,
    namespaces,
    leaderElect: toBoolean('--leader-elect', flags['leader-elect'] ?? 'true'),
    healthPort: toPort('--health-port', flags['health-port'] ?? '8081'),
    metricsPort: toPort('--metrics-port', flags['metrics-port'] ?? '9090'),
    logLevel,
    instance: env['POD_NAME'],
    leaseName: leaseNameOf(namespaces),
    namespace: env['POD_NAMESPACE'],
    storeNotes: toNotes(env['STORE_NOTES']),
  };
}

/** The chart spells the same name for the Role that grants the lease. */
function leaseNameOf(namespaces: readonly string[]): string {
  if (namespaces.length === 0) return managerName;
  const set = [...new Set(namespaces)].toSorted().join(',');
  return `${managerName}-${createHash('sha256').update(set).digest('hex').slice(0, 10)}`;
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: args.map((argument) => (argument === '--leader-elect' ? '--leader-elect=true' : argument)),
      strict: true,
      allowPositionals: false,
      options: {
        kubeconfig: { type: 'string' },
        namespaces: { type: 'string' },
        'leader-elect': { type: 'string' },
        'health-port': { type: 'string' },
        'metrics-port': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function toBoolean(flag: string, value: string): boolean {
  if (value !== 'true' && value !== 'false')
    throw new UsageError(`${flag} is "${value}"; it is true or false`);
  return value === 'true';
}

function toPort(flag: string, value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (!(port <= 65_535)) throw new UsageError(`${flag} is "${value}"; it is a number from 0 to 65535`);
  return port;
}

function toNotes(text: string | undefined): Record<string, string> {
  if (text === undefined || text === '') return {};
  try {
    const notes: unknown = JSON.parse(text);
    if (typeof notes === 'object' && notes !== null) {
      return Object.fromEntries(Object.entries(notes).map(([store, note]) => [store, String(note)]));
    }
  } catch {
    // Answered below, as for JSON of another shape.
  }
  throw new UsageError('STORE_NOTES is no JSON object');
}
