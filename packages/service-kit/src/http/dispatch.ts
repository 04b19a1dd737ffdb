import type { IncomingMessage } from 'node:http';
import type { HostedService } from '../opening.ts';
import { pathOf } from './exchange.ts';

/**
 * The service a request is for. Alone in its process, a service takes everything. In a monolith the Host header
 * decides (`product-service`, also with a namespace behind it); any other host goes to the edge service, and
 * without one to the service whose route begins the path.
 */
export function pickHosted(
  hosted: readonly HostedService[],
  request: IncomingMessage,
): HostedService | undefined {
  if (hosted.length === 1) return hosted[0];
  const host = (request.headers.host ?? '').toLowerCase().split(/[.:]/, 1)[0];
  const named = hosted.find(({ service }) => service.row.objectName === host);
  if (named !== undefined) return named;
  const edge = hosted.find(({ service }) => service.row.edge === true);
  if (edge !== undefined) return edge;
  const path = pathOf(request);
  return hosted.find(({ service: { row } }) => row.route !== undefined && isBelow(path, row.route));
}

/** True for the prefix itself and for paths below it. */
export function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
