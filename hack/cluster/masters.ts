import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath } from '../toolchain/index.ts';
import { auditPolicy } from './audit.ts';
import { ensureAuthority, ensureLeaf, ensureSigningKey, type KeyPair, keyPair } from './certificates.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import type { ProcessSpec } from './process.ts';

/** The address range of Services, their first address (the API server's) and that of the cluster's DNS. */
export const SERVICE_NETWORK = { range: '10.96.0.0/16', apiserver: '10.96.0.1', dns: '10.96.0.10' } as const;

/** Where the masters listen and keep their files. */
export interface MastersConfig {
  readonly dir: string;
  /** The loopback address that everything else binds to. */
  readonly loopback: string;
  /** The address that the API server binds to and that certificates name. */
  readonly address: string;
  readonly ports: MastersPorts;
  /** Whether nodes and pods reach the API server: it then advertises its address as the `kubernetes` Service. */
  readonly advertise: boolean;
}

/** The ports of the masters; all listen on loopback only but the API server. */
export interface MastersPorts {
  readonly apiserver: number;
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
}

/** The files that other components and people need. */
export interface MastersFiles {
  readonly certificates: string;
  readonly kubeconfig: string;
  readonly auditLog: string;
}

/** The names of the files below a cluster's directory. */
export function mastersFiles(dir: string): MastersFiles {
  return {
    certificates: join(dir, 'certificates'),
    kubeconfig: join(dir, 'kubeconfig'),
    auditLog: join(dir, 'audit.log'),
  };
}

/** The API server's URL. */
export function serverUrl(config: MastersConfig): string {
  return `https://${config.address}:${config.ports.apiserver}`;
}

/** Makes the certificates, kubeconfigs and policies that the masters start with; what exists is kept. */
export async function prepareMasters(config: MastersConfig): Promise<MastersFiles> {
  const files = mastersFiles(config.dir);
  const dir = files.certificates;
  const authority = await ensureAuthority(dir, 'ca');
  const frontProxy = await ensureAuthority(dir, 'front-proxy-ca');
  const hosts = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  const addresses = new Set(['127.0.0.1', SERVICE_NETWORK.apiserver, config.address]);
  const names = [...hosts.map((host) => `DNS:${host}`), ...[...addresses].map((address) => `IP:${address}`)];
  await Promise.all([
    ensureLeaf(dir, authority, { name: 'apiserver', subject: '/CN=kube-apiserver', names }),
    ensureLeaf(dir, authority, { name: 'admin', subject: '/O=system:masters/CN=admin' }),
    ensureLeaf(dir, authority, { name: 'kubelet-client', subject: '/O=system:masters/CN=kube-apiserver' }),
    ensureLeaf(dir, frontProxy, { name: 'front-proxy', subject: '/CN=front-proxy-client' }),
    ensureSigningKey(dir, 'service-accounts'),
    ...['controller-manager', 'scheduler'].map((name) =>
      ensureLeaf(dir, authority, { name, subject: `/CN=system:kube-${name}` }),
    ),
  ]);
  const server = serverUrl(config);
  writeKubeconfig(files.kubeconfig, server, authority, keyPair(dir, 'admin'));
  for (const name of ['controller-manager', 'scheduler']) {
    writeKubeconfig(join(dir, `${name}.kubeconfig`), server, authority, keyPair(dir, name));
  }
  mkdirSync(join(config.dir, 'etcd'), { recursive: true, mode: 0o700 });
  writeFileSync(join(config.dir, 'audit-policy.json'), JSON.stringify(auditPolicy(), undefined, 2));
  return files;
}

/** etcd as the cluster runs it: on loopback, without fsync because the data is disposable. */
export function etcd({ dir, ports, loopback }: MastersConfig): ProcessSpec {
  const client = `http://${loopback}:${ports.etcd}`;
  const peer = `http://${loopback}:${ports.etcdPeer}`;
  return {
    name: 'etcd',
    command: toolPath('etcd', 'etcd'),
    args: [
      '--name=default',
      `--data-dir=${join(dir, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      '--quota-backend-bytes=4294967296',
      // Quiet Kinds get their bookmarks from etcd's progress; the default of ten minutes makes watchers doubt the watch.
      '--watch-progress-notify-interval=5s',
      '--log-level=warn',
    ],
  };
}

/** kube-apiserver with RBAC, service account tokens, aggregation and the audit log. */
export function apiserver(config: MastersConfig): ProcessSpec {
  const { certificates: dir, auditLog } = mastersFiles(config.dir);
  const pairFlags = (flag: string, { cert, key }: KeyPair, keyFlag: string): string[] => [
    `--${flag}=${cert}`,
    `--${keyFlag}=${key}`,
  ];
  return {
    name: 'kube-apiserver',
    command: toolPath('kubernetes', 'kube-apiserver'),
    args: [
      `--etcd-servers=http://${config.loopback}:${config.ports.etcd}`,
      `--bind-address=${config.address}`,
      `--secure-port=${config.ports.apiserver}`,
      ...(config.advertise ? [`--advertise-address=${config.address}`] : ['--endpoint-reconciler-type=none']),
      ...pairFlags('tls-cert-file', keyPair(dir, 'apiserver'), 'tls-private-key-file'),
      ...pairFlags('kubelet-client-certificate', keyPair(dir, 'kubelet-client'), 'kubelet-client-key'),
      ...pairFlags('proxy-client-cert-file', keyPair(dir, 'front-proxy'), 'proxy-client-key-file'),
      `--client-ca-file=${join(dir, 'ca.crt')}`,
      `--requestheader-client-ca-file=${join(dir, 'front-proxy-ca.crt')}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      '--kubelet-preferred-address-types=InternalIP',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(dir, 'service-accounts.pub')}`,
      `--service-account-signing-key-file=${join(dir, 'service-accounts.key')}`,
      `--service-cluster-ip-range=${SERVICE_NETWORK.range}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      '--profiling=false',
      `--audit-policy-file=${join(config.dir, 'audit-policy.json')}`,
      `--audit-log-path=${auditLog}`,
      '--audit-log-maxsize=4096',
      '--audit-log-maxbackup=1',
    ],
  };
}

/** kube-controller-manager with limits on its client raised, because a test waits for every one of its writes. */
export function controllerManager(config: MastersConfig): ProcessSpec {
  const { certificates: dir } = mastersFiles(config.dir);
  return {
    name: 'kube-controller-manager',
    command: toolPath('kubernetes', 'kube-controller-manager'),
    args: [
      ...clientFlags(dir, 'controller-manager'),
      `--bind-address=${config.loopback}`,
      `--secure-port=${config.ports.controllerManager}`,
      `--service-account-private-key-file=${join(dir, 'service-accounts.key')}`,
      `--root-ca-file=${join(dir, 'ca.crt')}`,
      `--cluster-signing-cert-file=${join(dir, 'ca.crt')}`,
      `--cluster-signing-key-file=${join(dir, 'ca.key')}`,
      '--use-service-account-credentials',
      '--leader-elect=false',
      '--profiling=false',
      '--kube-api-qps=300',
      '--kube-api-burst=600',
      // A played node that misses a heartbeat on a busy machine never says again that its pods are ready.
      ...(config.advertise ? [] : ['--node-monitor-grace-period=1h']),
    ],
  };
}

/** kube-scheduler. */
export function scheduler(config: MastersConfig): ProcessSpec {
  const { certificates: dir } = mastersFiles(config.dir);
  return {
    name: 'kube-scheduler',
    command: toolPath('kubernetes', 'kube-scheduler'),
    args: [
      ...clientFlags(dir, 'scheduler'),
      `--bind-address=${config.loopback}`,
      `--secure-port=${config.ports.scheduler}`,
      '--leader-elect=false',
      '--profiling=false',
    ],
  };
}

function clientFlags(certificates: string, name: string): string[] {
  const kubeconfig = join(certificates, `${name}.kubeconfig`);
  return ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
    (flag) => `--${flag}=${kubeconfig}`,
  );
}
