import { openCodedSink, pickCoding, variesByCoding } from './answer/compression.ts';
import { type AnswerHead, headerIn, openSink, type Sink } from './answer/sink.ts';
import { toCorsHeaders } from './domain/cors.ts';
import type { Visit } from './visit.ts';

// What the gateway says about these, it says once.
const oursAlone: ReadonlySet<string> = new Set(['ratelimit', 'ratelimit-policy']);

/** Begins the client's answer: changed as the route says, readable for the pages that may, in a coding the client takes. */
export function openAnswer({ prepared, request, response, way }: Visit, head: AnswerHead): Sink {
  const { cors, compression } = prepared.policy;
  const changed = transform(head, way.route?.response, cors !== undefined);
  const varied = variesByCoding(compression, changed) ? withVary(changed, 'accept-encoding') : changed;
  const readable = cors === undefined ? varied : withAll(varied, toCorsHeaders(cors, request.headers.origin));
  const accepted = request.headers['accept-encoding'];
  const coding =
    request.method === 'HEAD'
      ? undefined
      : pickCoding(compression, typeof accepted === 'string' ? accepted : undefined, readable);
  return coding === undefined ? openSink(response, readable) : openCodedSink(response, readable, coding);
}

type Change = { readonly set: Readonly<Record<string, string>>; readonly remove: readonly string[] };

/** The head with the headers taken away that a route removes, or sets itself. */
function transform(head: AnswerHead, change: Change | undefined, hasCors: boolean): AnswerHead {
  const set = Object.entries(change?.set ?? {});
  const isKept = (name: string): boolean =>
    !oursAlone.has(name) &&
    !(hasCors && name.startsWith('access-control-')) &&
    change?.remove.includes(name) !== true &&
    !set.some(([ours]) => ours === name);
  return { ...head, headers: [...head.headers.filter(([name]) => isKept(name.toLowerCase())), ...set] };
}

function withAll(head: AnswerHead, added: readonly (readonly [string, string])[]): AnswerHead {
  const varied = added.some(([name]) => name === 'vary') ? withVary(head, 'origin') : head;
  return { ...varied, headers: [...varied.headers, ...added.filter(([name]) => name !== 'vary')] };
}

function withVary(head: AnswerHead, name: string): AnswerHead {
  const said = headerIn(head.headers, 'vary');
  if (said === undefined) return { ...head, headers: [...head.headers, ['vary', name]] };
  if (said === '*' || said.toLowerCase().split(/, */).includes(name)) return head;
  const headers = head.headers.map(([key, value]): readonly [string, string] =>
    key.toLowerCase() === 'vary' ? [key, `${value}, ${name}`] : [key, value],
  );
  return { ...head, headers };
}
