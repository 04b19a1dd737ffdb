/** Policies of the api-gateway; they reach it as a live file, without a restart. */
import { z } from 'zod';
import { cidr, duration, httpUrl, listMap, listSet, quantity, urlPath } from './primitives.ts';

const perMinute = z.int32().min(1).max(10_000_000);

const routeLimit = z
  .object({
    path: urlPath.describe('Path prefix below /api/v1. Example: /users.'),
    perMinute: perMinute.describe('Requests a minute. Example: 100.'),
    scope: z
      .enum(['Caller', 'Global'])
      .describe('Whether each caller has this limit, or all callers share it. Default: Caller.')
      .default('Caller'),
  })
  .describe('Limit of one path prefix.');

const tier = (what: string, value: number) =>
  perMinute.describe(`Requests a minute of ${what}. Default: ${value}.`).default(value);

const rateLimits = z
  .object({
    algorithm: z
      .enum(['TokenBucket', 'LeakyBucket', 'FixedWindow', 'SlidingWindow'])
      .describe(
        'How requests are counted: TokenBucket allows short bursts, LeakyBucket smooths them, FixedWindow is cheapest, SlidingWindow is most exact. Default: TokenBucket.',
      )
      .default('TokenBucket'),
    perMinute: perMinute
      .describe('Requests a minute of one caller over all APIs, where no tier applies. Default: 1000.')
      .default(1000),
    routes: listMap(routeLimit, 'path', 32)
      .describe(
        'Limits of single path prefixes, on top of the others. Default: /users 100, /products 500, /orders 200.',
      )
      .default([
        { path: '/users', perMinute: 100, scope: 'Caller' },
        { path: '/products', perMinute: 500, scope: 'Caller' },
        { path: '/orders', perMinute: 200, scope: 'Caller' },
      ]),
    tiers: z
      .object({
        free: tier('an API client of tier free', 10),
        premium: tier('an API client of tier premium', 100),
        enterprise: tier('an API client of tier enterprise', 1000),
        storefront: tier('a session of the storefront', 600),
      })
      .describe('Limits of callers that are known, by tier.')
      .prefault({}),
  })
  .describe(
    'Request limits, shared by all gateway pods through Redis. A caller is a subject or API key, otherwise a client address. Requests above a limit get 429 with Retry-After.',
  );

const auth = z
  .object({
    jwt: z
      .object({
        issuer: httpUrl
          .describe(
            'Value that the claim iss must have. Default: the user service of this stack. Example: https://id.example.com.',
          )
          .optional(),
        audiences: listSet(z.string().min(1).max(256), 8)
          .min(1)
          .describe('Values of which the claim aud must hold one. Default: [shop].')
          .default(['shop']),
        jwksURI: httpUrl
          .describe(
            'Address of the public keys. Default: the user service of this stack. Example: https://id.example.com/jwks.',
          )
          .optional(),
      })
      .describe('How access tokens are checked.')
      .prefault({}),
    apiKeys: z
      .enum(['Enabled', 'Disabled'])
      .describe(
        'Whether API keys of the user service are accepted in the header x-api-key. Default: Enabled.',
      )
      .default('Enabled'),
  })
  .describe('How callers prove who they are.');

const geo = z
  .object({
    mode: z
      .enum(['Allow', 'Deny'])
      .describe('Allow admits only the listed countries, Deny all but the listed ones.'),
    countries: listSet(
      z
        .string()
        .min(2)
        .max(2)
        .regex(/^[A-Z]{2}$/),
      250,
    )
      .min(1)
      .describe('ISO 3166-1 alpha-2 codes. Example: [DE, FR].'),
    header: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[a-z0-9-]+$/)
      .describe(
        'Request header in which the edge gives the country, by lower-case name. Default: cf-ipcountry.',
      )
      .default('cf-ipcountry'),
  })
  .describe('Filter by country. Requests that it refuses get 403. Default: no filter.');

const cache = z
  .object({
    enabled: z
      .boolean()
      .describe('Whether GET answers that allow it are cached. Default: true.')
      .default(true),
    ttl: duration
      .describe(
        'Longest time that an answer is kept; a shorter Cache-Control of the service wins. Default: 30s.',
      )
      .default('30s'),
    maxSize: quantity
      .describe('Memory for cached answers in each gateway pod, in bytes. Default: 32Mi.')
      .default('32Mi'),
  })
  .describe('Cache of answers in the gateway.');

export const apiGateway = z
  .object({
    rateLimits: rateLimits.prefault({}),
    auth: auth.prefault({}),
    denyCIDRs: listSet(cidr, 256)
      .describe(
        'Client addresses that get 403, at most 256 networks. Default: none. Example: [203.0.113.0/24].',
      )
      .default([]),
    geo: geo.optional(),
    cache: cache.prefault({}),
    trustedProxyHops: z
      .int32()
      .min(0)
      .max(10)
      .describe(
        'Proxies in front of the gateway whose X-Forwarded-For entries are believed, counted from the right. Too many lets clients forge their address. Default: 1, the edge.',
      )
      .default(1),
  })
  .describe('Policies of the api-gateway. A change reaches running pods as a file, without a restart.');
