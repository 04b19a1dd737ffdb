import { jwksPath, tokenIssuer } from '@ecommercestack/contracts/identity';
import type { ServiceName } from '@ecommercestack/contracts/topology';
import type { Address, Clock, KeyValueStore, Log, Metrics } from '@ecommercestack/service-kit';
import { type Cache, createCache } from './cache/cache.ts';
import { createFlights } from './cache/flights.ts';
import { rulesOf } from './domain/limits/limit-plan.ts';
import type { Gateway, Prepared } from './gateway.ts';
import { openCountries } from './geo/country.ts';
import { createApiKeys } from './identity/api-keys.ts';
import { createKeySet, type KeySet } from './identity/key-set.ts';
import { createTokens, type Tokens } from './identity/tokens.ts';
import { createLimiter } from './limiter/limiter.ts';
import { openPolicy, type Policy } from './policy/policy.ts';
import { followPolicy } from './policy/policy-file.ts';
import { createRetryBudget } from './upstream/retry-budget.ts';
import { createUpstreams, type UpstreamLimits } from './upstream/upstreams.ts';

export type GatewayOptions = {
  readonly policyFile: string;
  readonly policyPollMs: number;
  readonly geoDatabase: string;
  readonly limits: UpstreamLimits;
  readonly store: KeyValueStore;
  readonly addressOf: (service: ServiceName) => Address;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
};

/** Opens a gateway. Connections, counts and what is kept outlive a change of its policy. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { addressOf, clock, log, metrics } = options;
  const issuer = issuerOf(options);
  const limiter = createLimiter({ store: options.store, clock, log });
  const cache = cacheOf(clock);
  let prepared = prepare(openPolicy, issuer);
  const follow = (policy: Policy): void => {
    prepared = prepare(policy, issuer);
    cache.follow(policy);
    limiter.retain(
      new Set(policy.limits === undefined ? [] : rulesOf(policy.limits.plan).map(({ id }) => id)),
    );
  };
  const file = await followPolicy(options.policyFile, log, options.policyPollMs, follow);
  const upstreams = createUpstreams({
    addressOf,
    limits: options.limits,
    clock,
    onBreak: (service) => log.warn({ service }, 'it fails too often and is left alone for a moment'),
  });
  return {
    prepared: () => prepared,
    cache: cache.current,
    flights: createFlights(),
    limiter,
    countries: options.geoDatabase === '' ? undefined : await openCountries(options.geoDatabase, log),
    upstreams,
    budget: createRetryBudget(),
    addressOf,
    metrics,
    clock,
    log,
    close: async () => {
      file.close();
      issuer.close();
      await upstreams.close();
    },
  };
}

type Issuer = { readonly tokensOf: (jwksURI: string | undefined) => Tokens; readonly close: () => void };

// Keys outlive a policy that names the same place for them.
function issuerOf({ addressOf, clock, log }: GatewayOptions): Issuer {
  let known: { readonly url: string; readonly keys: KeySet; readonly tokens: Tokens } | undefined;
  return {
    tokensOf: (jwksURI) => {
      const user = addressOf('user');
      const source =
        jwksURI === undefined ? { url: `${user.origin}${jwksPath}`, host: user.host } : { url: jwksURI };
      if (known?.url === source.url) return known.tokens;
      known?.keys.close();
      const keys = createKeySet(source, { clock, log });
      known = { url: source.url, keys, tokens: createTokens(keys, clock) };
      return known.tokens;
    },
    close: () => known?.keys.close(),
  };
}

function prepare(policy: Policy, issuer: Issuer): Prepared {
  const { jwt } = policy.auth;
  return {
    policy,
    tokens: issuer.tokensOf(jwt.jwksURI),
    tokenRules: {
      issuer: jwt.issuer ?? tokenIssuer,
      audiences: jwt.audiences,
      revokedTokens: new Set(jwt.revokedTokens),
      revokedSubjects: new Map(
        jwt.revokedSubjects.map(({ subject, issuedBefore }) => [subject, Date.parse(issuedBefore) / 1000]),
      ),
    },
    apiKeys: createApiKeys(policy.auth),
  };
}

function cacheOf(clock: Clock) {
  let [kept, size]: [Cache | undefined, number] = [undefined, 0];
  return {
    current: () => kept,
    follow: ({ cache: { enabled, maxSize } }: Policy): void => {
      const wanted = enabled ? maxSize : 0;
      if (wanted === size) return;
      [kept, size] = [wanted === 0 ? undefined : createCache(clock, wanted), wanted];
    },
  };
}
