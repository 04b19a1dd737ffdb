import type { Socket } from 'node:net';

/**
 * Calls `onLate` when a socket that is being opened takes longer than `milliseconds` for its connection, or then for its TLS
 * handshake: whatever lies before a dead API server may accept connections and say nothing.
 */
export function limitConnect(
  socket: Socket,
  secure: boolean,
  milliseconds: number,
  onLate: (error: Error) => void,
): void {
  const wait = (what: string) =>
    setTimeout(() => onLate(new Error(`no ${what} in ${milliseconds} ms`)), milliseconds);
  let timer = wait('connection');
  const stop = (): void => clearTimeout(timer);
  socket.once('connect', () => {
    stop();
    if (secure) timer = wait('TLS handshake');
  });
  if (secure) socket.once('secureConnect', stop);
  socket.once('close', stop);
}
