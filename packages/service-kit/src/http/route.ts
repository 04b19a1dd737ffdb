import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { FieldError, Refusal } from '../domain/result.ts';
import type { Effect } from '../store/event-store.ts';

export type RouteMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the request changes; it is committed before the answer is sent, and the handler may be asked again. */
  readonly effect?: Effect;
};

/** What a route promises: the source of request checks, OpenAPI and the tests that compare the two. */
export type RouteContract = {
  readonly method: RouteMethod;
  /** Path with `{name}` parameters, for example `/products/{id}`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Largest accepted body in bytes; 64 KiB when absent. */
  readonly bodyLimit?: number;
  /** Requests must carry an `Idempotency-Key`: however often one comes, it has one effect and one answer. */
  readonly idempotent?: true;
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>;
  readonly refuses: readonly string[];
};

export type RawRequest = {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
};

/** A request that was checked; carrying it out begins with `run`. */
export type Checked<Context> = { readonly run: (context: Context) => Promise<Answer | Refusal> };

/** A route bound to nothing yet: it checks the raw input, and then its handler runs with the service's context. */
export type Route<Context> = RouteContract & {
  readonly check: (raw: RawRequest) => Checked<Context> | Refusal;
};

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

type RouteSpec<Context, Params, Query, Body> = Omit<RouteContract, 'params' | 'query' | 'body'> & {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly handle: (
    request: {
      readonly params: Output<Params>;
      readonly query: Output<Query>;
      readonly body: Output<Body>;
      readonly headers: IncomingHttpHeaders;
    },
    context: Context,
  ) => Promise<Answer | Refusal>;
};

/** Gives the `route` function of a service whose handlers receive `Context`. */
export function routesWith<Context>() {
  return function route<
    Params extends z.ZodType | undefined = undefined,
    Query extends z.ZodType | undefined = undefined,
    Body extends z.ZodType | undefined = undefined,
  >(spec: RouteSpec<Context, Params, Query, Body>): Route<Context> {
    const { handle, ...contract } = spec;
    return {
      ...contract,
      check: (raw) => {
        const params = check(spec.params, raw.params);
        if (!params.ok) return { refusal: 'not-found', errors: params.errors };
        const query = check(spec.query, raw.query);
        if (!query.ok)
          return { refusal: 'bad-request', detail: firstError(query.errors), errors: query.errors };
        const body = check(spec.body, raw.body);
        if (!body.ok)
          return { refusal: 'validation-failed', detail: firstError(body.errors), errors: body.errors };
        const { headers } = raw;
        const request = { params: params.value, query: query.value, body: body.value, headers };
        return { run: (context) => handle(request, context) };
      },
    };
  };
}

/** True when a handler's result is a refusal. */
export function isRefusal(result: object): result is Refusal {
  return 'refusal' in result;
}

type Parsed<Schema> = { ok: true; value: Output<Schema> } | { ok: false; errors: readonly FieldError[] };

function check<Schema extends z.ZodType | undefined>(
  schema: Schema | undefined,
  input: unknown,
): Parsed<Schema> {
  // A route without the schema has `undefined` as Output<Schema>, and one with it has the schema's own output:
  // the compiler cannot follow the conditional type through the branch.
  if (schema === undefined) return { ok: true, value: undefined as Output<Schema> };
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data as Output<Schema> };
  return {
    ok: false,
    errors: parsed.error.issues.map((issue) => ({ pointer: toPointer(issue.path), detail: issue.message })),
  };
}

function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function firstError(errors: readonly FieldError[]): string {
  const first = errors[0];
  return first === undefined ? '' : `${first.pointer === '' ? '/' : first.pointer}: ${first.detail}`;
}
