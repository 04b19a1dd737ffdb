import type { ServiceName } from '@ecommercestack/contracts/topology';
import type { Address, Clock, Log, Metrics } from '@ecommercestack/service-kit';
import type { Cache } from './cache/cache.ts';
import type { Flights } from './cache/flights.ts';
import type { Countries } from './geo/country.ts';
import type { ApiKeys } from './identity/api-keys.ts';
import type { TokenRules, Tokens } from './identity/tokens.ts';
import type { Limiter } from './limiter/limiter.ts';
import type { Policy } from './policy/policy.ts';
import type { RetryBudget } from './upstream/retry-budget.ts';
import type { Upstreams } from './upstream/upstreams.ts';

/** What follows from a policy and is made once for it. */
export type Prepared = {
  readonly policy: Policy;
  readonly tokens: Tokens;
  readonly tokenRules: TokenRules;
  readonly apiKeys: ApiKeys;
};

/** An open gateway: what its parts share. */
export type Gateway = {
  readonly prepared: () => Prepared;
  readonly cache: () => Cache | undefined;
  readonly flights: Flights;
  readonly limiter: Limiter;
  readonly countries: Countries | undefined;
  readonly upstreams: Upstreams;
  readonly budget: RetryBudget;
  readonly addressOf: (service: ServiceName) => Address;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly close: () => Promise<void>;
};
