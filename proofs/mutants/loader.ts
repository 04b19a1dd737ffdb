/**
 * `node --import` this file to plant the bug that PLANTED_MUTANT holds. The patch is made to the text that Node loads,
 * so the shipped code has no switch for tests.
 */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Mutant, plant, plantedVariable } from './mutant.ts';

const root = join(import.meta.dirname, '../..');
// Written by this repository's own proofs, with the type that they share with this file.
const mutant = JSON.parse(process.env[plantedVariable] ?? 'null') as Mutant | null;

if (mutant !== null) {
  const url = pathToFileURL(join(root, mutant.module)).href;
  registerHooks({
    load(loaded, context, nextLoad) {
      const result = nextLoad(loaded, context);
      if (loaded !== url || result.source === undefined || result.source === null) return result;
      const source =
        typeof result.source === 'string'
          ? result.source
          : Buffer.from(result.source as Uint8Array).toString('utf8');
      process.stderr.write(`planted: ${mutant.name}\n`);
      return { ...result, source: plant(mutant, source) };
    },
  });
}
