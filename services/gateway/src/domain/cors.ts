/** Which pages of other origins may call. */
export type CorsRule = {
  /** Whole origins, or `*`. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly credentials: boolean;
  /** How long a browser may remember the answer. */
  readonly maxAge: number;
};

/** Headers that let a page of this origin read the answer; only `vary` for one that may not. */
export function toCorsHeaders(rule: CorsRule, origin: string | undefined): [string, string][] {
  const allowed = allowedOrigin(rule, origin);
  const vary: [string, string][] =
    rule.origins.includes('*') && !rule.credentials ? [] : [['vary', 'origin']];
  if (allowed === undefined) return vary;
  return [
    ...vary,
    ['access-control-allow-origin', allowed],
    ...(rule.credentials ? ([['access-control-allow-credentials', 'true']] as [string, string][]) : []),
    ...(rule.exposed.length === 0
      ? []
      : ([['access-control-expose-headers', rule.exposed.join(', ')]] as [string, string][])),
  ];
}

/** The answer to a preflight of this origin; undefined where the origin may not call. */
export function toPreflight(rule: CorsRule, origin: string): [string, string][] | undefined {
  const allowed = allowedOrigin(rule, origin);
  if (allowed === undefined) return undefined;
  return [
    ...toCorsHeaders({ ...rule, exposed: [] }, origin),
    ['access-control-allow-methods', rule.methods.join(', ')],
    ['access-control-allow-headers', rule.headers.join(', ')],
    ['access-control-max-age', String(Math.floor(rule.maxAge / 1000))],
  ];
}

function allowedOrigin({ origins, credentials }: CorsRule, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  if (origins.includes(origin)) return origin;
  // With credentials a star would let every page act as its visitor.
  return origins.includes('*') && !credentials ? '*' : undefined;
}
