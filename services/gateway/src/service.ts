import { defineService, variable, wholeNumber } from '@ecommercestack/service-kit';
import { z } from 'zod';
import { createListener } from './listener.ts';
import { openGateway } from './opening.ts';
import { createTunnels } from './tunnel.ts';

const millis = { min: 10, max: 600_000 };
const defaultPolicyFile = '/etc/ecommercestack/policy/policy.json';

/** The one door: form, addresses, identity, limits, rights, cache, and the way to the services. */
export const service = defineService({
  name: 'gateway',
  variables: {
    POLICY_FILE: variable(z.string().default(defaultPolicyFile), defaultPolicyFile, 'Policy, followed live.'),
    POLICY_POLL_MS: wholeNumber(millis, 1000, 'Pause between two looks at the policy file.'),
    GEO_DATABASE: variable(
      z.string().default(''),
      '/etc/ecommercestack/geo/country.mmdb',
      'Countries by address, in MaxMind format. Without it the edge tells the country in a header.',
    ),
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
  open: ({ config, stores, addressOf, metrics, log, clock }) =>
    openGateway({
      policyFile: config.POLICY_FILE,
      policyPollMs: config.POLICY_POLL_MS,
      geoDatabase: config.GEO_DATABASE,
      limits: {
        connectMs: config.UPSTREAM_CONNECT_TIMEOUT_MS,
        headersMs: config.UPSTREAM_TIMEOUT_MS,
        bodyMs: config.UPSTREAM_TIMEOUT_MS,
        connections: config.UPSTREAM_CONNECTIONS,
        waiting: config.UPSTREAM_WAITING,
      },
      store: stores.keyValues(),
      addressOf,
      metrics,
      clock,
      log,
    }),
  listener: createListener,
  upgrades: createTunnels,
  close: (gateway) => gateway.close(),
});
