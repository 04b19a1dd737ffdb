import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadManifest } from '../../src/api/manifest.ts';

const folder = resolve(import.meta.dirname, '../../../examples');

export type Example = {
  readonly file: string;
  readonly path: string;
  readonly documents: readonly unknown[];
};
export type InvalidExample = Example & { readonly refusedAt: string; readonly fragment: string };

function read(directory: string, file: string): Example & { readonly text: string } {
  const path = join(directory, file);
  const text = readFileSync(path, 'utf8');
  return { file, path, text, documents: loadManifest(text).map((document) => document.content) };
}

const manifests = (directory: string) =>
  readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .sort();

/** The stacks of `examples/`. */
export const examples: readonly Example[] = manifests(folder).map((file) => read(folder, file));

/** The stacks of `examples/invalid/` with the place and the message that their first line promises. */
export const invalidExamples: readonly InvalidExample[] = manifests(join(folder, 'invalid')).map((file) => {
  const example = read(join(folder, 'invalid'), file);
  const promise = /^# refused at: (\S+) : (.+)\n/.exec(example.text);
  if (promise?.[1] === undefined || promise[2] === undefined) {
    throw new Error(`${file}: the first line must be "# refused at: path : message"`);
  }
  return { ...example, refusedAt: promise[1], fragment: promise[2] };
});
