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

function manifests(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .sort();
}

/** The stacks of `examples/`. */
export const examples: readonly Example[] = manifests(folder).map((file) => read(folder, file));

/** The stacks of `examples/invalid/` with the place and the message that their first line promises. */
export const invalidExamples: readonly InvalidExample[] = invalidOf(join(folder, 'invalid'));

/** The actions of `examples/actions/`. */
export const actionExamples: readonly Example[] = manifests(join(folder, 'actions')).map((file) =>
  read(join(folder, 'actions'), file),
);

/** The actions of `examples/actions/invalid/`, as above. */
export const invalidActions: readonly InvalidExample[] = invalidOf(join(folder, 'actions', 'invalid'));

function invalidOf(directory: string): InvalidExample[] {
  return manifests(directory).map((file) => {
    const example = read(directory, file);
    const promise = /^# refused at: (\S+) : (.+)\n/.exec(example.text);
    if (promise?.[1] === undefined || promise[2] === undefined) {
      throw new Error(`${file}: the first line must be "# refused at: path : message"`);
    }
    return { ...example, refusedAt: promise[1], fragment: promise[2] };
  });
}
