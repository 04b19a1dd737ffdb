/** A way to one revision of a service, and the percent of requests that take it. */
export type Backend = {
  /** Name of the DestinationRule's subset; absent where the host is meant without subsets. */
  subset?: string;
  revision?: string;
  /** Service that selects the backend's pods alone; absent where the service's own is meant. */
  service?: string;
  weight: number;
};

/** Condition on the headers of a request; all must hold. */
export type HeaderMatch = Readonly<Record<string, { exact?: string; prefix?: string; regex?: string }>>;

/** One rule of a service's traffic: requests that match any condition, or all where there is none. */
export type TrafficRule = { matches: readonly HeaderMatch[]; backends: readonly Backend[] };

/** A cookie that keeps a visitor on a revision. */
export type StickyCookie = { name: string; maxAgeSeconds: number };

/** The traffic of one service, as data: VirtualServices and HTTPRoutes are two spellings of it. */
export type Traffic = { rules: readonly TrafficRule[]; cookie?: StickyCookie };

type Way = Omit<Backend, 'weight'>;

/** Which revisions a service's traffic may reach, as the rollout decided it. */
export type TrafficChoice = {
  route: 'Host' | 'Stable' | 'Split' | 'Canary';
  stable: Way;
  canary?: Way;
  /** Percent of the canary. */
  weight: number;
  /** True when the canary has a ready pod, so that requests of `matches` may go there. */
  canaryServes: boolean;
  matches: readonly HeaderMatch[];
  cookie?: StickyCookie;
};

/**
 * The rules of a service, first match first. Weights of every rule sum to 100. A canary without a ready pod is named
 * nowhere: its matches and cookies fall through to the stable revision.
 */
export function trafficOf(choice: TrafficChoice): Traffic {
  const { route, stable, canary, weight, matches, cookie } = choice;
  const only = (way: Way): Backend[] => [{ ...way, weight: 100 }];
  if (route === 'Host') return { rules: [{ matches: [], backends: [{ weight: 100 }] }] };
  if (canary === undefined) return { rules: [{ matches: [], backends: only(stable) }] };
  if (route === 'Canary') return { rules: [{ matches: [], backends: only(canary) }] };
  const matched = choice.canaryServes && matches.length > 0 ? [{ matches, backends: only(canary) }] : [];
  if (route === 'Stable') return { rules: [...matched, { matches: [], backends: only(stable) }] };
  const kept = cookie === undefined ? [] : [canary, stable].map((way) => keptBy(cookie, way));
  const split = {
    matches: [],
    backends: [
      { ...stable, weight: 100 - weight },
      { ...canary, weight },
    ],
  };
  return { rules: [...matched, ...kept, split], ...(cookie && { cookie }) };
}

/** Visitors who carry the cookie of a revision stay there. */
function keptBy(cookie: StickyCookie, way: Way): TrafficRule {
  return { matches: [cookieMatch(cookie.name, way.revision ?? '')], backends: [{ ...way, weight: 100 }] };
}

function cookieMatch(name: string, value: string): HeaderMatch {
  return { cookie: { regex: `^(.*;\\s*)?${name}=${value}(;.*)?$` } };
}

/** `Set-Cookie` value that keeps a visitor on `revision`. */
export function stickyHeader(cookie: StickyCookie, revision: string): string {
  return `${cookie.name}=${revision}; Max-Age=${cookie.maxAgeSeconds}; Path=/; HttpOnly; SameSite=Lax`;
}
