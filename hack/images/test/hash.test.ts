import { chmodSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveName, contentHash, filesHash } from '../hash.ts';

describe('contentHash', () => {
  it('tells apart any two lists of parts', () => {
    const parts = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        const same = JSON.stringify(left) === JSON.stringify(right);
        expect(contentHash(left) === contentHash(right)).toBe(same);
      }),
    );
  });

  it('tells where one part ends and the next begins', () => {
    expect(contentHash(['ab', 'c'])).not.toBe(contentHash(['a', 'bc']));
  });
});

describe('filesHash', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hash-'));
    file = join(folder, 'a');
    writeFileSync(file, 'one');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('does not see times', async () => {
    const before = await filesHash([folder]);
    utimesSync(file, 1, 1);
    expect(await filesHash([folder])).toBe(before);
  });

  it.each([
    ['content', () => writeFileSync(file, 'two')],
    ['a name', () => renameSync(file, join(folder, 'b'))],
    ['the executable bit', () => chmodSync(file, 0o755)],
    ['a further file', () => writeFileSync(join(folder, 'b'), '')],
  ])('sees a change of %s', async (_what, change) => {
    const before = await filesHash([folder]);
    change();
    expect(await filesHash([folder])).not.toBe(before);
  });
});

describe('archiveName', () => {
  it('is a file name for any reference', () => {
    expect(archiveName('apache/kafka:4.4.0', '0123456789ab')).toBe('apache-kafka-4.4.0-0123456789ab.tar');
  });
});
