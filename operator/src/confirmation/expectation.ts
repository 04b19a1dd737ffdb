import type { KubernetesObject } from '../api/object.ts';
import type { Workload } from '../desired/intent.ts';
import { labelKeys } from '../desired/labels.ts';
import { serviceHost } from '../desired/names.ts';
import type { Weights } from '../rollout/seen.ts';
import { workloadReadiness } from '../status/readiness.ts';
import type { ProxyHost } from './proxy-config.ts';

/** What every proxy has to have of one host. */
export type Expectation = {
  readonly host: string;
  /** Percent by subset; '' is the host itself. */
  readonly shares: Readonly<Record<string, number>>;
  /** Subsets that any route may name. */
  readonly named: readonly string[];
  /** Ready pods by subset: a proxy knows at least as many endpoints. */
  readonly ready: Readonly<Record<string, number>>;
};

/** What proxies have to have for these weights, by what is stored of a workload's hosts. */
export function expectationsOf(
  children: readonly KubernetesObject[],
  namespace: string,
  workload: Workload,
  weights: Weights,
): Expectation[] {
  const deployments = children.filter(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.labels?.[labelKeys.service] === workload.name,
  );
  const readyOf = (revision: string): number =>
    deployments
      .filter(({ metadata }) => metadata.labels?.[labelKeys.revision] === revision)
      .reduce((sum, deployment) => sum + workloadReadiness(deployment).ready, 0);
  return workload.hosted.map(({ objectName }) => {
    const subsets = subsetsOf(find(children, 'DestinationRule', objectName));
    const nameOf = (revision: string): string =>
      subsets.find((subset) => subset.revision === revision)?.name ?? revision;
    const shares = Object.entries(weights).filter(([, weight]) => weight > 0);
    return {
      host: serviceHost(objectName, namespace),
      shares:
        shares.length === 0
          ? { '': 100 }
          : Object.fromEntries(shares.map(([revision, weight]) => [nameOf(revision), weight])),
      named: namedBy(find(children, 'VirtualService', objectName)),
      ready: Object.fromEntries(subsets.map(({ name, revision }) => [name, readyOf(revision)])),
    };
  });
}

/** What a proxy lacks of what is expected, in words; undefined where it has all of it. */
export function lackOf(has: ProxyHost, expected: Expectation): string | undefined {
  const common = has.routes.filter(({ conditional }) => !conditional);
  if (common.length === 0) return 'has no route to it';
  const other = common.find(({ shares }) => !sameShares(shares, expected.shares));
  if (other !== undefined) return `sends ${describe(other.shares)}`;
  const stray = has.routes
    .flatMap(({ shares }) => Object.keys(shares))
    .find((subset) => !expected.named.includes(subset));
  if (stray !== undefined) return `still names subset ${stray}`;
  for (const [subset, ready] of Object.entries(expected.ready)) {
    const known = has.endpoints[subset];
    if (known === undefined) return `does not know subset ${subset}`;
    if (known < ready) return `knows ${known} of ${ready} ready pods of ${subset}`;
  }
  return undefined;
}

type Shares = Readonly<Record<string, number>>;

function sameShares(one: Shares, other: Shares): boolean {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every(
    (subset) => (one[subset] ?? 0) === (other[subset] ?? 0),
  );
}

function describe(shares: Shares): string {
  return Object.entries(shares)
    .map(([subset, percent]) => `${percent} % to ${subset === '' ? 'all pods' : subset}`)
    .join(' and ');
}

type Subset = { readonly name: string; readonly revision: string };

function subsetsOf(rule: KubernetesObject | undefined): Subset[] {
  // Our own builder made it; every member is optional, so that any object is one.
  const { subsets } = (rule?.['spec'] ?? {}) as {
    readonly subsets?: readonly { readonly name?: string; readonly labels?: Record<string, string> }[];
  };
  return (subsets ?? []).map(({ name = '', labels }) => ({
    name,
    revision: labels?.[labelKeys.revision] ?? name,
  }));
}

/** Subsets to which the stored route sends anything; '' where it names the host alone. */
function namedBy(route: KubernetesObject | undefined): string[] {
  // As above.
  const { http } = (route?.['spec'] ?? {}) as {
    readonly http?: readonly {
      readonly route?: readonly {
        readonly weight?: number;
        readonly destination?: { readonly subset?: string };
      }[];
    }[];
  };
  const destinations = (http ?? []).flatMap((rule) => rule.route ?? []);
  return destinations
    .filter(({ weight = 100 }) => weight > 0)
    .map(({ destination }) => destination?.subset ?? '');
}

function find(
  children: readonly KubernetesObject[],
  kind: string,
  name: string,
): KubernetesObject | undefined {
  return children.find((object) => object.kind === kind && object.metadata.name === name);
}
