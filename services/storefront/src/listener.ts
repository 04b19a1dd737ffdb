import type { RequestListener, ServerResponse } from 'node:http';
import {
  commonRefusals,
  exchangeOf,
  pathOf,
  refuse,
  sendProblem,
  toProblem,
} from '@ecommercestack/service-kit';
import type { Asset } from './assets.ts';

/** Answers GET and HEAD for the assets; every other path is not found, every other method not offered. */
export function createListener(assets: ReadonlyMap<string, Asset>): RequestListener {
  return (request, response) => {
    const path = pathOf(request);
    const asset = assets.get(path);
    const exchange = exchangeOf(request);
    if (exchange !== undefined) exchange.route = asset === undefined ? 'none' : toRoute(path);
    if (asset === undefined)
      sendProblem(response, toProblem(refuse('not-found'), commonRefusals, { instance: path }));
    else if (request.method === 'GET' || request.method === 'HEAD') send(response, asset, request.method);
    else {
      response.setHeader('allow', 'GET, HEAD');
      sendProblem(response, toProblem(refuse('method-not-allowed'), commonRefusals, { instance: path }));
    }
  };
}

function send(response: ServerResponse, asset: Asset, method: 'GET' | 'HEAD'): void {
  response.writeHead(200, asset.headers);
  response.end(method === 'HEAD' ? undefined : asset.body);
}

function toRoute(path: string): string {
  return path.startsWith('/assets/') ? '/assets/{name}' : '/';
}
