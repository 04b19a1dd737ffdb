import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { proofs } from '../list.ts';
import { type Mutant, plant, plantedVariable } from '../mutants/mutant.ts';

const root = join(import.meta.dirname, '../..');
const mutants = proofs.flatMap((proof) =>
  (proof.mutants ?? []).map((mutant) => [`${proof.name}: ${mutant.name}`, mutant] as const),
);

describe('plant', () => {
  const mutant: Mutant = { name: 'm', sentence: '', module: 'x.ts', find: 'a === b', replace: 'true' };

  test('replaces the one place', () => {
    expect(plant(mutant, 'if (a === b) go();')).toBe('if (true) go();');
  });

  test('refuses a text that is gone or that stands twice', () => {
    expect(() => plant(mutant, 'if (a == b) go();')).toThrow(/0 times/);
    expect(() => plant(mutant, 'a === b || a === b')).toThrow(/2 times/);
  });
});

test.each(mutants)('%s fits the code as it is', (_, mutant) => {
  expect(existsSync(join(root, mutant.module))).toBe(true);
  const source = readFileSync(join(root, mutant.module), 'utf8');
  expect(plant(mutant, source)).not.toBe(source);
});

test('every module with a bug in it is still one that Node takes', () => {
  const sources = mutants.map(([name, mutant]) => [
    name,
    plant(mutant, readFileSync(join(root, mutant.module), 'utf8')),
  ]);
  const program = `import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { SourceTextModule } from 'node:vm';
for (const [name, source] of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    new SourceTextModule(stripTypeScriptTypes(source));
  } catch (error) {
    console.log(name + ': ' + error.message);
  }
}`;
  const flags = ['--experimental-vm-modules', '--no-warnings', '--input-type=module', '--eval', program];
  const { stdout, status } = spawnSync(process.execPath, flags, {
    encoding: 'utf8',
    input: JSON.stringify(sources),
  });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});

test('the loader changes what a process runs', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mutant-'));
  try {
    writeFileSync(join(directory, 'answer.ts'), 'export const answer: number = 40 + 2;\n');
    writeFileSync(
      join(directory, 'main.ts'),
      "import { answer } from './answer.ts';\nconsole.log(answer);\n",
    );
    const mutant: Mutant = {
      name: 'm',
      sentence: '',
      module: relative(root, join(directory, 'answer.ts')),
      find: '40 + 2',
      replace: '40 - 2',
    };
    const loader = join(root, 'proofs/mutants/loader.ts');
    const run = (env: NodeJS.ProcessEnv) =>
      spawnSync(process.execPath, ['--import', loader, join(directory, 'main.ts')], {
        encoding: 'utf8',
        env: { ...process.env, ...env },
      }).stdout.trim();
    expect(run({})).toBe('42');
    expect(run({ [plantedVariable]: JSON.stringify(mutant) })).toBe('38');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
