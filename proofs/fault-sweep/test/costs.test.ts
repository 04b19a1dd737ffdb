import { expect, test } from 'vitest';
import type { RequestRecord } from '../../kfault/plan.ts';
import { impatient, requestsOf, rewritten, writesOf } from '../costs.ts';

const write = (changes: Partial<RequestRecord>): RequestRecord => ({
  ...{ lane: 'write', method: 'PATCH', resource: 'services', subresource: '', namespace: 'a', name: 'x' },
  ...{ position: 1, milliseconds: 0 },
  ...changes,
});

test('the fewest writes are one an object and at most two of the status', () => {
  const status = write({ resource: 'ecommercestacks', name: 'shop', subresource: 'status' });
  const requests = [
    write({}),
    write({ name: 'y' }),
    write({ name: 'y' }),
    write({ method: 'POST', resource: 'secrets', name: '', position: 4 }),
    status,
    write({ lane: 'read', method: 'GET' }),
  ];
  expect(writesOf({ requests })).toEqual({ done: 5, fewest: 4 });
  expect(writesOf({ requests: [...requests, status, status] })).toEqual({ done: 7, fewest: 5 });
  expect(writesOf({ requests: [] })).toEqual({ done: 0, fewest: 0 });
});

test('requests are those that depend on the work', () => {
  expect(requestsOf({ counted: { write: 1, read: 2, watch: 4, lease: 8, event: 16 } })).toBe(7);
});

test('a request that does not wait as long as it was told is named', () => {
  const told = write({ fault: 'Answer', place: 'Before' });
  const again = (milliseconds: number, name = 'x') => write({ milliseconds, name });
  expect(impatient({ requests: [told, again(1000)] }, 1)).toEqual([]);
  expect(impatient({ requests: [told, again(10, 'y')] }, 1)).toEqual([]);
  expect(impatient({ requests: [told, again(400)] }, 1)).toEqual([
    'PATCH write services x again after 400 ms, told 1 s',
  ]);
});

test('an object that is written once more than undisturbed is named, a status is not', () => {
  const status = write({ subresource: 'status' });
  const made = write({ method: 'POST', resource: 'secrets', name: '' });
  const undisturbed = { requests: [write({}), made, status] };
  expect(rewritten(undisturbed, undisturbed)).toEqual([]);
  expect(rewritten({ requests: [write({}), made, status, status] }, undisturbed)).toEqual([]);
  expect(rewritten({ requests: [write({}), write({}), made, made] }, undisturbed)).toEqual([
    'services x: wanted 1 writes, counted 2',
    'secrets: wanted 1 writes, counted 2',
  ]);
});
