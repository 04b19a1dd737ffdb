import { defineService, variable, wholeNumber } from '@ecommercestack/service-kit';
import { z } from 'zod';
import { createListener, type Gateway } from './listener.ts';
import { followPolicy } from './policy-file.ts';
import { createUpstreams } from './proxy.ts';

const millis = { min: 10, max: 600_000 };
const defaultPolicyFile = '/etc/ecommercestack/policy/policy.json';

/** The one door: routing, and later authentication, limits and caching. */
export const service = defineService({
  name: 'gateway',
  variables: {
    POLICY_FILE: variable(z.string().default(defaultPolicyFile), defaultPolicyFile, 'Policy, followed live.'),
    POLICY_POLL_MS: wholeNumber(millis, 1000, 'Pause between two looks at the policy file.'),
    UPSTREAM_CONNECT_TIMEOUT_MS: wholeNumber(millis, 2000, 'Wait for a connection to a service.'),
    UPSTREAM_TIMEOUT_MS: wholeNumber(
      millis,
      15_000,
      'Wait for the start of an answer, and between its parts.',
    ),
    UPSTREAM_CONNECTIONS: wholeNumber({ min: 1, max: 10_000 }, 128, 'Connections to one service.'),
    UPSTREAM_WAITING: wholeNumber({ min: 0, max: 100_000 }, 1024, 'Requests that may wait for one of them.'),
  },
  // A door that shuts because a cache or the bus is away would turn a small outage into a whole one.
  survives: ['redis', 'kafka'],
  open: async ({ config, addressOf, metrics, log }): Promise<Gateway> => ({
    upstreams: createUpstreams(addressOf, {
      connectMs: config.UPSTREAM_CONNECT_TIMEOUT_MS,
      headersMs: config.UPSTREAM_TIMEOUT_MS,
      bodyMs: config.UPSTREAM_TIMEOUT_MS,
      connections: config.UPSTREAM_CONNECTIONS,
      waiting: config.UPSTREAM_WAITING,
    }),
    policy: await followPolicy(config.POLICY_FILE, log, config.POLICY_POLL_MS),
    addressOf,
    metrics,
  }),
  listener: createListener,
  close: async (gateway) => {
    gateway.policy.close();
    await gateway.upstreams.close();
  },
});
