import type { IncomingMessage } from 'node:http';
import type { HostedService } from '../opening.ts';
import { pathOf } from './exchange.ts';

/** Finds the service of a process that a request is for. */
export type Pick = (hosted: readonly HostedService[], request: IncomingMessage) => HostedService | undefined;

/**
 * Picks for requests from outside the process. Alone in its process, a service takes everything. In a monolith the
 * Host header decides (`product-service`, also with a namespace behind it); any other host goes to the edge service,
 * and without one to the service whose route begins the path.
 *
 * Where the edge service is in the process, whatever came through a proxy is the edge's, too: a client from the
 * internet must not get past it by writing `Host: user-service`.
 */
export const pickHosted: Pick = (hosted, request) => {
  if (hosted.length === 1) return hosted[0];
  const edge = hosted.find(({ service }) => service.row.edge === true);
  if (edge !== undefined && request.headers['x-forwarded-for'] !== undefined) return edge;
  const named = pickInside(hosted, request);
  if (named !== undefined) return named;
  if (edge !== undefined) return edge;
  const path = pathOf(request);
  return hosted.find(({ service: { row } }) => row.route !== undefined && isBelow(path, row.route));
};

/** Picks for calls of one service of the process to another: by the Host header alone. */
export const pickInside: Pick = (hosted, request) => {
  const host = (request.headers.host ?? '').toLowerCase().split(/[.:]/, 1)[0];
  return hosted.find(({ service }) => service.row.objectName === host);
};

/** True for the prefix itself and for paths below it. */
export function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
