import { serviceNames } from '@ecommercestack/contracts/topology';
import { z } from 'zod';
import { algorithmNames } from '../domain/limits/rule.ts';
import { accessSection } from './access-section.ts';
import { routesSection, upstreamSection } from './routes-section.ts';
import { bytes, duration, network, pathPrefix } from './shapes.ts';

const perMinute = z.int().min(1).max(10_000_000);
const name = z.string().min(1).max(64);
const headerName = z
  .string()
  .max(64)
  .regex(/^[a-z0-9-]+$/, 'must be a lower-case header name');

const counting = z.object({
  algorithm: z.enum(algorithmNames).optional(),
  window: duration.pipe(z.int().min(1000).max(86_400_000)).optional(),
  burst: z.int().min(1).optional(),
});

const rateLimits = counting.extend({
  algorithm: z.enum(algorithmNames).default('TokenBucket'),
  perMinute: perMinute.default(1000),
  /** Of all callers together. */
  global: counting.extend({ perMinute }).optional(),
  routes: z
    .array(
      counting.extend({ path: pathPrefix, perMinute, scope: z.enum(['Caller', 'Global']).default('Caller') }),
    )
    .max(64)
    .default([]),
  tiers: z.record(name, perMinute).default({}),
  mode: z.enum(['Strict', 'Fast']).default('Strict'),
  withoutRedis: z.enum(['Local', 'Refuse', 'Admit']).default('Local'),
});

const jwt = z.object({
  issuer: z.string().min(1).optional(),
  audiences: z.array(z.string().min(1)).min(1).default(['shop']),
  jwksURI: z
    .httpUrl()
    .or(z.url({ protocol: /^http$/ }))
    .optional(),
  /** Tokens that are good no more, by their claim jti, and subjects whose earlier tokens are not. */
  revokedTokens: z.array(z.string().min(1)).max(10_000).default([]),
  revokedSubjects: z
    .array(z.object({ subject: z.string().min(1), issuedBefore: z.iso.datetime() }))
    .max(10_000)
    .default([]),
});

const apiKey = z.object({
  id: name,
  /** SHA-256 of the key, in hexadecimal; the key itself is written nowhere. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal'),
  scopes: z.array(name).default([]),
  roles: z.array(name).default([]),
  tier: name.optional(),
  expiresAt: z.iso.datetime().optional(),
});

const auth = z.object({
  jwt: jwt.prefault({}),
  apiKeys: z.enum(['Enabled', 'Disabled']).default('Enabled'),
  keys: z.array(apiKey).max(10_000).default([]),
});

const geo = z.object({
  mode: z.enum(['Allow', 'Deny']),
  countries: z.array(z.string().regex(/^[A-Z]{2}$/)).min(1),
  header: headerName.default('cf-ipcountry'),
});

const cache = z.object({
  enabled: z.boolean().default(true),
  ttl: duration.prefault('30s'),
  maxSize: bytes.prefault('32Mi'),
});

const cors = z.object({
  origins: z.array(z.string().min(1).max(256)).min(1),
  methods: z.array(z.string().regex(/^[A-Z]+$/)).default(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
  headers: z
    .array(headerName)
    .default(['authorization', 'content-type', 'idempotency-key', 'if-match', 'x-api-key', 'x-request-id']),
  exposed: z
    .array(headerName)
    .default(['etag', 'location', 'ratelimit', 'ratelimit-policy', 'retry-after', 'x-request-id']),
  credentials: z.boolean().default(false),
  maxAge: duration.prefault('10m'),
});

const limitsOfForm = z.object({
  maxBody: bytes.prefault('10Mi'),
  maxHeaders: z.int().min(8).max(1000).default(100),
  maxPath: z.int().min(64).max(16_384).default(4096),
});

/** THE configuration of the gateway, as the live policy ConfigMap holds it. Members it does not name are passed over. */
export const policyDocument = z.object({
  trustedProxyHops: z.int().min(0).max(10).default(0),
  denyCIDRs: z.array(network).max(1024).default([]),
  /** Networks that are let in whatever denies them. */
  allowCIDRs: z.array(network).max(1024).default([]),
  geo: geo.optional(),
  requests: limitsOfForm.prefault({}),
  cors: cors.optional(),
  auth: auth.prefault({}),
  authorization: accessSection.optional(),
  rateLimits: rateLimits.optional(),
  cache: cache.prefault({ enabled: false }),
  compression: z.object({ enabled: z.boolean().default(true), minSize: bytes.prefault(1024) }).prefault({}),
  routes: routesSection.default([]),
  upstreams: z.partialRecord(z.enum([...serviceNames, 'default']), upstreamSection).default({}),
});

export type PolicyDocument = z.output<typeof policyDocument>;
