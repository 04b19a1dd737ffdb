import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { applyStack, type OperatorProcess, type Plane, startOperator, startPlane } from '../controlplane.ts';
import { at, type KubeObject } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { objectsOf, untilReady } from '../stack.ts';
import { Ledger } from './ledger.ts';
import { Wire } from './wire.ts';

/** One of two operators, behind a wire of its own. */
export type Member = {
  readonly name: string;
  /** The address that its requests come from. */
  readonly source: string;
  readonly wire: Wire;
  operator: OperatorProcess;
  /** Ends it with SIGTERM, resolves when it has ended, and starts it anew. */
  restart(): Promise<void>;
};

/** Two operators that compete for one lease over one stack. */
export type Pair = {
  readonly plane: Plane;
  readonly members: readonly Member[];
  readonly ledger: Ledger;
  readonly objects: readonly KubeObject[];
  /** Who leads, once somebody does. */
  leader(): Promise<Member>;
  stop(): Promise<void>;
};

/**
 * Shorter than the default, so that a lost leader is replaced in seconds; the pause of those who wait is the default one,
 * because it decides how long a hand-over takes.
 */
export const lease = { duration: 4, renew: 1.5, retry: 2 } as const;

const lock = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'default' } as const;
const seeds = [
  { name: 'a', source: '127.0.0.2' },
  { name: 'b', source: '127.0.0.3' },
] as const;

/** Starts a control plane, a stack and two operators, and resolves when one of them has made the stack Ready. */
export async function startPair(say: (line: string) => void, mutant?: Mutant): Promise<Pair> {
  const plane = await startPlane(say);
  const members: Member[] = [];
  const stop = async (): Promise<void> => {
    for (const { operator, wire } of members) {
      wire.thaw();
      process.kill(operator.pid, 'SIGCONT');
      await operator.stop();
      await wire.close();
    }
    await plane.stop();
  };
  try {
    const stack = await applyStack(plane.kube, join(import.meta.dirname, '../../examples/minimal.yaml'));
    for (const seed of seeds) members.push(await startMember(plane, seed, mutant));
    say('waiting for Ready');
    await untilReady(plane.kube, stack);
    const sources = seeds.map(({ source }) => source);
    return {
      ...{ plane, members, stop },
      ledger: new Ledger(plane.auditLog, sources),
      objects: await objectsOf(plane.kube, stack),
      leader: () => waitFor('a leader', () => leaderOf(plane, members), 60_000, 50),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function leaderOf({ kube }: Plane, members: readonly Member[]): Promise<Member | undefined> {
  const held = await kube.get({ ...lock, name: 'ecommercestack-operator' });
  const holder = at(held, 'spec', 'holderIdentity');
  if (typeof holder !== 'string') return undefined;
  return members.find(({ name }) => holder.startsWith(`operator-${name}-`));
}

async function startMember(
  plane: Plane,
  { name, source }: (typeof seeds)[number],
  mutant: Mutant | undefined,
): Promise<Member> {
  const server = new URL(serverOf(plane.kubeconfig));
  const wire = await Wire.start({ host: server.hostname, port: Number(server.port) }, source);
  const kubeconfig = join(plane.directory, `kubeconfig-${name}`);
  writeFileSync(kubeconfig, throughPort(plane.kubeconfig, wire.port), { mode: 0o600 });
  const start = (): Promise<OperatorProcess> =>
    startOperator({
      ...{ name, kubeconfig, directory: plane.directory },
      ...(mutant && { patches: [mutant] }),
      args: [
        `--lease-duration=${lease.duration}s`,
        `--lease-renew-interval=${lease.renew * 1000}ms`,
        `--lease-retry-interval=${lease.retry}s`,
      ],
      env: { POD_NAME: `operator-${name}`, POD_NAMESPACE: 'default' },
    });
  const member: Member = {
    ...{ name, source, wire },
    operator: await start(),
    restart: async () => {
      await member.operator.stop();
      member.operator = await start();
    },
  };
  return member;
}

type Clusters = { readonly clusters: readonly { readonly cluster: { server: string } }[] };

function serverOf(kubeconfig: string): string {
  const [cluster] = parsed(kubeconfig).clusters;
  if (cluster === undefined) throw new Error(`${kubeconfig} names no cluster`);
  return cluster.cluster.server;
}

/** The same kubeconfig with the API server behind a port of this machine. */
function throughPort(kubeconfig: string, port: number): string {
  const config = parsed(kubeconfig);
  for (const { cluster } of config.clusters) cluster.server = `https://127.0.0.1:${port}`;
  return JSON.stringify(config);
}

function parsed(kubeconfig: string): Clusters {
  // Written by hack/cluster, with exactly one cluster.
  return load(readFileSync(kubeconfig, 'utf8')) as Clusters;
}
