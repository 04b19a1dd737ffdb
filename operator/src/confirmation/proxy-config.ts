/** One route of a proxy that leads to a host: which share of its requests goes to which subset; '' is the host itself. */
type ProxyRoute = {
  /** Taken by requests with certain headers only. */
  readonly conditional: boolean;
  readonly shares: Readonly<Record<string, number>>;
};

/** What one proxy does with requests to one host. */
export type ProxyHost = {
  readonly routes: readonly ProxyRoute[];
  /** Endpoints that it may send to, by subset that it knows; '' is the host itself. */
  readonly endpoints: Readonly<Record<string, number>>;
};

type Cluster = { readonly name?: string; readonly weight?: number };
type Route = {
  readonly match?: { readonly headers?: readonly unknown[] };
  readonly route?: {
    readonly cluster?: string;
    readonly weighted_clusters?: { readonly clusters?: readonly Cluster[] };
  };
};
type RouteDump = {
  readonly configs?: readonly {
    readonly route_config?: { readonly virtual_hosts?: readonly { readonly routes?: readonly Route[] }[] };
  }[];
};
type ClusterDump = {
  readonly cluster_statuses?: readonly {
    readonly name?: string;
    readonly host_statuses?: readonly {
      readonly health_status?: { readonly eds_health_status?: string };
    }[];
  }[];
};

/**
 * What a proxy does with requests to a host, from two pages of Envoy's admin interface:
 * `/config_dump?resource=dynamic_route_configs` and `/clusters?format=json`, as parsed JSON.
 */
export function hostOf(routes: unknown, clusters: unknown, host: string): ProxyHost {
  // Envoy prints its own types; every member is optional, so that any JSON object is one.
  const dump = (routes ?? {}) as RouteDump;
  const statuses = (clusters ?? {}) as ClusterDump;
  const all = (dump.configs ?? []).flatMap(({ route_config: config }) =>
    (config?.virtual_hosts ?? []).flatMap((virtual) => virtual.routes ?? []),
  );
  return {
    routes: all.flatMap((route) => routeTo(host, route)),
    endpoints: Object.fromEntries(
      (statuses.cluster_statuses ?? []).flatMap(({ name, host_statuses: hosts }) => {
        const subset = subsetOf(name, host);
        return subset === undefined ? [] : [[subset, (hosts ?? []).filter(isHealthy).length]];
      }),
    ),
  };
}

function routeTo(host: string, { match, route }: Route): ProxyRoute[] {
  const { cluster, weighted_clusters: weighted } = route ?? {};
  const clusters = weighted?.clusters ?? [{ name: cluster, weight: 100 }];
  const shares = clusters.flatMap(({ name, weight = 0 }) => {
    const subset = subsetOf(name, host);
    return subset === undefined || weight === 0 ? [] : [[subset, weight] as const];
  });
  if (shares.length === 0) return [];
  return [{ conditional: (match?.headers ?? []).length > 0, shares: Object.fromEntries(shares) }];
}

/** Istio names a cluster `outbound|<port>|<subset>|<host>`. */
function subsetOf(cluster: string | undefined, host: string): string | undefined {
  const [direction, , subset, name] = (cluster ?? '').split('|');
  return direction === 'outbound' && name === host ? subset : undefined;
}

/** An endpoint of unknown health is one that nobody called unhealthy. */
function isHealthy({ health_status: health }: { health_status?: { eds_health_status?: string } }): boolean {
  return ['HEALTHY', 'UNKNOWN', undefined].includes(health?.eds_health_status);
}
