import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheRoot, ensureTools, type Log, withLock } from '../toolchain/index.ts';
import { type Kubectl, kubectl } from './kubectl.ts';
import { startKwok } from './kwok.ts';
import {
  apiserver,
  controllerManager,
  etcd,
  type MastersConfig,
  type MastersFiles,
  mastersFiles,
  prepareMasters,
  scheduler,
} from './masters.ts';
import { freePorts } from './ports.ts';
import { type ProcessSpec, type Supervisor, supervisor } from './process.ts';
import { waitFor } from './wait.ts';

/** How to start a control plane. */
export interface ControlPlaneOptions {
  /** Where certificates, data, logs and the audit log go. */
  readonly dir: string;
  readonly log?: Log;
  /** Play a node on which every pod runs at once (default true). */
  readonly pods?: boolean;
  /** Keep it running when this process ends (default false). */
  readonly detached?: boolean;
}

/** A running API server without real nodes. */
export interface ControlPlane {
  readonly kubeconfig: string;
  readonly auditLog: string;
  /** Ends its processes; the files stay. Nothing happens to one that ran before the call that returned this. */
  stop(): Promise<void>;
}

/** Where `npm run controlplane` keeps its files unless told otherwise. */
export function defaultControlPlaneDir(): string {
  return join(cacheRoot(), 'run', 'controlplane');
}

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on loopback, and kube-scheduler and kwok to play a node,
 * and resolves when they serve. One that already runs in the directory is used as it is.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const dir = resolve(options.dir);
  const log = options.log ?? (() => undefined);
  await ensureTools(options.pods === false ? ['kubernetes', 'etcd'] : ['kubernetes', 'etcd', 'kwok'], log);
  return withLock(dir, async () => {
    const processes = supervisor(dir);
    const files = mastersFiles(dir);
    if (await isHealthy(processes, files)) {
      log(`control plane in ${dir} already runs`);
      return { ...pick(files), stop: async () => undefined };
    }
    await stopAll(processes);
    try {
      await startMasters(processes, dir, options, log);
    } catch (error) {
      await stopAll(processes);
      throw error;
    }
    return { ...pick(files), stop: () => stopAll(processes) };
  });
}

/** Ends the control plane of a directory and removes every file that it made there. */
export async function removeControlPlane(dir: string): Promise<void> {
  await stopAll(supervisor(dir));
  const made = [
    'run',
    'logs',
    'certificates',
    'etcd',
    'kubeconfig',
    'audit-policy.json',
    'audit.log',
    'kwok.yaml',
  ];
  for (const name of made) rmSync(join(dir, name), { recursive: true, force: true });
}

function pick({ kubeconfig, auditLog }: MastersFiles): Pick<ControlPlane, 'kubeconfig' | 'auditLog'> {
  return { kubeconfig, auditLog };
}

async function startMasters(
  processes: Supervisor,
  dir: string,
  options: ControlPlaneOptions,
  log: Log,
): Promise<void> {
  const ports = await freePorts(6);
  const [apiserverPort, etcdPort, etcdPeer, managerPort, schedulerPort, kwokPort] = ports;
  const config: MastersConfig = {
    dir,
    address: '127.0.0.1',
    loopback: '127.0.0.1',
    advertise: false,
    ports: {
      apiserver: Number(apiserverPort),
      etcd: Number(etcdPort),
      etcdPeer: Number(etcdPeer),
      controllerManager: Number(managerPort),
      scheduler: Number(schedulerPort),
    },
  };
  const files = await prepareMasters(config);
  const start = (spec: ProcessSpec): void =>
    processes.start({ ...spec, diesWithParent: options.detached !== true });
  start(etcd(config));
  start(apiserver(config));
  const api = kubectl(files.kubeconfig);
  await apiReady(api, processes, log);
  start(controllerManager(config));
  if (options.pods !== false) {
    start(scheduler(config));
    await startKwok({ dir, kubeconfig: files.kubeconfig, port: Number(kwokPort), start });
  }
  await namespaceReady(api, processes);
  log('control plane serves');
}

/** Waits until the API server says that it is ready; a master that ends by itself ends the wait. */
export async function apiReady(api: Kubectl, processes: Supervisor, log: Log): Promise<void> {
  log('waiting for the API server');
  await waitFor(
    () => {
      for (const name of ['etcd', 'kube-apiserver']) processes.assertRunning(name);
      return api('get', '--raw', '/readyz').then(
        () => true,
        () => undefined,
      );
    },
    { what: 'the API server to be ready', timeoutMs: 120_000 },
  );
}

/** Waits until the controllers have given the default namespace what pods need. */
export async function namespaceReady(api: Kubectl, processes: Supervisor): Promise<void> {
  await waitFor(
    () => {
      processes.assertRunning('kube-controller-manager');
      return api.get('-n', 'default', 'serviceaccount', 'default');
    },
    { what: 'the controllers to make the default service account', timeoutMs: 60_000 },
  );
}

async function isHealthy(processes: Supervisor, files: MastersFiles): Promise<boolean> {
  const names = processes.names();
  const masters = ['etcd', 'kube-apiserver', 'kube-controller-manager'];
  if (!existsSync(files.kubeconfig) || !masters.every((name) => names.includes(name))) return false;
  if (!names.every((name) => processes.isRunning(name))) return false;
  return kubectl(files.kubeconfig)('get', '--raw', '/readyz').then(
    () => true,
    () => false,
  );
}

/** The newest goes first, so that none outlives what it talks to; the data is disposable, so no grace is given. */
async function stopAll(processes: Supervisor): Promise<void> {
  for (const name of processes.names().reverse()) await processes.stop(name, 0);
}
