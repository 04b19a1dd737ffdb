import { serviceNames } from '@ecommercestack/contracts/topology';
import { z } from 'zod';
import { bytes, duration, pathPrefix } from './shapes.ts';

const headerName = z
  .string()
  .max(64)
  .regex(/^[a-z0-9-]+$/, 'must be a lower-case header name');
const headerValue = z
  .string()
  .max(1024)
  .regex(/^[\x20-\x7e]*$/, 'must be printable');

/** Names that say where a message ends, who calls, or where it goes; no configuration may touch them. */
const untouchable =
  /^(?:connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|forwarded|x-forwarded-.*|x-user-.*|x-real-ip|traceparent|x-request-id)$/;
const changeable = headerName.refine(
  (name) => !untouchable.test(name),
  'is not for a configuration to change',
);

const transformation = z
  .object({
    set: z.record(changeable, headerValue).default({}),
    remove: z.array(changeable).default([]),
  })
  .prefault({});

const route = z.object({
  name: z.string().min(1).max(64),
  match: z.object({
    path: pathPrefix,
    methods: z
      .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']))
      .min(1)
      .optional(),
    headers: z
      .array(z.object({ name: headerName, exact: headerValue.optional() }))
      .max(8)
      .default([]),
  }),
  service: z.enum(serviceNames),
  /** What the matched prefix becomes. Default: it goes on as it came, without /api/v1. */
  rewrite: pathPrefix.optional(),
  timeout: duration.pipe(z.int().min(10).max(600_000)).optional(),
  /** Sends a GET or HEAD once more when it broke before any answer. */
  retry: z.boolean().default(true),
  maxBody: bytes.optional(),
  request: transformation,
  response: transformation,
});

/** Routes that come before those of the service table, the first that fits first. */
export const routesSection = z
  .array(route)
  .max(128)
  .refine(
    (routes) => new Set(routes.map(({ name }) => name)).size === routes.length,
    'two routes have one name',
  );

/** How the services behind are asked, all of them unless one has figures of its own. */
export const upstreamSection = z.object({
  timeout: duration.pipe(z.int().min(10).max(600_000)).optional(),
  /** Places where the service answers, instead of its Kubernetes Service. */
  endpoints: z
    .array(z.string().regex(/^https?:\/\/[A-Za-z0-9.[\]:-]+$/, 'must be an origin'))
    .min(1)
    .max(64)
    .optional(),
  breaker: z
    .object({
      minimum: z.int().min(1).default(20),
      failurePercent: z.int().min(1).max(100).default(50),
      window: duration.prefault('10s'),
      open: duration.prefault('2s'),
    })
    .prefault({}),
  ejection: z
    .object({ failuresInRow: z.int().min(1).default(5), base: duration.prefault('10s') })
    .prefault({}),
});

export type ConfiguredRoute = z.output<typeof route>;
export type UpstreamPolicy = z.output<typeof upstreamSection>;
