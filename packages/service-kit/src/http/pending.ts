import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

type Waiting = { readonly pending: Set<ServerResponse>; onIdle?: () => void };

/** Which answers are still owed on each connection. */
export type Pending = {
  readonly begin: (request: IncomingMessage, response: ServerResponse) => void;
  /** Calls back once every request that came whole on the connection has been answered, at once where none is owed. */
  readonly afterWhole: (socket: Duplex, then: () => void) => void;
};

export function createPending(): Pending {
  const bySocket = new WeakMap<Duplex, Waiting>();
  const isIdle = ({ pending }: Waiting): boolean => ![...pending].some(({ req }) => req.complete);
  return {
    begin: ({ socket }, response) => {
      const waiting = bySocket.get(socket) ?? { pending: new Set<ServerResponse>() };
      bySocket.set(socket, waiting);
      waiting.pending.add(response);
      response.once('close', () => {
        waiting.pending.delete(response);
        if (isIdle(waiting)) waiting.onIdle?.();
      });
    },
    afterWhole: (socket, then) => {
      const waiting = bySocket.get(socket);
      if (waiting === undefined || isIdle(waiting)) then();
      else waiting.onIdle = then;
    },
  };
}
