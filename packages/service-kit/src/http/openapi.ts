import { problem, problemMediaType } from '@ecommercestack/contracts/problem';
import { z } from 'zod';
import type { RefusalTable } from './problem.ts';
import type { RouteContract } from './route.ts';

type Json = { [key: string]: unknown };

/** The OpenAPI 3.1 document of a service, from the same schemas that check its requests. */
export function toOpenApi(
  service: { title: string; version: string; description: string },
  routes: readonly RouteContract[],
  refusals: RefusalTable,
): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method] = toOperation(route, refusals);
    paths[route.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: service,
    paths,
    components: { schemas: { Problem: toSchema(problem, 'output') } },
  };
}

function toOperation(route: RouteContract, refusals: RefusalTable): Json {
  return {
    operationId: `${route.method}${route.path.replaceAll(/[^a-zA-Z]+(.)?/g, (_, next: string | undefined) => (next ?? '').toUpperCase())}`,
    summary: route.summary,
    parameters: [
      ...toParameters(route.params, 'path'),
      ...toParameters(route.query, 'query'),
      ...(route.idempotent === true ? [idempotencyKey] : []),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toSchema(route.body, 'input') } },
          },
        }),
    responses: { ...toAnswers(route), ...toRefusals(route, refusals) },
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'Chosen by the caller for one request; sent again with it, the first answer comes back.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function toParameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const json = toSchema(schema, 'input');
  const properties = isRecord(json['properties']) ? json['properties'] : {};
  const required = Array.isArray(json['required']) ? json['required'] : [];
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function toAnswers(route: RouteContract): Json {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, answer]) => [
      status,
      {
        description: answer.description,
        ...(answer.schema === undefined
          ? {}
          : { content: { 'application/json': { schema: toSchema(answer.schema, 'output') } } }),
      },
    ]),
  );
}

function toRefusals(route: RouteContract, refusals: RefusalTable): Json {
  const codesByStatus = new Map<number, string[]>();
  for (const code of [...route.refuses, ...impliedRefusals(route)]) {
    const status = refusals[code]?.status;
    if (status === undefined)
      throw new Error(`${route.method} ${route.path} refuses "${code}", which no table has`);
    codesByStatus.set(status, [...new Set([...(codesByStatus.get(status) ?? []), code])]);
  }
  return Object.fromEntries(
    [...codesByStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.join(' | '),
        content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

// Codes that the kit itself can answer on this route, given its schemas.
function impliedRefusals(route: RouteContract): string[] {
  return [
    ...(route.params === undefined ? [] : ['not-found']),
    ...(route.query === undefined ? [] : ['bad-request']),
    ...(route.body === undefined
      ? []
      : ['malformed-json', 'body-too-large', 'unsupported-media-type', 'validation-failed']),
    ...(route.idempotent === true ? ['idempotency-key-required', 'idempotency-key-reused'] : []),
    'internal-error',
    'unavailable',
  ];
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  });
  return json;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
