import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRequest } from '../arguments.ts';
import { benches } from '../list.ts';

test('a name, a bound and nothing else', () => {
  expect(parseRequest(['informer', '--minutes', '2'], ['informer'])).toEqual({
    command: 'bench',
    name: 'informer',
    minutes: 2,
  });
  expect(parseRequest(['informer'], ['informer'])).toEqual({ command: 'bench', name: 'informer' });
  expect(parseRequest(['--list'], [])).toEqual({ command: 'list' });
});

test.each([
  [[], 'one NAME'],
  [['a', 'b'], 'one NAME'],
  [['b'], 'there is no bench b: a'],
  [['a', '--minutes', '0'], 'above 0'],
  [['a', '--minutes', 'x'], 'above 0'],
  [['a', '--seconds', '1'], 'Unknown option'],
])('%j is refused', (args, message) => {
  expect(() => parseRequest(args, ['a'])).toThrow(message);
});

test('every bench has a README of its name', () => {
  for (const { name } of benches)
    expect(existsSync(join(import.meta.dirname, '..', name, 'README.md'))).toBe(true);
});
