import { randomUUID } from 'node:crypto';
import {
  type ClientRequest,
  type IncomingMessage,
  request as requestUpstream,
  ServerResponse,
} from 'node:http';
import { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { refuse } from '@ecommercestack/service-kit';
import { type Admission, admitVisit } from './admission.ts';
import type { Caller } from './domain/caller.ts';
import { enter } from './entrance.ts';
import type { Gateway } from './gateway.ts';
import { toClientHeaders, toUpstreamHeaders } from './headers.ts';
import { identityHeadersOf } from './identity/identify.ts';
import { refuseVisit, type Visit } from './visit.ts';

/** Takes WebSocket connections through the same policies as requests, and then passes bytes both ways until one side ends. */
export function createTunnels(gateway: Gateway) {
  return (request: IncomingMessage, duplex: Duplex, head: Buffer): void => {
    duplex.on('error', () => duplex.destroy());
    // node:http hands over the socket it accepted.
    if (!(duplex instanceof Socket)) {
      duplex.destroy();
      return;
    }
    const response = new ServerResponse(request);
    response.assignSocket(duplex);
    response.shouldKeepAlive = false;
    response.once('finish', () => duplex.end());
    const entrance = enter(gateway, request, response);
    const refuseIt = (refusal: Parameters<typeof refuseVisit>[3]) =>
      refuseVisit(gateway, request, response, refusal);
    if ('refusal' in entrance) {
      refuseIt(entrance.refusal);
      return;
    }
    if (request.method !== 'GET' || request.headers['sec-websocket-version'] !== '13') {
      refuseIt(refuse('malformed-request', 'this is no WebSocket handshake of version 13'));
      return;
    }
    const proceed = (admission: Admission): void => {
      if ('refusal' in admission) refuseIt(admission.refusal);
      else {
        response.detachSocket(duplex);
        open(entrance.visit, admission.caller, duplex, head);
      }
    };
    Promise.resolve(admitVisit(entrance.visit))
      .then(proceed)
      .catch((error: unknown) => {
        gateway.log.error({ error: String(error) }, 'a policy failed');
        duplex.destroy();
      });
  };
}

function open(
  { gateway, request, way, target, client }: Visit,
  caller: Caller,
  socket: Socket,
  head: Buffer,
): void {
  const { origin, host } = gateway.addressOf(way.service);
  const headers = toUpstreamHeaders(request.rawHeaders, client, {
    host,
    'x-request-id': randomUUID(),
    ...identityHeadersOf(caller),
    connection: 'Upgrade',
    upgrade: 'websocket',
  });
  const upstream: ClientRequest = requestUpstream(origin, {
    method: 'GET',
    path: `${way.path}${target.query}`,
    headers,
    agent: false,
    timeout: 15_000,
    setHost: false,
  });
  let answered = false;
  socket.once('close', () => upstream.destroy());
  upstream.on('upgrade', (answer, other, first) => {
    answered = true;
    upstream.setTimeout(0);
    other.setTimeout(0);
    socket.write(headOf(answer, '101 Switching Protocols', ['connection: Upgrade', 'upgrade: websocket']));
    if (first.length > 0) socket.write(first);
    if (head.length > 0) other.write(head);
    // Either end takes the other with it.
    pipeline(socket, other, () => other.destroy());
    pipeline(other, socket, () => socket.destroy());
  });
  upstream.on('response', (answer) => {
    answered = true;
    socket.write(headOf(answer, `${answer.statusCode ?? 502} Refused`, ['connection: close']));
    pipeline(answer, socket, () => socket.destroy());
  });
  upstream.on('timeout', () => upstream.destroy(new Error('no answer in time')));
  upstream.on('error', () => {
    if (!answered) socket.end('HTTP/1.1 502 Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    else socket.destroy();
  });
  upstream.end();
}

function headOf(answer: IncomingMessage, status: string, ours: readonly string[]): string {
  const passed = toClientHeaders(answer.rawHeaders, '').map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status}`, ...passed, ...ours, '', ''].join('\r\n');
}
