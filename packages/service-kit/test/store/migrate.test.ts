import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { readMigrations } from '../../src/store/migrate.ts';

async function aFolder(...names: string[]): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of names) await writeFile(join(folder, name), `-- ${name}`);
  return pathToFileURL(`${folder}/`);
}

test('files come in the order of their numbers; others are left alone', async () => {
  const migrations = await readMigrations(await aFolder('010_b.sql', '002_a.sql', 'README.md'));
  expect(migrations.map(({ name, text }) => [name, text])).toEqual([
    ['002_a.sql', '-- 002_a.sql'],
    ['010_b.sql', '-- 010_b.sql'],
  ]);
  expect(migrations[0]?.hash).not.toBe(migrations[1]?.hash);
});

test.each([
  [['1_a.sql'], 'named NNN_name.sql'],
  [['001-a.sql'], 'named NNN_name.sql'],
  [['001_a.sql', '001_b.sql'], 'share a number'],
])('%j is refused', async (names, reason) => {
  await expect(readMigrations(await aFolder(...names))).rejects.toThrow(reason);
});
