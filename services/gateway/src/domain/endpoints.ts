/** One place where a service answers. */
export type Endpoint = {
  readonly origin: string;
  inFlight: number;
  failuresInRow: number;
  ejections: number;
  ejectedUntil: number;
};

export type EjectionRule = {
  readonly failuresInRow: number;
  /** How long it is left out, times how often it was. */
  readonly baseMs: number;
};

const longestMs = 300_000;

export function endpointOf(origin: string): Endpoint {
  return { origin, inFlight: 0, failuresInRow: 0, ejections: 0, ejectedUntil: 0 };
}

/**
 * The endpoint with the fewest requests under way, `turn` deciding between equals, and never `except` where there is
 * another. When more than half would be left out, all are asked again: then it is not they who are sick.
 */
export function pickEndpoint(
  endpoints: readonly Endpoint[],
  now: number,
  turn: number,
  except?: Endpoint,
): Endpoint | undefined {
  const well = endpoints.filter(({ ejectedUntil }) => ejectedUntil <= now);
  const asked = well.length * 2 >= endpoints.length ? well : endpoints;
  const others = asked.length > 1 ? asked.filter((endpoint) => endpoint !== except) : asked;
  let best: Endpoint | undefined;
  for (let index = 0; index < others.length; index += 1) {
    const candidate = others[(index + turn) % others.length];
    if (candidate !== undefined && candidate.inFlight < (best?.inFlight ?? Number.POSITIVE_INFINITY))
      best = candidate;
  }
  return best;
}

/** Takes note of how a request to the endpoint ended. */
export function noteEnd(endpoint: Endpoint, rule: EjectionRule, now: number, failed: boolean): void {
  if (!failed) {
    endpoint.failuresInRow = 0;
    if (endpoint.ejectedUntil <= now) endpoint.ejections = 0;
    return;
  }
  endpoint.failuresInRow += 1;
  if (endpoint.failuresInRow < rule.failuresInRow || endpoint.ejectedUntil > now) return;
  endpoint.failuresInRow = 0;
  endpoint.ejections += 1;
  endpoint.ejectedUntil = now + Math.min(longestMs, rule.baseMs * endpoint.ejections);
}
