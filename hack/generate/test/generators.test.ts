import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { generators } from '../generators.ts';

const root = resolve(import.meta.dirname, '../../..');

it('every generated file is current', () => {
  const files = generators.flatMap((generate) => Object.entries(generate(root)));
  const stale = files.filter(([path, text]) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  expect(stale.map(([path]) => path)).toEqual([]);
});

it('no two generators write the same file', () => {
  const paths = generators.flatMap((generate) => Object.keys(generate(root)));
  expect(new Set(paths).size).toBe(paths.length);
});
