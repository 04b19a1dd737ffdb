import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generators } from './generate/generators.ts';

const root = resolve(import.meta.dirname, '..');

const files = generators.flatMap((generate) => Object.entries(generate(root)));
const stale = files.filter(([path, text]) => {
  const file = join(root, path);
  return !existsSync(file) || readFileSync(file, 'utf8') !== text;
});

for (const [path] of stale) console.error(`${path} is not current: run npm run generate`);
if (stale.length === 0) console.log(`${files.length} generated files are current`);
process.exitCode = stale.length === 0 ? 0 : 1;
