import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { DocumentCollection, DocumentStore } from '../../src/store/document.ts';

const tool = z.strictObject({
  code: z.string(),
  kind: z.string(),
  tags: z.array(z.string()),
  price: z.string(),
});
type Tool = z.output<typeof tool>;

const saw: Tool = { code: 'SAW', kind: 'cut', tags: ['a', 'b'], price: '9007199254740993' };

/** What every document store does. `open` answers the same store each time. */
export function documentSuite(open: () => DocumentStore): void {
  let tools: DocumentCollection<Tool>;
  const spec = () => ({ name: `tools-${randomUUID()}`, schema: tool, unique: ['code'], indexes: ['kind'] });

  beforeEach(async () => {
    tools = await open().collection(spec());
  });

  test('a document comes back as it was stored, at version 1', async () => {
    expect(await tools.isEmpty()).toBe(true);
    expect(await tools.insert('1', saw)).toEqual({ id: '1', version: 1, value: saw });
    expect(await tools.get('1')).toEqual({ id: '1', version: 1, value: saw });
    expect(await tools.get('2')).toBeUndefined();
    expect(await tools.isEmpty()).toBe(false);
  });

  test('ids and unique fields are taken once', async () => {
    await tools.insert('1', saw);
    expect(await tools.insert('1', { ...saw, code: 'AXE' })).toBe('duplicate');
    expect(await tools.insert('2', saw)).toBe('duplicate');
    expect(await tools.get('2')).toBeUndefined();
    await tools.insert('2', { ...saw, code: 'AXE' });
    expect(await tools.replace('2', 1, saw)).toBe('duplicate');
    expect((await tools.get('2'))?.value.code).toBe('AXE');
  });

  test('of many inserts of one unique field, one wins', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => tools.insert(String(index), saw)),
    );
    expect(outcomes.filter((outcome) => outcome !== 'duplicate')).toHaveLength(1);
  });

  test('only the version that was seen is replaced or removed', async () => {
    await tools.insert('1', saw);
    expect(await tools.replace('1', 1, { ...saw, kind: 'rip' })).toMatchObject({
      version: 2,
      value: { kind: 'rip' },
    });
    expect(await tools.replace('1', 1, saw)).toBe('stale');
    expect(await tools.replace('2', 1, saw)).toBe('missing');
    expect(await tools.remove('1', 1)).toBe('stale');
    expect(await tools.remove('2', 1)).toBe('missing');
    expect(await tools.remove('1', 2)).toBe('removed');
    expect(await tools.get('1')).toBeUndefined();
  });

  test('of many replacements of one version, one wins', async () => {
    await tools.insert('1', saw);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => tools.replace('1', 1, { ...saw, kind: String(index) })),
    );
    expect(outcomes.filter((outcome) => outcome === 'stale')).toHaveLength(7);
    expect((await tools.get('1'))?.version).toBe(2);
  });

  test('a replacement leaves nothing of the value before', async () => {
    await tools.insert('1', saw);
    await tools.replace('1', 1, { ...saw, tags: [] });
    expect((await tools.get('1'))?.value).toEqual({ ...saw, tags: [] });
  });

  describe('a list', () => {
    beforeEach(async () => {
      for (const id of ['b', 'a', 'B', 'c', 'aa'])
        await tools.insert(id, { ...saw, code: id, kind: id === 'c' ? 'dig' : 'cut' });
    });
    const ids = async (query: Parameters<DocumentCollection<Tool>['list']>[0]) =>
      (await tools.list(query)).map(({ id }) => id);

    test('is in byte order of ids', async () => {
      expect(await ids({ where: {}, limit: 10 })).toEqual(['B', 'a', 'aa', 'b', 'c']);
    });

    test('begins after an id, there or not, and ends at the limit', async () => {
      expect(await ids({ where: {}, after: 'a', limit: 2 })).toEqual(['aa', 'b']);
      expect(await ids({ where: {}, after: 'ab', limit: 2 })).toEqual(['b', 'c']);
      expect(await ids({ where: {}, after: 'c', limit: 2 })).toEqual([]);
    });

    test('holds only what equals', async () => {
      expect(await ids({ where: { kind: 'dig' }, limit: 10 })).toEqual(['c']);
      expect(await ids({ where: { kind: 'cut', code: 'aa' }, limit: 10 })).toEqual(['aa']);
      expect(await ids({ where: { kind: 'none' }, limit: 10 })).toEqual([]);
    });
  });

  test('opening a collection again keeps what is in it', async () => {
    const same = spec();
    await (await open().collection(same)).insert('1', saw);
    expect(await (await open().collection(same)).get('1')).toMatchObject({ version: 1 });
  });

  test('it answers a ping', async () => {
    await open().ping();
  });
}
