import { expect, test } from 'vitest';
import { z } from 'zod';
import { accepted, readMessage } from '../../src/bus/read-message.ts';
import { kindOf } from '../../src/events/failure.ts';

const table = { Counted: z.object({ count: z.int().min(1) }), Ended: z.object({}) };

function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

test('a message is checked by the schema of its type; what later versions add is left out', () => {
  const payload = { count: 2, added: 'later' };
  expect(readMessage(table, { type: 'Counted', payload })).toEqual({ type: 'Counted', data: { count: 2 } });
});

test.each([
  ['an unknown type', { type: 'Moved', payload: {} }, 'the type Moved is not known'],
  ['a name of every object', { type: 'constructor', payload: {} }, 'the type constructor is not known'],
  ['a payload that breaks the schema', { type: 'Counted', payload: { count: 0 } }, '/count'],
  ['a later revision', { type: 'Counted', payload: { count: 1 }, revision: 2 }, 'revision 2 of Counted'],
  ['no payload', { type: 'Ended', payload: null }, 'Ended: /'],
])('%s is given up with its cause', (_, event, cause) => {
  const error = errorOf(() => readMessage(table, event));
  expect(kindOf(error)).toBe('permanent');
  expect(String(error)).toContain(cause);
});

test('a refusal of the domain gives a message up with its code', () => {
  expect(accepted({ ok: true, value: 3 })).toBe(3);
  const error = errorOf(() =>
    accepted({ ok: false, refusal: { refusal: 'too-late', detail: 'it is over' } }),
  );
  expect(kindOf(error)).toBe('permanent');
  expect(String(error)).toContain('too-late: it is over');
});
