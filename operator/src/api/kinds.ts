/**
 * THE Kind table. Watches, the chart's RBAC, apply order, pruning and the docs are derived from it.
 * A new Kind is one row here, one builder in `desired/` and one golden diff.
 */

/** API groups that a cluster may lack; the operator goes on without them and says so in a condition. */
export type Capability =
  | 'istio'
  | 'gatewayAPI'
  | 'monitoring'
  | 'cloudNativePG'
  | 'percona'
  | 'openSearch'
  | 'eck'
  | 'strimzi';

/** Which capabilities a cluster has. */
export type Capabilities = Readonly<Record<Capability, boolean>>;

/** Asks `has` about every capability. */
export function capabilitiesWhere(has: (capability: Capability) => boolean): Record<Capability, boolean> {
  return {
    istio: has('istio'),
    gatewayAPI: has('gatewayAPI'),
    monitoring: has('monitoring'),
    cloudNativePG: has('cloudNativePG'),
    percona: has('percona'),
    openSearch: has('openSearch'),
    eck: has('eck'),
    strimzi: has('strimzi'),
  };
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

export type KindRow = {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** True for what `buildStack` makes: applied, repaired and pruned. */
  readonly owned: boolean;
  /** What the cache holds of it. `Metadata` reads no content; `None` is never watched. */
  readonly watch: 'Full' | 'Metadata' | 'None';
  readonly verbs: readonly Verb[];
  /** Verbs on top that are granted only where the installation is limited to namespaces. */
  readonly namespacedVerbs?: readonly Verb[];
  /** Subresources and what is done to them. */
  readonly subresources?: Readonly<Record<string, readonly Verb[]>>;
  /** True for what lives in no namespace; watched only by an installation over all of them. */
  readonly clusterScoped?: true;
  /** The Kind exists only where the cluster has this. */
  readonly needs?: Capability;
  /**
   * `Apply`: server-side apply whenever the live object differs.
   * `CreateOnce`: created when absent, with values that the adapter derives; the content is never read or written again.
   */
  readonly write: 'Apply' | 'CreateOnce' | 'None';
};

/** What an informer asks for: nothing that is only watched is ever got by name. */
const readVerbs: readonly Verb[] = ['list', 'watch'];
const ownVerbs: readonly Verb[] = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

type Row = Pick<KindRow, 'kind' | 'group' | 'version' | 'plural' | 'needs'>;

const own = (row: Row): KindRow => ({ ...row, owned: true, watch: 'Full', verbs: ownVerbs, write: 'Apply' });
const see = (row: Row): KindRow => ({ ...row, owned: false, watch: 'Full', verbs: readVerbs, write: 'None' });

const core = { group: '', version: 'v1' };
const apps = { group: 'apps', version: 'v1' };
const k8sNetworking = { group: 'networking.k8s.io', version: 'v1' };
const istioNetworking = { group: 'networking.istio.io', version: 'v1', needs: 'istio' } as const;
const istioSecurity = { group: 'security.istio.io', version: 'v1', needs: 'istio' } as const;
const monitoring = { group: 'monitoring.coreos.com', version: 'v1', needs: 'monitoring' } as const;
const cloudNativePG = { group: 'postgresql.cnpg.io', version: 'v1', needs: 'cloudNativePG' } as const;
const strimzi = { group: 'kafka.strimzi.io', version: 'v1', needs: 'strimzi' } as const;

/**
 * Rows of owned Kinds stand in apply order: identity and configuration first, then policy, then what runs, then what
 * routes to it; a DestinationRule's subset is there before the VirtualService that names it. Pruning goes backwards.
 */
export const kinds: readonly KindRow[] = [
  own({ kind: 'ServiceAccount', plural: 'serviceaccounts', ...core }),
  {
    ...{ kind: 'Secret', plural: 'secrets', ...core },
    owned: true,
    watch: 'Metadata',
    verbs: ['create'],
    namespacedVerbs: ['list', 'watch', 'patch', 'delete'],
    write: 'CreateOnce',
  },
  own({ kind: 'ConfigMap', plural: 'configmaps', ...core }),
  own({ kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', ...core }),
  own({ kind: 'NetworkPolicy', plural: 'networkpolicies', ...k8sNetworking }),
  own({ kind: 'PeerAuthentication', plural: 'peerauthentications', ...istioSecurity }),
  own({ kind: 'AuthorizationPolicy', plural: 'authorizationpolicies', ...istioSecurity }),
  own({ kind: 'Service', plural: 'services', ...core }),
  own({ kind: 'StatefulSet', plural: 'statefulsets', ...apps }),
  own({ kind: 'Cluster', plural: 'clusters', ...cloudNativePG }),
  own({ kind: 'Database', plural: 'databases', ...cloudNativePG }),
  own({
    kind: 'PerconaServerMongoDB',
    plural: 'perconaservermongodbs',
    group: 'psmdb.percona.com',
    version: 'v1',
    needs: 'percona',
  }),
  own({
    kind: 'OpenSearchCluster',
    plural: 'opensearchclusters',
    group: 'opensearch.opster.io',
    version: 'v1',
    needs: 'openSearch',
  }),
  own({
    kind: 'Elasticsearch',
    plural: 'elasticsearches',
    group: 'elasticsearch.k8s.elastic.co',
    version: 'v1',
    needs: 'eck',
  }),
  own({ kind: 'Kafka', plural: 'kafkas', ...strimzi }),
  own({ kind: 'KafkaNodePool', plural: 'kafkanodepools', ...strimzi }),
  own({ kind: 'KafkaTopic', plural: 'kafkatopics', ...strimzi }),
  own({ kind: 'Deployment', plural: 'deployments', ...apps }),
  own({
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    group: 'autoscaling',
    version: 'v2',
  }),
  own({ kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', group: 'policy', version: 'v1' }),
  own({ kind: 'DestinationRule', plural: 'destinationrules', ...istioNetworking }),
  own({ kind: 'Gateway', plural: 'gateways', ...istioNetworking }),
  own({ kind: 'VirtualService', plural: 'virtualservices', ...istioNetworking }),
  own({
    kind: 'HTTPRoute',
    plural: 'httproutes',
    group: 'gateway.networking.k8s.io',
    version: 'v1',
    needs: 'gatewayAPI',
  }),
  own({ kind: 'Ingress', plural: 'ingresses', ...k8sNetworking }),
  own({ kind: 'ServiceMonitor', plural: 'servicemonitors', ...monitoring }),
  own({ kind: 'PrometheusRule', plural: 'prometheusrules', ...monitoring }),
  {
    ...see({ kind: 'Pod', plural: 'pods', ...core }),
    // Envoy's admin interface answers inside its pod alone; the API server asks for both verbs.
    subresources: { portforward: ['get', 'create'] },
  },
  {
    ...see({ kind: 'Namespace', plural: 'namespaces', ...core }),
    watch: 'Metadata',
    clusterScoped: true,
  },
  {
    ...see({
      kind: 'EcommerceStack',
      plural: 'ecommercestacks',
      group: 'ecommercestack.dev',
      version: 'v1alpha1',
    }),
    subresources: { status: ['patch'] },
  },
  {
    ...see({
      kind: 'RolloutAction',
      plural: 'rolloutactions',
      group: 'ecommercestack.dev',
      version: 'v1alpha1',
    }),
    // Created dry alone, to see whether somebody guards who asks; old answered ones are deleted.
    verbs: ['list', 'watch', 'create', 'delete'],
    subresources: { status: ['patch'] },
  },
  {
    ...{ kind: 'Event', plural: 'events', group: 'events.k8s.io', version: 'v1' },
    owned: false,
    watch: 'None',
    verbs: ['create', 'patch'],
    write: 'None',
  },
];

const rows = new Map(kinds.map((row, index) => [`${row.kind}.${row.group}`, { row, index }]));

function find(object: { apiVersion: string; kind: string }): { row: KindRow; index: number } | undefined {
  const slash = object.apiVersion.indexOf('/');
  return rows.get(`${object.kind}.${slash === -1 ? '' : object.apiVersion.slice(0, slash)}`);
}

/** The row of an object's Kind. Throws for a Kind outside the table: no builder may make one. */
export function kindOf(object: { apiVersion: string; kind: string }): KindRow {
  const found = find(object);
  if (found === undefined)
    throw new Error(`the Kind table has no row for ${object.apiVersion} ${object.kind}`);
  return found.row;
}

/** Position of an object's Kind in the table: the order of applying; the reverse is the order of pruning. */
export function kindRank(object: { apiVersion: string; kind: string }): number {
  return find(object)?.index ?? kinds.length;
}

/** `apiVersion` of a row, `v1` or `group/version`. */
export function apiVersionOf(row: KindRow): string {
  return row.group === '' ? row.version : `${row.group}/${row.version}`;
}

/** The owned Kinds that exist on a cluster with these capabilities. */
export function ownedKinds(present: Capabilities): KindRow[] {
  return kinds.filter((row) => row.owned && (row.needs === undefined || present[row.needs]));
}
