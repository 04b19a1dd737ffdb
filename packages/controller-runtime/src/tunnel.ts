import { Duplex } from 'node:stream';
import WebSocket from 'ws';
import type { Credentials } from './credentials.ts';
import { ApiError, ConnectionError } from './errors.ts';

/** A port of a pod, as its own processes reach it on loopback. */
export type PodPort = { readonly namespace: string; readonly pod: string; readonly port: number };

/** Channels of the one port that is forwarded: its bytes, and why they cannot flow. */
const dataChannel = 0;
const errorChannel = 1;

/**
 * Opens a connection to a port of a pod through the API server (`pods/portforward`). Rejects with `ApiError` where the API
 * server refuses and `ConnectionError` where nobody answers; bytes that cannot flow destroy the stream.
 */
export async function openTunnel(
  credentials: Credentials,
  target: PodPort,
  signal: AbortSignal,
): Promise<Duplex> {
  const { headers, tls, agent } = await credentials.authorize();
  const { namespace, pod, port } = target;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
  const url = `${credentials.server.replace(/^http/, 'ws').replace(/\/$/, '')}${path}?ports=${port}`;
  const socket = new WebSocket(url, ['v4.channel.k8s.io'], {
    ...tls,
    headers,
    perMessageDeflate: false,
    ...(agent && { agent }),
  });
  // Listens before it is open: the first bytes come with the answer.
  const tunnel = tunnelOver(socket);
  await opened(socket, signal);
  return tunnel;
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      socket.terminate();
      reject(new ConnectionError('the pod was not reached in time', signal.reason));
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    const settled = (): void => signal.removeEventListener('abort', giveUp);
    socket.once('open', () => {
      settled();
      resolve();
    });
    socket.once('unexpected-response', (request, { statusCode = 0 }) => {
      settled();
      request.destroy();
      reject(new ApiError(statusCode, { message: `the API server forwards no port: ${statusCode}` }));
    });
    // Stays attached: an error after the opening ends the stream by the close that follows it.
    socket.on('error', (error) => {
      settled();
      reject(new ConnectionError(`no port was forwarded: ${error.message}`, error));
    });
  });
}

function tunnelOver(socket: WebSocket): Duplex {
  const begun = new Set<number>();
  const tunnel = new Duplex({
    read: () => socket.resume(),
    write: (piece: Buffer, _encoding, done) =>
      socket.send(Buffer.concat([Buffer.of(dataChannel), piece]), done),
    final: (done) => {
      // There is no half-closed tunnel: whoever has said all has also heard all.
      socket.close();
      done();
    },
    destroy: (error, done) => {
      socket.terminate();
      done(error);
    },
  });
  socket.on('message', (message: Buffer) => {
    const channel = message[0] ?? dataChannel;
    // The first two bytes of each channel repeat the port.
    const piece = message.subarray(begun.has(channel) ? 1 : 3);
    begun.add(channel);
    if (piece.length === 0) return;
    if (channel === errorChannel) tunnel.destroy(new ConnectionError(piece.toString(), undefined));
    else if (!tunnel.push(piece)) socket.pause();
  });
  socket.once('close', () => tunnel.push(null));
  return tunnel;
}
