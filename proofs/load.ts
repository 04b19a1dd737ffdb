import { Agent, request } from 'node:http';

/** One answer that was not what a customer should get. */
export type Loss = { readonly at: number; readonly fresh: boolean; readonly what: string };

export type LoadResult = {
  readonly sent: number;
  readonly fresh: number;
  readonly losses: readonly Loss[];
  /** Milliseconds of the good answers. */
  readonly latencies: readonly number[];
};

export type Load = {
  /** Requests that were answered so far. */
  answered(): number;
  /** Sends no more, waits for what is under way and tells what happened. */
  stop(): Promise<LoadResult>;
};

/**
 * Sends GETs at a bounded rate (requests a second), half of them on connections that are kept, half on a fresh one
 * each. An answer other than 200 is a loss, and so is a connection that breaks.
 */
export function startLoad({ url, rate, workers }: { url: URL; rate: number; workers: number }): Load {
  const kept = new Agent({ keepAlive: true, maxSockets: workers });
  const losses: Loss[] = [];
  const latencies: number[] = [];
  let [sent, fresh, answered] = [0, 0, 0];
  let running = true;
  const started = performance.now();
  const work = async () => {
    while (running) {
      const turn = sent++;
      // Each request has its moment, so that a slow answer does not lower the rate of all others.
      const due = started + (turn * 1000) / rate - performance.now();
      if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
      const isFresh = turn % 2 === 1;
      if (isFresh) fresh++;
      const began = performance.now();
      const what = await once(url, isFresh ? undefined : kept);
      answered++;
      if (what === undefined) latencies.push(performance.now() - began);
      else losses.push({ at: Math.round(began - started), fresh: isFresh, what });
    }
  };
  const all = Promise.all(Array.from({ length: workers }, work));
  return {
    answered: () => answered,
    stop: async () => {
      running = false;
      await all;
      kept.destroy();
      return { sent, fresh, losses, latencies };
    },
  };
}

/** Undefined for a whole answer 200, else what came instead. */
function once(url: URL, agent: Agent | undefined): Promise<string | undefined> {
  return new Promise((done) => {
    const headers = agent === undefined ? { connection: 'close' } : {};
    const call = request(url, { agent: agent ?? false, headers, timeout: 15_000 }, (response) => {
      let start = '';
      response.on('data', (part: Buffer) => {
        if (start.length < 200) start += part.toString('utf8');
      });
      response.on('error', (error) => done(`answer broke off: ${error.message}`));
      response.on('end', () =>
        done(response.statusCode === 200 ? undefined : `${response.statusCode} ${start.slice(0, 200)}`),
      );
    });
    call.on('timeout', () => call.destroy(new Error('no answer within 15 s')));
    call.on('error', (error) => done(error.message));
    call.end();
  });
}
