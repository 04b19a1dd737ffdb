import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnreadableLineError, watchEvents } from '../src/watch-stream.ts';

/** A body as node:http gives it; only the stream part of it is used. */
function aBody(chunks: Buffer[]): IncomingMessage {
  return Readable.from(chunks) as IncomingMessage;
}

async function read(chunks: Buffer[]): Promise<string[]> {
  const names: string[] = [];
  for await (const events of watchEvents(aBody(chunks))) {
    for (const event of events) if (event.type !== 'ERROR') names.push(event.object.metadata.name);
  }
  return names;
}

function split(bytes: Buffer, cuts: number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const line = (name: string) => `${JSON.stringify({ type: 'ADDED', object: { metadata: { name } } })}\n`;

test('however the bytes are cut, every event arrives once and in order', async () => {
  const cases = fc.tuple(
    fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { maxLength: 8 }),
    fc.array(fc.nat(), { maxLength: 12 }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ([names, cuts]) => {
      const bytes = Buffer.from(names.map(line).join(''));
      expect(await read(split(bytes, cuts))).toEqual(names);
    }),
  );
});

test('a piece whose bytes are overwritten by the next one leaves whole lines behind', async () => {
  const bytes = Buffer.from(['a', 'bc', 'd'].map(line).join(''));
  const piece = Buffer.alloc(7);
  const names: string[] = [];
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += piece.length) {
      yield piece.subarray(0, bytes.copy(piece, 0, at));
    }
  }
  for await (const events of watchEvents(pieces())) {
    for (const event of events) if (event.type !== 'ERROR') names.push(event.object.metadata.name);
  }
  expect(names).toEqual(['a', 'bc', 'd']);
});

test('a stream that is cut anywhere inside a line is never taken for a complete one', async () => {
  const bytes = Buffer.from(line('häßlich') + line('b'));
  const ends = [Buffer.byteLength(line('häßlich')), bytes.length];
  for (let length = 1; length < bytes.length; length += 1) {
    const reading = read([bytes.subarray(0, length)]);
    if (ends.includes(length)) expect(await reading).toHaveLength(1);
    else await expect(reading).rejects.toBeInstanceOf(UnreadableLineError);
  }
});

test.each([
  'nonsense',
  '{"type":"ADDED"}',
  '{"type":"ADDED","object":{}}',
  '{"type":"GUESSED","object":{"metadata":{"name":"a"}}}',
  '[]',
  'null',
])('%s is no event', async (text) => {
  await expect(read([Buffer.from(`${text}\n`)])).rejects.toBeInstanceOf(UnreadableLineError);
});

test('empty lines are skipped', async () => {
  expect(await read([Buffer.from(`\n${line('a')}\n`)])).toEqual(['a']);
});

test('bytes that are not UTF-8 are refused, though a lenient reader would find JSON', async () => {
  const [head = '', tail = ''] = line('X').split('X');
  const bytes = Buffer.concat([Buffer.from(head), Buffer.from([0xe2, 0x82]), Buffer.from(tail)]);
  await expect(read([bytes])).rejects.toBeInstanceOf(UnreadableLineError);
});
