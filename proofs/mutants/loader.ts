/**
 * `node --import` this file to plant the bugs that PLANTED_MUTANT holds. The patch is made to the text that Node loads,
 * so the shipped code has no switch for tests.
 */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Mutant, plant, plantedVariable } from './mutant.ts';

const root = join(import.meta.dirname, '../..');
// Written by this repository's own proofs, with the type that they share with this file: one change or several.
const planted = JSON.parse(process.env[plantedVariable] ?? '[]') as Mutant | readonly Mutant[];
const byUrl = new Map<string, Mutant[]>();
for (const mutant of [planted].flat()) {
  const url = pathToFileURL(join(root, mutant.module)).href;
  byUrl.set(url, [...(byUrl.get(url) ?? []), mutant]);
}

if (byUrl.size > 0) {
  registerHooks({
    load(loaded, context, nextLoad) {
      const result = nextLoad(loaded, context);
      const mutants = byUrl.get(loaded);
      if (mutants === undefined || result.source === undefined || result.source === null) return result;
      const source =
        typeof result.source === 'string'
          ? result.source
          : Buffer.from(result.source as Uint8Array).toString('utf8');
      for (const { name } of mutants) process.stderr.write(`planted: ${name}\n`);
      return { ...result, source: mutants.reduce((text, mutant) => plant(mutant, text), source) };
    },
  });
}
