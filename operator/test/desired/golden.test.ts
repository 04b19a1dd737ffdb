import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadManifest } from '../../src/api/manifest.ts';
import { render } from '../../src/render.ts';

// UPDATE_GOLDEN=1 npx vitest run --project unit operator/test/desired/golden   writes what is rendered now; read the diff.
const update = process.env['UPDATE_GOLDEN'] === '1';
const examples = join(import.meta.dirname, '../../../examples');
const golden = join(import.meta.dirname, '../golden');
const files = readdirSync(examples).filter((file) => file.endsWith('.yaml'));

test('there are examples', () => {
  expect(files.length).toBeGreaterThan(5);
});

describe.each(files)('%s', (file) => {
  const folder = join(golden, basename(file, '.yaml'));
  const expected = join(folder, 'expected.yaml');
  const rendered = render(file, readFileSync(join(examples, file), 'utf8'));

  test('renders what its golden file holds', () => {
    expect(rendered.problems).toEqual([]);
    if (update) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(expected, rendered.yaml);
    }
    expect(rendered.yaml).toBe(readFileSync(expected, 'utf8'));
  });

  test('is read back as it was meant', () => {
    expect(loadManifest(rendered.yaml).length).toBeGreaterThan(0);
  });
});

test('no golden file is left over from an example that is gone', () => {
  expect(readdirSync(golden).toSorted()).toEqual(files.map((file) => basename(file, '.yaml')).toSorted());
});
