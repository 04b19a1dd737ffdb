import { describe, expect, it } from 'vitest';
import { dumpManifest, loadManifest } from '../../src/api/manifest.ts';

const contents = (text: string) => loadManifest(text).map(({ content }) => content);

describe('loadManifest', () => {
  it('reads every document and skips the empty ones', () => {
    expect(contents('---\na: 1\n---\n# nothing\n---\nb: 2\n')).toEqual([{ a: 1 }, { b: 2 }]);
    expect(contents('')).toEqual([]);
  });

  it('opens a List', () => {
    expect(contents('kind: List\nitems: [{a: 1}, {b: 2}]\n')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('reads YAML 1.1 as kubectl does', () => {
    expect(contents('a: yes\nb: 012\nc: 12:30\nd: 2026-01-02\ne: 1e3\nf: 08\n')).toEqual([
      { a: true, b: 10, c: '12:30', d: '2026-01-02', e: 1000, f: 8 },
    ]);
  });

  it('refuses the same key twice', () => {
    expect(() => loadManifest('a: 1\na: 2\n')).toThrow(/duplicated mapping key/);
  });
});

describe('dumpManifest', () => {
  it('writes what every reader reads back', () => {
    const content = {
      a: 'yes',
      b: '012',
      c: '12:30',
      d: 'null',
      e: ['1e3', 'off'],
      f: 'x'.repeat(200),
      g: 'two\nlines\n',
    };
    expect(contents(dumpManifest(content))).toEqual([content]);
    expect(dumpManifest({ f: 'a b '.repeat(60) })).not.toContain('>');
  });

  it('writes no references', () => {
    const shared = { a: 1 };
    expect(dumpManifest({ x: shared, y: shared })).not.toMatch(/[&*]/);
  });
});
