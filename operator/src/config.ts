import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { toMilliseconds } from './api/duration.ts';
import { managerName } from './desired/labels.ts';
import { type Providers, providerAddress } from './measurement/provider.ts';

/** Everything that the operator is told from outside, read once at start. */
export type Config = {
  readonly kubeconfig?: string;
  /** Empty: every namespace. */
  readonly namespaces: readonly string[];
  readonly leaderElect: boolean;
  readonly lease: Lease;
  /** Milliseconds between two comparisons of the caches with the API server. */
  readonly auditMs: number;
  /** Milliseconds without a word after which a watch counts as dead. */
  readonly silenceMs: number;
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
  /** Where metrics of canaries come from, by name. */
  readonly metricsProviders: Providers;
  /** Whose word counts for the weights that are in effect: the proxies', or what the API server stores. */
  readonly confirmWeights: 'Proxies' | 'Stored';
};

/** Milliseconds: how long others keep away, how often it is renewed, and how soon a failure is tried again. */
export type Lease = { readonly durationMs: number; readonly renewMs: number; readonly retryMs: number };

/** A command line that cannot be understood; the process ends with 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `Usage: npm run operator -- [flags]

Keeps every EcommerceStack of a cluster as its specification says.

  --kubeconfig FILE        cluster to work on (default: the pod's own, else KUBECONFIG, else ~/.kube/config)
  --namespaces a,b         work in these namespaces only (default: all of them)
  --leader-elect=BOOL      hold a Lease, so that one of several operators of the same namespaces acts (default: true)
  --lease-duration D       others may take over this long after a renewal (default: 15s)
  --lease-renew-interval D how often it is renewed (default: 10s)
  --lease-retry-interval D how soon a failed renewal, or a lease that others hold, is tried again (default: 2s)
  --audit-interval D       how often caches are compared with the API server, by versions alone (default: 1h)
  --watch-silence D        a watch without an event or bookmark for this long is made anew (default: 90s)
  --confirm-weights WHO    whose word counts for the weights in effect: Proxies asks each Envoy that routes to a canary,
                           Stored trusts that the mesh obeys (default: Proxies)
  --health-port N          /healthz and /readyz (default: 8081; 0 takes a free one)
  --metrics-port N         /metrics (default: 9090; 0 takes a free one)
  --metrics-provider NAME=TYPE:URL
                           where a canary's metrics with this provider come from, once for each: prometheus:http://… takes
                           PromQL, web:http://… takes a path (default: none)
  --help                   this text

D is a duration such as 90s or 1h30m.

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
    lease: toLease(flags),
    auditMs: toDuration('--audit-interval', flags['audit-interval'] ?? '1h'),
    silenceMs: toDuration('--watch-silence', flags['watch-silence'] ?? '90s'),
    healthPort: toPort('--health-port', flags['health-port'] ?? '8081'),
    metricsPort: toPort('--metrics-port', flags['metrics-port'] ?? '9090'),
    logLevel,
    instance: env['POD_NAME'],
    leaseName: leaseNameOf(namespaces),
    namespace: env['POD_NAMESPACE'],
    storeNotes: toNotes(env['STORE_NOTES']),
    metricsProviders: toProviders(flags['metrics-provider'] ?? []),
    confirmWeights: toConfirmation(flags['confirm-weights'] ?? 'Proxies'),
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
        'lease-duration': { type: 'string' },
        'lease-renew-interval': { type: 'string' },
        'lease-retry-interval': { type: 'string' },
        'audit-interval': { type: 'string' },
        'watch-silence': { type: 'string' },
        'confirm-weights': { type: 'string' },
        'health-port': { type: 'string' },
        'metrics-port': { type: 'string' },
        'metrics-provider': { type: 'string', multiple: true },
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

function toConfirmation(value: string): Config['confirmWeights'] {
  if (value !== 'Proxies' && value !== 'Stored')
    throw new UsageError(`--confirm-weights is "${value}"; it is Proxies or Stored`);
  return value;
}

function toProviders(texts: readonly string[]): Providers {
  const found = texts.map((text) => {
    const [, name = '', rest = ''] = /^([a-z0-9][a-z0-9-]{0,62})=(.+)$/.exec(text) ?? [];
    const address = providerAddress(rest);
    if (name === '' || address === undefined) {
      throw new UsageError(
        `--metrics-provider is "${text}"; it is NAME=prometheus:URL or NAME=web:URL, without query or user`,
      );
    }
    return [name, address] as const;
  });
  const twice = found.find(([name], index) => found.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) throw new UsageError(`--metrics-provider names ${twice[0]} twice`);
  return Object.fromEntries(found);
}

function toLease(flags: ReturnType<typeof parseFlags>): Lease {
  const durationMs = toDuration('--lease-duration', flags['lease-duration'] ?? '15s');
  const renewMs = toDuration('--lease-renew-interval', flags['lease-renew-interval'] ?? '10s');
  const retryMs = toDuration('--lease-retry-interval', flags['lease-retry-interval'] ?? '2s');
  if (durationMs % 1000 !== 0)
    throw new UsageError('--lease-duration is whole seconds: a Lease holds no less');
  if (renewMs + retryMs >= durationMs)
    throw new UsageError(
      '--lease-duration is not longer than --lease-renew-interval and --lease-retry-interval together: a leader could not renew in time',
    );
  return { durationMs, renewMs, retryMs };
}

function toDuration(flag: string, value: string): number {
  const milliseconds = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(value) ? toMilliseconds(value) : 0;
  if (milliseconds < 100)
    throw new UsageError(`${flag} is "${value}"; it is a duration such as 90s or 1h30m`);
  return milliseconds;
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
