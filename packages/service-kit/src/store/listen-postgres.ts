import pg from 'pg';

export type Listener = { readonly close: () => Promise<void> };

const pauseMs = 1000;

/**
 * Listens on a channel over a connection of its own, which it makes again for as long as it is not closed. `heard` gets
 * `''` whenever the connection is made: what was sent before then was missed.
 */
export function listenFor(
  connection: pg.ClientConfig,
  channel: string,
  heard: (payload: string) => void,
  onError: (error: unknown) => void,
): Listener {
  const closing = new AbortController();
  const running = keepListening(connection, channel, heard, onError, closing.signal);
  return {
    close: async () => {
      closing.abort();
      await running;
    },
  };
}

async function keepListening(
  connection: pg.ClientConfig,
  channel: string,
  heard: (payload: string) => void,
  onError: (error: unknown) => void,
  closing: AbortSignal,
): Promise<void> {
  while (!closing.aborted) {
    const client = new pg.Client(connection);
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve);
      closing.addEventListener('abort', () => resolve(), { once: true });
    });
    client.on('error', onError);
    client.on('notification', ({ payload }) => heard(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN "${channel}"`);
      heard('');
      await ended;
    } catch (error) {
      onError(error);
    }
    await client.end().catch(onError);
    if (!closing.aborted) await pause(closing);
  }
}

function pause(closing: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, pauseMs);
    closing.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
