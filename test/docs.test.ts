import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readTracked, root, trackedFiles } from './source-tree.ts';

const pages = trackedFiles().filter((file) => file.endsWith('.md'));

test('every relative link of every page leads somewhere', () => {
  const dead = pages.flatMap((page) =>
    [...readTracked(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(dead).toEqual([]);
});

test('every npm script that a page names exists', () => {
  const { scripts } = JSON.parse(readTracked('package.json'));
  const unknown = pages.flatMap((page) =>
    [...readTracked(page).matchAll(/npm (?:run (?:-s )?)([a-z][a-z:-]*)/g)]
      .map(([, script = '']) => script)
      .filter((script) => !(script in scripts))
      .map((script) => `${page}: npm run ${script}`),
  );
  expect(unknown).toEqual([]);
});

test('every decision record has context, decision and consequences, and a number of its own', () => {
  const records = pages.filter((page) => /^docs\/adr\/\d{4}-/.test(page));
  const numbers = records.map((page) => page.slice('docs/adr/'.length, 'docs/adr/'.length + 4));
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const record of records) {
    const headings = [...readTracked(record).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings, record).toEqual(expect.arrayContaining(['Context', 'Decision', 'Consequences']));
  }
});

test('ARCHITECTURE.md stays at or under 200 lines and names every top-level folder', () => {
  const text = readTracked('ARCHITECTURE.md');
  expect(text.split('\n').length).toBeLessThanOrEqual(200);
  const folders = new Set(
    trackedFiles().flatMap((file) => (file.includes('/') ? [file.split('/')[0] ?? ''] : [])),
  );
  const unnamed = [...folders].filter((folder) => !folder.startsWith('.') && !text.includes(`${folder}/`));
  expect(unnamed).toEqual([]);
});
