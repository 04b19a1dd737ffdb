import type { ServerResponse } from 'node:http';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { type AnswerHead, headerIn, openSink, type Sink } from './sink.ts';

export type CompressionRule = { readonly enabled: boolean; readonly minSize: number };

type Coding = 'br' | 'gzip';

const compressible =
  /^(?:text\/|application\/(?:[a-z0-9.+-]{1,64}\+)?(?:json|xml|javascript)|image\/svg\+xml)/;

/**
 * The coding in which an answer is sent, or undefined for as it is. Events are never held back for it, and an answer that
 * is partial, coded, or asked not to be changed stays as it is.
 */
export function pickCoding(
  { enabled, minSize }: CompressionRule,
  accepted: string | undefined,
  { status, headers }: AnswerHead,
): Coding | undefined {
  if (!enabled || accepted === undefined || !isWhole(status)) return undefined;
  const type = headerIn(headers, 'content-type')?.toLowerCase() ?? '';
  if (!compressible.test(type) || type.startsWith('text/event-stream')) return undefined;
  if (headerIn(headers, 'content-encoding') !== undefined) return undefined;
  if (headerIn(headers, 'cache-control')?.includes('no-transform') === true) return undefined;
  const length = headerIn(headers, 'content-length');
  if (length !== undefined && Number(length) < minSize) return undefined;
  const weights = parseWeights(accepted);
  const weightOf = (coding: Coding) => weights.get(coding) ?? weights.get('*') ?? 0;
  const best = weightOf('br') >= weightOf('gzip') ? 'br' : 'gzip';
  return weightOf(best) > 0 ? best : undefined;
}

// A head for the coded form: another length, and an entity tag that no longer promises the same bytes.
function toCodedHead(head: AnswerHead, coding: Coding): AnswerHead {
  const kept = head.headers.filter(
    ([name]) => !['content-length', 'accept-ranges'].includes(name.toLowerCase()),
  );
  return {
    ...head,
    headers: [
      ...kept.map(([name, value]): [string, string] =>
        name.toLowerCase() === 'etag' && !value.startsWith('W/') ? [name, `W/${value}`] : [name, value],
      ),
      ['content-encoding', coding],
    ],
  };
}

/** A sink that codes what it is given. */
export function openCodedSink(response: ServerResponse, head: AnswerHead, coding: Coding): Sink {
  const plain = openSink(response, toCodedHead(head, coding));
  const coder =
    coding === 'br'
      ? createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
      : createGzip({ level: 5 });
  coder.pipe(response);
  coder.on('error', plain.abort);
  response.once('close', () => coder.destroy());
  return {
    write: (chunk) => coder.write(chunk),
    end: () => coder.end(),
    abort: plain.abort,
    onDrain: (resume) => coder.on('drain', resume),
  };
}

/** Whether a body of this kind is sent in more than one form, so that caches must not mix them. */
export function variesByCoding({ enabled }: CompressionRule, { status, headers }: AnswerHead): boolean {
  return (
    enabled && isWhole(status) && compressible.test(headerIn(headers, 'content-type')?.toLowerCase() ?? '')
  );
}

function isWhole(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 206 && status !== 304;
}

function parseWeights(accepted: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const entry of accepted.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(coding, weight === undefined ? 1 : Number(weight) || 0);
  }
  return weights;
}
