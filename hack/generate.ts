import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { generators } from './generate/generators.ts';

const root = resolve(import.meta.dirname, '..');

for (const generate of generators) {
  for (const [path, text] of Object.entries(generate(root))) {
    const file = join(root, path);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    if (before === text) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`${before === undefined ? 'made' : 'updated'} ${path}`);
  }
}
