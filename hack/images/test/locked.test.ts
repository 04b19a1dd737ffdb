import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Lockfile, productionClosure } from '../locked.ts';

const lock: Lockfile = {
  packages: {
    '': {},
    'services/a': { dependencies: { kit: '1', pg: '2' } },
    'packages/kit': { dependencies: { pg: '1', 'has-peers': '1' } },
    'packages/unused': { dependencies: { left: '1' } },
    'node_modules/kit': { link: true, resolved: 'packages/kit' },
    'node_modules/service-a': { link: true, resolved: 'services/a' },
    'node_modules/unused': { link: true, resolved: 'packages/unused' },
    'node_modules/left': {},
    'node_modules/pg': { dependencies: { types: '1' } },
    'services/a/node_modules/pg': { dependencies: { types: '2' } },
    'services/a/node_modules/pg/node_modules/types': {},
    'node_modules/types': {},
    'node_modules/has-peers': {
      peerDependencies: { types: '1', left: '1' },
      peerDependenciesMeta: { left: { optional: true } },
    },
  },
};

describe('productionClosure', () => {
  it('takes what runs, the nearest version of it, workspaces by link, and no optional peer', () => {
    expect(productionClosure(lock, ['services/a'])).toEqual({
      packages: [
        'node_modules/has-peers',
        'node_modules/pg',
        'node_modules/types',
        'services/a/node_modules/pg',
        'services/a/node_modules/pg/node_modules/types',
      ],
      workspaces: [
        { folder: 'packages/kit', link: 'node_modules/kit' },
        { folder: 'services/a', link: 'node_modules/service-a' },
      ],
    });
  });

  it('names a dependency that the lockfile does not place', () => {
    const broken = { packages: { 'services/a': { dependencies: { gone: '1' } } } };
    expect(() => productionClosure(broken, ['services/a'])).toThrow(/services\/a depends on gone/);
  });

  it('names a workspace that the lockfile does not know', () => {
    expect(() => productionClosure(lock, ['services/b'])).toThrow(/services\/b is not in package-lock.json/);
  });
});

describe('the closure of this repository', () => {
  const text = readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8');
  const own = JSON.parse(text) as Lockfile;
  const folders = Object.keys(own.packages).filter((path) => /^services\/[^/]+$/.test(path));

  it('ships no tool and no Node to the services', () => {
    const { packages } = productionClosure(own, folders);
    expect(packages).toContain('node_modules/pg');
    const tools = /node-linux|typescript|vitest|biome|oxlint|@types\/node$|client-node/;
    expect(packages.filter((path) => tools.test(path))).toEqual([]);
  });

  it('ships no store driver to the operator', () => {
    const { packages } = productionClosure(own, ['operator']);
    expect(packages).toContain('node_modules/@kubernetes/client-node');
    expect(packages.filter((path) => /\/(?:pg|kafkajs|mongodb|redis|express)$/.test(path))).toEqual([]);
  });
});
