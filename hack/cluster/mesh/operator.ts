/** Where the CNI plugins and their configuration lie on the nodes. */
export interface CniPaths {
  readonly bin: string;
  readonly conf: string;
  readonly netns: string;
}

/** What differs between the clusters that the mesh is installed into. */
export interface MeshOptions {
  /** Images that lie on the nodes already, with a stock Envoy in the proxy; undefined takes Istio's own. */
  readonly images?: { readonly hub: string; readonly tag: string };
  readonly cni: CniPaths;
  /** The address and port of the node on which the gateway's HTTP port is found. */
  readonly gateway: { readonly address: string; readonly port: number };
}

const SMALL = { requests: { cpu: '10m', memory: '64Mi' } };

/**
 * Stock Envoy lacks the filters that Istio's own build adds, and a listener that names one is rejected while the
 * old one goes on serving: everything that would send one is off.
 */
const STOCK_ENVOY_PILOT = {
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
  PILOT_DISABLE_MX_ALPN: 'true',
  PILOT_ENABLE_ALPN_FILTER: 'false',
  PILOT_ENABLE_TELEMETRY_LABEL: 'false',
  PILOT_ENDPOINT_TELEMETRY_LABEL: 'false',
};

/** The IstioOperator document from which `istioctl manifest generate` makes the mesh. */
export function istioOperator({ images, cni, gateway }: MeshOptions): object {
  const deployed = images ? { hub: images.hub, tag: images.tag } : {};
  return {
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    metadata: { namespace: 'istio-system', name: 'mesh' },
    spec: {
      profile: 'default',
      ...deployed,
      meshConfig: {
        enablePrometheusMerge: false,
        enableAutoMtls: true,
        defaultConfig: { concurrency: 1 },
      },
      components: {
        cni: { enabled: true, namespace: 'istio-system' },
        pilot: { enabled: true },
        ingressGateways: [ingressGateway(gateway)],
      },
      values: values(images !== undefined, cni),
    },
  };
}

function values(local: boolean, cni: CniPaths): object {
  const pull = local ? { imagePullPolicy: 'Never' } : {};
  return {
    // Without it the validation webhook accepts what istiod then rejects, such as a negative weight.
    defaultRevision: 'default',
    telemetry: { enabled: !local },
    global: {
      ...pull,
      nativeNftables: local,
      defaultPodDisruptionBudget: { enabled: false },
      proxy: { resources: { ...SMALL, limits: { cpu: '2', memory: '512Mi' } } },
    },
    pilot: {
      autoscaleEnabled: false,
      resources: { requests: { cpu: '20m', memory: '128Mi' } },
      env: local ? STOCK_ENVOY_PILOT : {},
    },
    cni: {
      cniBinDir: cni.bin,
      cniConfDir: cni.conf,
      cniNetnsDir: cni.netns,
      image: 'install-cni',
      chained: true,
      resources: SMALL,
      ...(local ? { pullPolicy: 'Never' } : {}),
    },
    gateways: {
      'istio-ingressgateway': {
        autoscaleEnabled: false,
        type: 'ClusterIP',
        resources: { ...SMALL, limits: { cpu: '2', memory: '512Mi' } },
        // Two pods cannot have the same port of a node: the old one goes first.
        rollingMaxSurge: 0,
        rollingMaxUnavailable: 1,
      },
    },
  };
}

function ingressGateway({ address, port }: MeshOptions['gateway']): object {
  const container = 'spec.template.spec.containers.[name:istio-proxy].ports.[containerPort:8080]';
  return {
    name: 'istio-ingressgateway',
    enabled: true,
    k8s: {
      overlays: [
        {
          kind: 'Deployment',
          name: 'istio-ingressgateway',
          patches: [
            { path: `${container}.hostPort`, value: port },
            { path: `${container}.hostIP`, value: address },
          ],
        },
      ],
    },
  };
}
