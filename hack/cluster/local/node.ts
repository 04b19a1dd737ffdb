import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Log } from '../../toolchain/index.ts';
import type { Kubectl } from '../kubectl.ts';
import type { Supervisor } from '../process.ts';
import { waitFor } from '../wait.ts';
import { prepareMachine, restoreMachine } from './before.ts';
import { favour, inCgroup, makeCgroup, removeCgroup } from './cgroups.ts';
import { containerd } from './containerd.ts';
import { firewallState } from './iptables.ts';
import { kubelet, prepareKubelet } from './kubelet.ts';
import { prepareProxy, proxy } from './kubeproxy.ts';
import { CGROUPS, type Layout, NODE } from './layout.ts';
import type { Machine } from './machine.ts';
import { lowerNetwork, raiseNetwork, writeCniConfiguration } from './network.ts';

const PROCESSES = ['containerd', 'kubelet', 'kube-proxy'] as const;

/** Gives the machine what the node and the API server's address need: cgroups, kernel settings, bridges, rules. */
export async function prepareNode(paths: Layout, machine: Machine): Promise<void> {
  mkdirSync(paths.dir, { recursive: true, mode: 0o711 });
  prepareMachine(paths.before, await firewallState(machine.env));
  makeCgroup(CGROUPS.masters);
  makeCgroup(CGROUPS.node);
  // Inside ours the masters and the node go before the pods, so that a busy stack can still be reached and judged.
  for (const group of [NODE.cgroup, CGROUPS.masters, CGROUPS.node]) favour(group);
  await raiseNetwork(paths, machine.debian, machine.env);
}

/** Starts containerd, and waits until it answers; a node of which a part is missing is started anew. */
export async function startContainerd(paths: Layout, machine: Machine, processes: Supervisor): Promise<void> {
  if (!processes.isRunning('containerd')) {
    // Its mount namespace went with it, so what ran in it cannot be taken over.
    await stopNode(paths, processes);
    writeCniConfiguration(paths);
    makeCgroup(CGROUPS.node);
    favour(CGROUPS.node);
    processes.start(inCgroup(CGROUPS.node, containerd(paths, machine.env)));
  }
  await waitFor(
    () => {
      processes.assertRunning('containerd');
      return existsSync(paths.containerdSocket) && answers(paths.containerdSocket);
    },
    { what: 'containerd to answer', timeoutMs: 60_000 },
  );
}

/** Starts kubelet and kube-proxy and waits until the Node is Ready. */
export async function startKubelet(
  paths: Layout,
  machine: Machine,
  processes: Supervisor,
  api: Kubectl,
  log: Log,
): Promise<void> {
  await prepareKubelet(paths);
  await prepareProxy(paths);
  processes.start(inCgroup(CGROUPS.node, kubelet(paths, processes.pid('containerd'), machine.env)));
  processes.start(inCgroup(CGROUPS.node, proxy(paths, machine.env)));
  log('waiting for the node to be Ready');
  await waitFor(
    async () => {
      for (const name of PROCESSES) processes.assertRunning(name);
      return isReady(await api.get<NodeObject>('node', NODE.name));
    },
    { what: 'the node to be Ready', timeoutMs: 120_000, intervalMs: 250 },
  );
}

/** Ends the node's processes and all pods; the files stay. */
export async function stopNode(paths: Layout, processes: Supervisor): Promise<void> {
  for (const name of [...PROCESSES].reverse()) await processes.stop(name, 2000);
  await removeCgroup(CGROUPS.node);
  await removeCgroup(CGROUPS.pods);
  // No pod is left, so no address is taken. Istio's plugin stays chained: the node's next life starts all pods at
  // once, and one that got its network before the plugin came back would have no redirection to its proxy.
  for (const path of [paths.containerdState, paths.containerdSocket, paths.cniAddresses]) {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Takes away what `prepareNode` made, and puts the machine's settings back. */
export async function removeNode(paths: Layout, machine: Machine): Promise<void> {
  await removeCgroup(NODE.cgroup);
  await lowerNetwork(machine.env, restoreMachine(paths.before));
}

interface NodeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Whether a Node object says that pods can run on it. */
export function isReady(node: NodeObject | undefined): boolean {
  return node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket, () => {
      connection.destroy();
      resolve(true);
    });
    connection.on('error', () => resolve(false));
  });
}
