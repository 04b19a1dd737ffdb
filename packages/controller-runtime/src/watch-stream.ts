import { isAscii } from 'node:buffer';
import type { TextDecoder as Decoder } from 'node:util';
import type { StatusBody } from './errors.ts';
import { ConnectionError } from './errors.ts';
import type { KubeObject } from './object.ts';
import type { ObjectHead } from './object-text.ts';
import type { Pieces } from './stream-connection.ts';
import { takeLine } from './watch-line.ts';

/** One line of a watch. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: T }
  | { readonly type: 'ERROR'; readonly object: StatusBody };

/** A watch line that is not an event: the stream cannot be trusted from there on. */
export class UnreadableLineError extends Error {
  override readonly name = 'UnreadableLineError';
}

const NEWLINE = 10;
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const TYPES = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

/**
 * Reads a watch until it ends. Throws `UnreadableLineError` for a line that is not UTF-8, JSON and an event (also one
 * that is cut off), `ConnectionError` when the connection breaks. With `head`, which says what
 * all objects begin with, they come without `managedFields` and are parsed only where somebody looks, as far as their
 * lines are in ASCII and just as the API server writes its own types.
 */
export async function* watchEvents<T extends KubeObject>(
  body: Pieces,
  head?: ObjectHead,
): AsyncGenerator<WatchEvent<T>[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of bytes(body)) {
    const events: WatchEvent<T>[] = [];
    const ascii = head !== undefined && isAscii(chunk);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      if (restBytes > 0) {
        const line = Buffer.concat([...rest, chunk.subarray(start, end)]);
        events.push(readLine<T>(decoder, line, 0, line.length, isAscii(line) ? head : undefined));
        [rest, restBytes] = [[], 0];
      } else if (end > start) events.push(readLine<T>(decoder, chunk, start, end, ascii ? head : undefined));
      start = end + 1;
    }
    if (start < chunk.length) {
      // Copied, because the next piece takes its place.
      rest.push(Buffer.from(chunk.subarray(start)));
      restBytes += chunk.length - start;
      if (restBytes > MAX_LINE_BYTES) throw new UnreadableLineError('a watch line exceeds 64 MiB');
    }
    if (events.length > 0) yield events;
  }
  if (restBytes > 0) throw new UnreadableLineError('the last watch line is cut off');
}

async function* bytes(body: Pieces): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw new ConnectionError('the watch broke off', error);
  }
}

function readLine<T extends KubeObject>(
  decoder: Decoder,
  buffer: Buffer,
  start: number,
  end: number,
  head: ObjectHead | undefined,
): WatchEvent<T> {
  const lazy = head && takeLine<T>(buffer, start, end, head);
  return lazy ?? parseLine<T>(decoder, buffer.subarray(start, end));
}

function parseLine<T extends KubeObject>(decoder: Decoder, line: Buffer): WatchEvent<T> {
  let event: unknown;
  try {
    event = JSON.parse(decoder.decode(line));
  } catch (error) {
    throw new UnreadableLineError('a watch line is not JSON in UTF-8', { cause: error });
  }
  if (!isEvent<T>(event)) throw new UnreadableLineError('a watch line is no event');
  return event;
}

function isEvent<T extends KubeObject>(value: unknown): value is WatchEvent<T> {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('object' in value)) return false;
  if (typeof value.type !== 'string' || !TYPES.has(value.type)) return false;
  if (typeof value.object !== 'object' || value.object === null) return false;
  if (value.type === 'ERROR') return true;
  return (
    'metadata' in value.object && typeof value.object.metadata === 'object' && value.object.metadata !== null
  );
}
