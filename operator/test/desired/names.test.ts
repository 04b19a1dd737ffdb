import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dnsSafe, subsetNames } from '../../src/desired/names.ts';

test('a subset is named after its version', () => {
  const names = subsetNames([
    { revision: 'aaaaaaaaaa', version: 'v1.2.3' },
    { revision: 'bbbbbbbbbb', version: 'v2' },
  ]);
  expect([...names.values()]).toEqual(['v1-2-3', 'v2']);
});

test('two revisions of one version are told apart', () => {
  const names = subsetNames([
    { revision: 'aaaaaaaaaa', version: 'v1' },
    { revision: 'bbbbbbbbbb', version: 'V1' },
  ]);
  expect([...names.values()]).toEqual(['v1-aaaaaaaaaa', 'v1-bbbbbbbbbb']);
});

test('any versions give different names that DNS allows', () => {
  const version = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
  const revisions = fc.uniqueArray(fc.record({ revision: fc.stringMatching(/^[b-z2-9]{10}$/), version }), {
    selector: ({ revision }) => revision,
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(revisions, (list) => {
      const names = [...subsetNames(list).values()];
      expect(new Set(names).size).toBe(list.length);
      for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }),
  );
});

test('a version becomes part of a label', () => {
  expect(dnsSafe('v1.2.3-RC_1')).toBe('v1-2-3-rc-1');
});
