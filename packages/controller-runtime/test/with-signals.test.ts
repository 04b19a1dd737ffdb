import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { withSignals } from '../src/with-signals.ts';

const ended = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason));
  });

test('the first source that aborts does so with its reason', async () => {
  const [one, two] = [new AbortController(), new AbortController()];
  const running = withSignals([one.signal, two.signal], ended);
  two.abort('two');
  one.abort('one');
  expect(await running).toBe('two');
});

test('a source that has aborted before counts', async () => {
  expect(await withSignals([new AbortController().signal, AbortSignal.abort('before')], ended)).toBe(
    'before',
  );
});

test('nothing is left at the sources, however the work ends', async () => {
  const source = new AbortController();
  expect(await withSignals([source.signal], () => Promise.resolve(1))).toBe(1);
  await expect(withSignals([source.signal], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(getEventListeners(source.signal, 'abort')).toEqual([]);
});
