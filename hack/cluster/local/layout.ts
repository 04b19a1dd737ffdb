import { join } from 'node:path';
import { cacheRoot } from '../../toolchain/index.ts';
import { type MastersConfig, SERVICE_NETWORK } from '../masters.ts';

/** Names and addresses of the local cluster; all of them are ours alone. */
export const NODE = {
  name: 'local',
  /** An address on a bridge without ports: reached from this machine and its pods, never from outside. */
  address: '10.243.0.1',
  bridge: 'ecs-node',
  podBridge: 'ecs-pods',
  podNetwork: '10.244.0.0/22',
  /** Everything of the masters that pods have no business with listens here. */
  loopback: '127.43.0.1',
  cgroup: 'ecommercestack',
  nftTable: 'ecommercestack',
} as const;

/** The cgroups below ours: the kubelet makes the one of the pods. */
export const CGROUPS = {
  masters: `${NODE.cgroup}/masters`,
  node: `${NODE.cgroup}/node`,
  pods: `${NODE.cgroup}/kubepods`,
} as const;

/** The cluster domain and the address of its DNS. */
export const DNS = { domain: 'cluster.local', address: SERVICE_NETWORK.dns } as const;

/** Where the person finds the ingress gateway. */
export const GATEWAY = { address: '127.0.0.1', port: 8080 } as const;

/** Ports on the loopback address of the node. */
export const PORTS = {
  kubeletHealth: 10248,
  proxyMetrics: 10249,
  proxyHealth: 10256,
} as const;

/** The directories and files of the local cluster. */
export interface Layout {
  readonly dir: string;
  readonly kubelet: string;
  readonly containerd: string;
  readonly containerdState: string;
  readonly containerdSocket: string;
  readonly cniBin: string;
  readonly cniConf: string;
  readonly cniNetns: string;
  readonly cniAddresses: string;
  readonly volumes: string;
  readonly podLogs: string;
  /** What `up` found on the machine and `down` puts back. */
  readonly before: string;
}

/** The state directory of the local cluster. */
export function localDir(): string {
  return join(cacheRoot(), 'run', 'local');
}

/** Names everything below the state directory. */
export function layout(dir = localDir()): Layout {
  return {
    dir,
    kubelet: join(dir, 'kubelet'),
    containerd: join(dir, 'containerd'),
    containerdState: join(dir, 'containerd-state'),
    containerdSocket: join(dir, 'containerd.sock'),
    cniBin: join(dir, 'cni', 'bin'),
    cniConf: join(dir, 'cni', 'net.d'),
    cniNetns: join(dir, 'cni', 'netns'),
    cniAddresses: join(dir, 'cni', 'addresses'),
    volumes: join(dir, 'volumes'),
    podLogs: join(dir, 'pod-logs'),
    before: join(dir, 'before.json'),
  };
}

/** The masters of the local cluster. */
export function localMasters(dir = localDir()): MastersConfig {
  return {
    dir,
    address: NODE.address,
    loopback: NODE.loopback,
    advertise: true,
    ports: { apiserver: 6443, etcd: 2379, etcdPeer: 2380, controllerManager: 10257, scheduler: 10259 },
  };
}
