import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Every file that git tracks or would track, relative to the root; deleted ones left out. */
export function trackedFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && exists(file)).sort();
}

function exists(file: string): boolean {
  return statSync(join(root, file), { throwIfNoEntry: false })?.isFile() === true;
}

export function readTracked(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Source files of ours: TypeScript and the plain-JavaScript bootstrap. */
export function sourceFiles(): string[] {
  return trackedFiles().filter((file) => /\.(ts|tsx|mjs)$/.test(file));
}

/** Module specifiers of a file; relative ones resolved to a path from the root. */
export function importsOf(file: string): string[] {
  const specifiers = readTracked(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...specifiers].map(([, specifier = '']) =>
    specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : specifier,
  );
}

/** A file's text without comments and string contents, good enough to look for identifiers. */
export function codeOf(file: string): string {
  return readTracked(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
}
