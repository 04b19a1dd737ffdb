import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planContext } from '../context.ts';
import { buildArguments } from '../dockerfile.ts';
import { operator, services } from '../recipes/stack.ts';

describe.each([services, operator])('$dockerfile', (recipe) => {
  const text = readFileSync(new URL(`../../../${recipe.dockerfile}`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  const of = (instruction: string): string[] => lines.filter((line) => line.startsWith(`${instruction} `));

  it('takes its base as an argument', () => {
    expect(lines.slice(0, 2)).toEqual(['ARG BASE=node:24-slim', 'FROM ${' + 'BASE}']);
  });

  it('only copies: a build needs neither npm nor a registry', () => {
    expect(of('RUN')).toEqual([]);
  });

  it('copies exactly what the prepared context holds', async () => {
    const { closure, files } = await planContext(recipe.workspaces, recipe.entries);
    const paths = [...closure.packages, ...closure.workspaces.map(({ folder }) => folder), ...files];
    const held = new Set(paths.map((path) => path.split('/')[0]));
    expect(of('COPY').map((line) => line.split(' ')[1])).toEqual([...held].sort(packageFirst));
  });

  it('runs Node itself as a numeric user that is not root', () => {
    expect(of('USER')).toEqual(['USER 10001:10001']);
    expect(of('ENTRYPOINT')[0]).toMatch(/^ENTRYPOINT \["node", "[a-z/]+\.ts"\]$/);
  });
});

/** package.json first, then node_modules, then sources: what changes least lies lowest. */
function packageFirst(left: string | undefined, right: string | undefined): number {
  const order = ['package.json', 'node_modules', 'packages', 'services', 'operator'];
  return order.indexOf(left ?? '') - order.indexOf(right ?? '');
}

describe('planContext', () => {
  it('is the same for the same sources and differs between images', async () => {
    const first = await planContext(services.workspaces, services.entries);
    expect((await planContext(services.workspaces, services.entries)).hash).toBe(first.hash);
    expect((await planContext(operator.workspaces, operator.entries)).hash).not.toBe(first.hash);
  });
});

describe('buildArguments', () => {
  it('gives one option a value', () => {
    expect(buildArguments({ BASE: 'x', A: '1' })).toEqual(['--build-arg', 'BASE=x', '--build-arg', 'A=1']);
  });
});
