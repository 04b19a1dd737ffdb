import { describe, expect, test } from 'vitest';
import { Lines } from '../lines.ts';
import type { EventFault } from '../plan.ts';
import { EventStream, type Step } from '../stream.ts';

const line = (name: string, uid = name, type = 'MODIFIED') =>
  Buffer.from(JSON.stringify({ type, object: { metadata: { name, uid } } }));

/** A stream whose nth event is befallen by the nth fault. */
function streamWith(...faults: (EventFault | undefined)[]): EventStream {
  let position = 0;
  return new EventStream('pods', false, () => faults[position++]);
}

const said = (steps: readonly Step[]) =>
  steps.map((step) => {
    if (step.type !== 'Write') return step.type;
    const text = step.bytes.toString('utf8');
    return /"name":"(\w+)"/.exec(text)?.[1] ?? text;
  });

test('without a fault a line passes as it is', () => {
  const [step] = streamWith().take(line('a'));
  expect(step).toEqual({ type: 'Write', bytes: Buffer.concat([line('a'), Buffer.from('\n')]) });
});

describe('faults', () => {
  test('Drop leaves one out', () => {
    const stream = streamWith({ type: 'Drop' });
    expect(said([...stream.take(line('a')), ...stream.take(line('b'))])).toEqual(['b']);
  });

  test('Reorder swaps it with the next', () => {
    const stream = streamWith({ type: 'Reorder' });
    expect(said(stream.take(line('a')))).toEqual([]);
    expect(stream.isHolding).toBe(true);
    expect(said(stream.take(line('b')))).toEqual(['b', 'a']);
    expect(stream.isHolding).toBe(false);
  });

  test('what is held is delivered when nothing follows', () => {
    const stream = streamWith({ type: 'Reorder' });
    stream.take(line('a'));
    expect(said(stream.flush())).toEqual(['a']);
    expect(stream.flush()).toEqual([]);
  });

  test('Merge leaves out what the same object overtakes', () => {
    const merge = { type: 'Merge' } as const;
    const same = streamWith(merge);
    expect(said([...same.take(line('old', 'u')), ...same.take(line('new', 'u'))])).toEqual(['new']);
    const other = streamWith(merge);
    expect(said([...other.take(line('a')), ...other.take(line('b'))])).toEqual(['a', 'b']);
    const run = streamWith(merge, merge);
    const steps = ['one', 'two', 'three'].flatMap((name) => run.take(line(name, 'u')));
    expect(said(steps)).toEqual(['three']);
  });

  test('Hold waits first', () => {
    expect(said(streamWith({ type: 'Hold', milliseconds: 5 }).take(line('a')))).toEqual(['Wait', 'a']);
  });

  test.each(['Fin', 'Reset'] as const)('Cut by %s delivers nothing more', (how) => {
    expect(streamWith({ type: 'Cut', how }).take(line('a'))).toEqual([{ type: 'Cut', how }]);
  });

  test('Garbage is no JSON and the event follows', () => {
    const [garbage, event] = streamWith({ type: 'Garbage' }).take(line('a'));
    expect(garbage?.type === 'Write' && garbage.bytes.at(-1)).toBe(10);
    expect(() => JSON.parse(garbage?.type === 'Write' ? garbage.bytes.toString() : '{}')).toThrow();
    expect(said(event === undefined ? [] : [event])).toEqual(['a']);
  });

  test('Error is an ERROR event and the end', () => {
    const [error, end] = streamWith({ type: 'Error', code: 410 }).take(line('a'));
    const event = JSON.parse(error?.type === 'Write' ? error.bytes.toString() : '{}');
    expect(event).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    expect(end).toEqual({ type: 'Cut', how: 'Fin' });
  });

  test.each([
    ['a character that is there', line('größe')],
    ['one that is made up', line('plain')],
  ])('Truncate ends within %s', (_, bytes) => {
    const [part, end] = streamWith({ type: 'Truncate' }).take(bytes);
    const cut = part?.type === 'Write' ? part.bytes : Buffer.alloc(0);
    expect(cut.length).toBeLessThan(bytes.length);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(cut)).toThrow();
    expect(end).toEqual({ type: 'Cut', how: 'Fin' });
  });
});

test('objects are initial until the bookmark that says so', () => {
  const seen: boolean[] = [];
  const stream = new EventStream('pods', true, ({ initial }) => {
    seen.push(initial);
    return undefined;
  });
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  const bookmark = Buffer.from(JSON.stringify({ type: 'BOOKMARK', object: { metadata: { annotations } } }));
  for (const bytes of [line('a'), bookmark, line('b')]) stream.take(bytes);
  expect(seen).toEqual([true, true, false]);
});

test('lines are whole, whatever the chunks', () => {
  const lines = new Lines();
  const chunks = ['{"a', '":1}\n\n{"b":2}\n{', '"c"'].map((text) => Buffer.from(text));
  expect(chunks.flatMap((chunk) => lines.push(chunk)).map(String)).toEqual(['{"a":1}', '{"b":2}']);
  expect(lines.rest.toString()).toBe('{"c"');
});
