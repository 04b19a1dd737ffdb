import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonicalJson, sha256, shortHash } from '../../src/api/hash.ts';

// Lengths round the edges of a 64-byte block, where the padding changes its shape.
test.each([0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 5000])(
  'sha256 of %i characters is the platform’s',
  (length) => {
    for (const letter of ['x', 'ä', '€', '😀']) {
      const text = letter.repeat(length);
      const expected = createHash('sha256').update(text, 'utf8').digest('hex');
      expect(Buffer.from(sha256(text)).toString('hex')).toBe(expected);
    }
  },
);

test('a short hash is ten characters that names and labels allow, whatever the order of keys', () => {
  expect(shortHash({ a: 1, b: [{ c: 2, d: undefined }] })).toBe(shortHash({ b: [{ c: 2 }], a: 1 }));
  expect(shortHash({ a: 1 })).toMatch(/^[a-z0-9]{10}$/);
  expect(shortHash({ a: 1 })).not.toBe(shortHash({ a: 2 }));
  expect(canonicalJson({ b: 1, a: { d: 1, c: [3, 1] } })).toBe('{"a":{"c":[3,1],"d":1},"b":1}');
});
