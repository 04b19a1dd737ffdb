/** What one Envoy did with requests to one host at one moment, by subset; '' is the host itself. */
export type Sample = {
  /** Milliseconds of the monotonic clock: before anything was read, and when all was. */
  readonly from: number;
  readonly to: number;
  readonly proxy: string;
  /** Percent of the requests without a condition; one entry for each such route. */
  readonly shares: readonly Shares[];
  /** Subsets that any route names, conditional ones too. */
  readonly named: readonly string[];
  readonly before: Endpoints;
  readonly after: Endpoints;
};

type Shares = Readonly<Record<string, number>>;

/** Healthy endpoints and requests sent to them. */
type Endpoints = Readonly<Record<string, { readonly healthy: number; readonly requests: number }>>;

type Weighted = { readonly name: string; readonly weight: number };

/** The routes of a host in Envoy's `/config_dump?resource=dynamic_route_configs`. */
export function readRoutes(page: string, host: string): Pick<Sample, 'shares' | 'named'> {
  // Envoy's own format; whatever of it is missing here ends the proof with an error.
  const { configs = [] } = JSON.parse(page) as {
    configs?: {
      route_config: {
        virtual_hosts?: {
          routes?: {
            match: { headers?: unknown[] };
            route?: { cluster?: string; weighted_clusters?: { clusters: Weighted[] } };
          }[];
        }[];
      };
    }[];
  };
  const routes = configs
    .flatMap(({ route_config: config }) => config.virtual_hosts ?? [])
    .flatMap((virtual) => virtual.routes ?? [])
    .map(({ match, route }) => ({
      conditional: (match.headers ?? []).length > 0,
      clusters: (route?.weighted_clusters?.clusters ?? [{ name: route?.cluster ?? '', weight: 100 }]).filter(
        ({ name }) => name.endsWith(`|${host}`),
      ),
    }))
    .filter(({ clusters }) => clusters.length > 0);
  return {
    shares: routes
      .filter(({ conditional }) => !conditional)
      .map(({ clusters }) => Object.fromEntries(clusters.map((one) => [subsetOf(one.name), one.weight]))),
    named: [...new Set(routes.flatMap(({ clusters }) => clusters.map(({ name }) => subsetOf(name))))],
  };
}

/** The endpoints of a host in Envoy's `/clusters?format=json`. */
export function readEndpoints(page: string, host: string): Endpoints {
  // As above.
  const { cluster_statuses: clusters = [] } = JSON.parse(page) as {
    cluster_statuses?: {
      name: string;
      host_statuses?: {
        health_status?: { eds_health_status?: string };
        stats?: { name: string; value?: string }[];
      }[];
    }[];
  };
  return Object.fromEntries(
    clusters
      .filter(({ name }) => name.startsWith('outbound|') && name.endsWith(`|${host}`))
      .map(({ name, host_statuses: hosts = [] }) => {
        const healthy = hosts.filter(({ health_status: health }) => health?.eds_health_status === 'HEALTHY');
        const requests = hosts
          .flatMap(({ stats = [] }) => stats.filter((stat) => stat.name === 'rq_total'))
          .reduce((sum, { value = '0' }) => sum + Number(value), 0);
        return [subsetOf(name), { healthy: healthy.length, requests }];
      }),
  );
}

function subsetOf(cluster: string): string {
  return cluster.split('|')[2] ?? '';
}

/** The percent that a subset gets at a proxy: by its first route, for `violations` tells when they differ. */
export function shareOf({ shares }: Sample, subset: string): number {
  return shares[0]?.[subset] ?? 0;
}

/** What must never be seen at an Envoy, whatever a rollout does; a canary may not get more than its pods carry. */
export function violations(sample: Sample, canary: string, replicas: number): string[] {
  const { shares, named, before, after } = sample;
  const healthy = (subset: string): number =>
    Math.max(before[subset]?.healthy ?? 0, after[subset]?.healthy ?? 0);
  const sums = shares.map((some) => Object.values(some).reduce((sum, share) => sum + share, 0));
  const share = shareOf(sample, canary);
  const ready = healthy(canary);
  const rest = Math.max(
    0,
    ...Object.keys({ ...before, ...after })
      .filter((subset) => subset !== canary && subset !== '')
      .map(healthy),
  );
  const limit = ready >= replicas || rest === 0 ? 100 : (100 * ready) / (ready + rest);
  return [
    ...(shares.length === 0 ? ['has no route'] : []),
    ...sums.filter((sum) => sum !== 100).map((sum) => `weights sum to ${sum}`),
    ...shares
      .filter((some) => JSON.stringify(some) !== JSON.stringify(shares[0]))
      .map(() => 'paths are split in different ways'),
    ...named
      .filter((subset) => healthy(subset) === 0)
      .map((subset) => `${subset || 'host'} is named without a ready pod`),
    ...(share > limit ? [`canary gets ${share} % with ${ready} of ${ready + rest} ready pods`] : []),
  ];
}
