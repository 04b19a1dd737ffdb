import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { type OperatorProcess, type Plane, startOperator, startPlane } from '../controlplane.ts';
import type { Kube } from '../kube/kube.ts';
import { at, type KubeObject } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { objectsOf, untilReady } from '../stack.ts';
import { makeNamespaces } from '../watch-sweep/workload.ts';
import { Ledger } from './ledger.ts';
import { Wire } from './wire.ts';

/** One of two operators, behind a wire of its own. */
export type Member = {
  readonly name: string;
  /** The address that its requests come from. */
  readonly source: string;
  readonly wire: Wire;
  operator: OperatorProcess;
  /** Starts it anew after its end. */
  start(): Promise<void>;
};

/** Two operators that compete for one lease over one stack, in a namespace of their own. */
export type Pair = {
  readonly kube: Kube;
  readonly members: readonly Member[];
  readonly ledger: Ledger;
  readonly objects: readonly KubeObject[];
  /** Who leads, once somebody does. */
  leader(): Promise<Member>;
};

/** Several pairs side by side: most of a trial is waiting for a lease to run out. */
export type Pairs = { readonly pairs: readonly Pair[]; readonly stop: () => Promise<void> };

/**
 * Shorter than the default, so that a lost leader is replaced in seconds; the pause of those who wait is the default one,
 * because it decides how long a hand-over takes.
 */
export const lease = { duration: 3, renew: 0.9, retry: 2 } as const;

/** Starts a control plane and so many pairs, and resolves when all their stacks are Ready. */
export async function startPairs(
  count: number,
  say: (line: string) => void,
  mutant?: Mutant,
): Promise<Pairs> {
  const plane = await startPlane(say);
  const members: Member[] = [];
  const stop = async (): Promise<void> => {
    for (const { operator, wire } of members) {
      wire.thaw();
      // One that a trial has ended is gone already.
      if (isAlive(operator.pid)) process.kill(operator.pid, 'SIGCONT');
      await operator.stop();
      await wire.close();
    }
    await plane.stop();
  };
  try {
    say(`starting ${count} pairs`);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const pairs: Pair[] = [];
    for (const number of numbers) pairs.push(await startPair(plane, number, members, mutant));
    return { pairs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function startPair(
  plane: Plane,
  number: number,
  all: Member[],
  mutant: Mutant | undefined,
): Promise<Pair> {
  const { kube } = plane;
  const namespace = `pair-${number}`;
  await makeNamespaces(kube, [namespace]);
  const file = readFileSync(join(import.meta.dirname, '../../examples/minimal.yaml'), 'utf8');
  // One EcommerceStack, as every example is.
  const { metadata, ...stack } = load(file) as KubeObject;
  const named = { namespace, name: metadata.name };
  await waitFor(
    'the EcommerceStack Kind to be served',
    () => kube.apply({ ...stack, metadata: named }).catch(() => undefined),
    30_000,
  );
  const seeds = ['a', 'b'].map((letter, index) => ({
    name: `${letter}${number}`,
    source: `127.0.0.${2 * number + index}`,
  }));
  const members: Member[] = [];
  for (const seed of seeds) {
    const member = await startMember(plane, namespace, seed, mutant);
    members.push(member);
    all.push(member);
  }
  await untilReady(kube, named);
  return {
    ...{ kube, members },
    ledger: new Ledger(
      plane.auditLog,
      seeds.map(({ source }) => source),
    ),
    objects: await objectsOf(kube, named),
    leader: () => waitFor('a leader', () => leaderOf(kube, namespace, members), 60_000, 50),
  };
}

async function leaderOf(
  kube: Kube,
  namespace: string,
  members: readonly Member[],
): Promise<Member | undefined> {
  // Nobody else keeps a lease there.
  const [held] = await kube.list('coordination.k8s.io/v1', 'Lease', { namespace });
  const holder = at(held, 'spec', 'holderIdentity');
  if (typeof holder !== 'string') return undefined;
  return members.find(({ name }) => holder.startsWith(`operator-${name}-`));
}

async function startMember(
  plane: Plane,
  namespace: string,
  { name, source }: { readonly name: string; readonly source: string },
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
        `--namespaces=${namespace}`,
        `--lease-duration=${lease.duration}s`,
        `--lease-renew-interval=${lease.renew * 1000}ms`,
        `--lease-retry-interval=${lease.retry}s`,
      ],
      env: { POD_NAME: `operator-${name}`, POD_NAMESPACE: namespace },
    });
  const member: Member = {
    ...{ name, source, wire },
    operator: await start(),
    start: async () => {
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
