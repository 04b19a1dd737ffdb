import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import * as runtime from '../../../packages/controller-runtime/src/index.ts';
import { entryOf, exportsOf, runtimeApiFiles } from '../runtime-api.ts';

const root = resolve(import.meta.dirname, '../../..');
const page = Object.values(runtimeApiFiles(root)).join('');

test('every export has an entry with a sentence and a signature', () => {
  const index = readFileSync(resolve(root, 'packages/controller-runtime/src/index.ts'), 'utf8');
  const names = exportsOf(index).flatMap((each) => each.names);
  expect(Object.keys(runtime).filter((name) => !names.includes(name))).toEqual([]);
  for (const name of names)
    expect(page).toMatch(new RegExp(`### ${name}\\n\\n\\S[^\\n]*\\.\\n\\n\`\`\`ts\\n`));
});

test('a class is shown without what is private and without bodies', () => {
  const text = `/** A box. */
export class Box<T> {
  readonly #inside: T;
  readonly size: number;
  static #count = 0;

  constructor(inside: T) {
    this.#inside = inside;
  }

  /** Opens it. */
  async open(
    key: string,
  ): Promise<T> {
    return this.#inside;
  }

  /** Locks it. */
  readonly lock = (key: string): void => {
    this.#note(key);
  };

  #note(key: string): void {}
}
`;
  expect(entryOf(text, 'Box')).toBe(`### Box

A box.

\`\`\`ts
class Box<T> {
  readonly size: number;
  constructor(inside: T);
  /** Opens it. */
  open(
    key: string,
  ): Promise<T>;
  /** Locks it. */
  readonly lock: (key: string) => void;
}
\`\`\``);
});

test('an export without a sentence is an error', () => {
  expect(() => entryOf('export function bare(): void {}\n', 'bare')).toThrow('bare has no docstring');
});
