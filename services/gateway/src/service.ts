import { defineService, wholeNumber } from '@ecommercestack/service-kit';
import { createListener, type Gateway } from './listener.ts';
import { createUpstreams } from './proxy.ts';

const millis = { min: 10, max: 600_000 };

/** The one door: routing, and later authentication, limits and caching. */
export const service = defineService({
  name: 'gateway',
  variables: {
    TRUSTED_HOPS: wholeNumber({ min: 0, max: 5 }, 0, 'Proxies in front that append to X-Forwarded-For.'),
    UPSTREAM_CONNECT_TIMEOUT_MS: wholeNumber(millis, 2000, 'Wait for a connection to a service.'),
    UPSTREAM_TIMEOUT_MS: wholeNumber(
      millis,
      15_000,
      'Wait for the first byte of an answer, and between two parts of it.',
    ),
  },
  // A door that shuts because a cache or the bus is away would turn a small outage into a whole one.
  survives: ['redis', 'kafka'],
  open: async ({ config, originOf, metrics }): Promise<Gateway> => ({
    upstreams: createUpstreams(originOf, {
      connectMs: config.UPSTREAM_CONNECT_TIMEOUT_MS,
      headersMs: config.UPSTREAM_TIMEOUT_MS,
      bodyMs: config.UPSTREAM_TIMEOUT_MS,
    }),
    originOf,
    trustedHops: config.TRUSTED_HOPS,
    metrics,
  }),
  listener: createListener,
  close: (gateway) => gateway.upstreams.close(),
});
