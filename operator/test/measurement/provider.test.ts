import { createServer, type RequestListener } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { askingProviders } from '../../src/measurement/provider.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

async function listening(answer: RequestListener): Promise<URL> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  return new URL(`http://127.0.0.1:${address.port}`);
}

const never = new AbortController().signal;

test('a provider is asked for the query', async () => {
  const url = await listening((request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams.get('query');
    const result = [{ metric: {}, value: [1, query === 'up' ? '1' : '0'] }];
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  });
  const ask = askingProviders({ prom: { type: 'prometheus', url } });
  expect(await ask('prom', 'up', never)).toEqual({ value: 1 });
});

test('one that nobody knows is named with the flag that makes it known', async () => {
  const ask = askingProviders({ web: { type: 'web', url: new URL('http://127.0.0.1:1') } });
  expect(await ask('prom', 'up', never)).toEqual({
    problem: expect.stringMatching(
      /knows no provider prom; start it with --metrics-provider prom=.*or use web/,
    ),
  });
});

test('a server that is gone, or hangs up, is no data', async () => {
  const url = await listening((request) => request.socket.destroy());
  const ask = askingProviders({
    gone: { type: 'web', url: new URL('http://127.0.0.1:1') },
    rude: { type: 'web', url },
  });
  expect(await ask('gone', '/', never)).toEqual({
    problem: expect.stringContaining('provider gone does not answer'),
  });
  expect(await ask('rude', '/', never)).toEqual({
    problem: expect.stringContaining('provider rude does not answer'),
  });
});

test('an answer without end is cut off', async () => {
  const url = await listening((_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  });
  const ask = askingProviders({ web: { type: 'web', url } });
  expect(await ask('web', '/', never)).toEqual({
    problem: expect.stringContaining('longer than a megabyte'),
  });
});

test('who is told to stop does not wait for an answer', async () => {
  const stop = new AbortController();
  const url = await listening(() => stop.abort(new Error('stopped')));
  const ask = askingProviders({ web: { type: 'web', url } });
  expect(await ask('web', '/', stop.signal)).toEqual({ problem: expect.stringContaining('stopped') });
});
