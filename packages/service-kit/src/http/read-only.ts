import { pageOf, pageQuery } from '@ecommercestack/contracts/page';
import { z } from 'zod';
import { refuse } from '../domain/result.ts';
import type { Identified, Table } from '../store/table.ts';
import { parseCursor, toPage } from './page.ts';
import { type Route, type RouteMethod, routesWith } from './route.ts';

export type ReadOnlySpec<Row extends Identified> = {
  readonly path: `/${string}`;
  readonly noun: string;
  readonly schema: z.ZodType<Row>;
};

const anyId = z.strictObject({ id: z.string().min(1).max(128) });

/** Routes that list and show the rows of a table of the service's context. */
export function listRoutes<Context, Row extends Identified>(
  spec: ReadOnlySpec<Row>,
  tableOf: (context: Context) => Table<Row>,
): readonly Route<Context>[] {
  const route = routesWith<Context>();
  return [
    route({
      method: 'get',
      path: spec.path,
      summary: `A page, in id order: each item is one ${spec.noun}.`,
      query: pageQuery,
      answers: { 200: { description: 'A page.', schema: pageOf(spec.schema) } },
      refuses: [],
      handle: async ({ query: { limit, cursor } }, context) => {
        const after = cursor === undefined ? undefined : parseCursor(cursor);
        if (cursor !== undefined && after === undefined)
          return refuse('bad-request', 'cursor is not one of ours');
        const rows = await tableOf(context).list({
          limit: limit + 1,
          ...(after === undefined ? {} : { after }),
        });
        const body = toPage(
          rows,
          limit,
          (row) => row.id,
          (row) => row,
        );
        return { status: 200, body };
      },
    }),
    route({
      method: 'get',
      path: `${spec.path}/{id}`,
      summary: `One ${spec.noun}.`,
      params: anyId,
      answers: { 200: { description: `The ${spec.noun}.`, schema: spec.schema } },
      refuses: ['not-found'],
      handle: async ({ params: { id } }, context) => {
        const row = await tableOf(context).get(id);
        return row === undefined ? refuse('not-found') : { status: 200, body: row };
      },
    }),
  ];
}

/**
 * Routes that list and show the rows of a table. Everything that would change them answers 501 `not-implemented`:
 * a service whose commands are not built yet must never look as if they had worked.
 */
export function readOnlyRoutes<Row extends Identified>(
  spec: ReadOnlySpec<Row>,
): readonly Route<Table<Row>>[] {
  const route = routesWith<Table<Row>>();
  const one: `/${string}` = `${spec.path}/{id}`;
  const unbuilt = (method: RouteMethod, path: `/${string}`): Route<Table<Row>> =>
    route({
      method,
      path,
      summary: `Not built yet: changes a ${spec.noun}.`,
      answers: {},
      refuses: ['not-implemented'],
      handle: async () => refuse('not-implemented', `${spec.noun}: only reads are built yet`),
    });
  return [
    ...listRoutes<Table<Row>, Row>(spec, (table) => table),
    unbuilt('post', spec.path),
    unbuilt('put', one),
    unbuilt('patch', one),
    unbuilt('delete', one),
  ];
}
