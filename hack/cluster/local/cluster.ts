import { rmSync } from 'node:fs';
import type { Log } from '../../toolchain/index.ts';
import { apiReady, namespaceReady } from '../controlplane.ts';
import { type Kubectl, kubectl } from '../kubectl.ts';
import { apiserver, controllerManager, etcd, mastersFiles, prepareMasters, scheduler } from '../masters.ts';
import { isFree } from '../ports.ts';
import { type ProcessSpec, supervisor } from '../process.ts';
import { inCgroup } from './cgroups.ts';
import { CGROUPS, GATEWAY, layout, localMasters } from './layout.ts';
import { type Machine, prepareDebian } from './machine.ts';
import { prepareNode, removeNode, startContainerd, startKubelet, stopNode } from './node.ts';
import { raiseStorage } from './storage.ts';

/** Starts what of the local cluster does not run: masters, node, storage. Images must be loaded in `loadImages`. */
export async function raiseCluster(
  machine: Machine,
  log: Log,
  loadImages: () => Promise<void>,
): Promise<Kubectl> {
  const paths = layout();
  const processes = supervisor(paths.dir);
  await assertGatewayPortFree();
  await prepareNode(paths, machine);
  const masters = localMasters(paths.dir);
  const { kubeconfig } = await prepareMasters(masters);
  const start = (spec: ProcessSpec): void => processes.start(inCgroup(CGROUPS.masters, spec));
  start(etcd(masters));
  start(apiserver(masters));
  await startContainerd(paths, machine, processes);
  const images = loadImages();
  const api = kubectl(kubeconfig);
  // Awaited below; a failure in between must not count as unhandled.
  images.catch(() => undefined);
  await apiReady(api, processes, log);
  start(controllerManager(masters));
  start(scheduler(masters));
  await namespaceReady(api, processes);
  await images;
  await startKubelet(paths, machine, processes, api, log);
  await raiseStorage(paths, api);
  return api;
}

/** The gateway's port is redirected by the kernel: whoever listens on it would silently get no request any more. */
async function assertGatewayPortFree(): Promise<void> {
  if (await isFree(GATEWAY.port, GATEWAY.address)) return;
  throw new Error(
    `something listens on ${GATEWAY.address}:${GATEWAY.port}, where the gateway is to answer: end it first`,
  );
}

/** Takes the local cluster away with everything it put onto the machine. */
export async function removeCluster(log: Log): Promise<void> {
  const paths = layout();
  const machine = await prepareDebian(log);
  const processes = supervisor(paths.dir);
  log('ending the node and its pods');
  await stopNode(paths, processes);
  for (const name of processes.names().reverse()) await processes.stop(name, 0);
  log('removing interfaces, rules and files');
  await removeNode(paths, machine);
  rmSync(paths.dir, { recursive: true, force: true });
}

/** The kubeconfig of the local cluster. */
export function localKubeconfig(): string {
  return mastersFiles(layout().dir).kubeconfig;
}
