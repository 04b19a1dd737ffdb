import { describe, expect, test } from 'vitest';
import { continueTrace, parseRequestId, toTraceparent } from '../../src/telemetry/trace.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('a trace', () => {
  test('goes on under a new span, with the decision to sample', () => {
    const trace = continueTrace(`00-${traceId}-${spanId}-01`);
    expect(trace).toMatchObject({ traceId, flags: '01' });
    expect(trace.spanId).not.toBe(spanId);
    expect(toTraceparent(trace)).toBe(`00-${traceId}-${trace.spanId}-01`);
  });

  test.each([
    ['nothing', undefined],
    ['another version', `01-${traceId}-${spanId}-01`],
    ['capital letters', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['no trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['no span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['more than it may hold', `00-${traceId}-${spanId}-01-x`],
    ['words', 'hello'],
  ])('begins anew, unsampled, when the header says %s', (_, header) => {
    const trace = continueTrace(header);
    expect(trace.traceId).not.toBe(traceId);
    expect(toTraceparent(trace)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });
});

test.each([
  ['abc-1.2_3', 'abc-1.2_3'],
  ['', undefined],
  ['a b', undefined],
  ['x'.repeat(129), undefined],
  ['<script>', undefined],
  [undefined, undefined],
])('the request id %j is taken as %j', (header, expected) => {
  expect(parseRequestId(header)).toBe(expected);
});
