import { expect, test } from 'vitest';
import { missing } from '../subset.ts';

test('what only the live object has is no difference', () => {
  expect(missing({ a: 1, b: { c: ['x'] } }, { a: 1, b: { c: ['x'], d: 2 }, status: {} })).toEqual([]);
});

test('names the place of every value that is missing or other', () => {
  expect(missing({ a: 1, b: { c: [{ d: 'x' }] }, e: 'f' }, { a: 2, b: { c: [{ d: 'y' }] } })).toEqual([
    'a: wanted 1, found 2',
    'b.c[0].d: wanted "x", found "y"',
    'e: wanted "f", found nothing',
  ]);
});

test('lists have to be as long as wanted', () => {
  expect(missing({ a: [1] }, { a: [1, 2] })).toEqual(['a: wanted 1 elements, found 2']);
  expect(missing({ a: [1] }, { a: 'x' })).toEqual(['a: wanted a list, found "x"']);
});

test('zero values that the API server leaves out are there', () => {
  expect(missing({ a: '', b: 0, c: false, d: {} }, {})).toEqual([]);
  expect(missing({ a: 0 }, { a: 5 })).toEqual(['a: wanted 0, found 5']);
});
