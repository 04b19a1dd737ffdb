import { describe, expect, test } from 'vitest';
import { codeOf, importsOf, readTracked, sourceFiles, trackedFiles } from './source-tree.ts';

/**
 * The dependency rule, as ARCHITECTURE.md states it:
 *
 *   operator  api ◀ rollout, confirmation, desired, plan, status ◀ cluster ◀ controller ◀ main
 *   services  domain ◀ http, events, store ◀ service        no service imports a service
 *   kit       domain ◀ http, store, bus, telemetry ◀ run
 *   drivers   @kubernetes/client-node only in operator/src/cluster, packages/controller-runtime and bench;
 *             pg, kafkajs, mongodb, redis, express only in service-kit (and the gateway's own proxy)
 *   pure      api, rollout, confirmation, desired, plan, status, every domain/: no await, no Date.now, no Math.random,
 *             no process, no node:*
 */
const operatorLayers: readonly string[][] = [
  ['api'],
  ['rollout', 'confirmation', 'desired', 'plan', 'status'],
  ['cluster'],
  ['controller'],
];

const sources = sourceFiles().filter((file) => !file.includes('/test/') && !file.startsWith('test/'));

function operatorLayerOf(file: string): number | undefined {
  const folder = /^operator\/src\/([^/]+)\//.exec(file)?.[1];
  const layer = operatorLayers.findIndex((folders) => folder !== undefined && folders.includes(folder));
  return layer === -1 ? undefined : layer;
}

function violations(check: (file: string) => string[]): string[] {
  return sources.flatMap((file) => check(file).map((problem) => `${file}: ${problem}`));
}

describe('dependency rule', () => {
  test('operator folders import only their own layer and the layers below', () => {
    const found = violations((file) => {
      const layer = operatorLayerOf(file);
      if (layer === undefined) return [];
      return importsOf(file).filter((target) => {
        const below = operatorLayerOf(target);
        return (
          /^operator\/src\/(main|config|render)\.ts$/.test(target) || (below !== undefined && below > layer)
        );
      });
    });
    expect(found).toEqual([]);
  });

  test('no service imports a service', () => {
    const found = violations((file) => {
      const service = /^services\/([^/]+)\//.exec(file)?.[1];
      if (service === undefined) return [];
      return importsOf(file).filter(
        (target) =>
          (target.startsWith('services/') && !target.startsWith(`services/${service}/`)) ||
          (target.startsWith('@ecommercestack/service-') &&
            !target.startsWith('@ecommercestack/service-kit')),
      );
    });
    expect(found).toEqual([]);
  });

  test('a domain folder knows no http, store, bus or telemetry', () => {
    const found = violations((file) =>
      file.includes('/domain/')
        ? importsOf(file).filter(
            // Contracts are words, whatever their folders are called.
            (target) =>
              !target.startsWith('@ecommercestack/contracts/') &&
              /\/(http|store|stores|bus|telemetry|events)\//.test(target),
          )
        : [],
    );
    expect(found).toEqual([]);
  });

  test('drivers stay behind their ports', () => {
    const homes: Record<string, RegExp> = {
      '@kubernetes/client-node': /^(operator\/src\/cluster|packages\/controller-runtime|bench)\//,
      pg: /^packages\/service-kit\//,
      kafkajs: /^packages\/service-kit\//,
      mongodb: /^packages\/service-kit\//,
      redis: /^packages\/service-kit\//,
      express: /^packages\/service-kit\//,
      undici: /^(packages\/|services\/gateway\/|proofs\/|test\/|hack\/)/,
    };
    const found = violations((file) =>
      importsOf(file).filter((target) => {
        const driver = Object.keys(homes).find((name) => target === name || target.startsWith(`${name}/`));
        return driver !== undefined && homes[driver]?.test(file) === false;
      }),
    );
    expect(found).toEqual([]);
  });

  test('pure folders touch nothing but their arguments', () => {
    const impure = /\bawait\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\./;
    const found = violations((file) => {
      const layer = operatorLayerOf(file);
      const pure = layer === 0 || layer === 1 || file.includes('/domain/');
      if (!pure) return [];
      const builtins = importsOf(file).filter((target) => target.startsWith('node:'));
      const used = impure.exec(codeOf(file))?.[0];
      return used === undefined ? builtins : [...builtins, used];
    });
    expect(found).toEqual([]);
  });

  test('the controller runtime knows no Kind of ours', () => {
    const found = violations((file) =>
      file.startsWith('packages/controller-runtime/src/') && /ecommercestack\.dev/i.test(readTracked(file))
        ? ['names our API group']
        : [],
    );
    expect(found).toEqual([]);
  });
});

describe('budgets and words', () => {
  const lengths = sources
    .filter((file) => !file.includes('/generated/'))
    .map((file) => ({ file, lines: readTracked(file).split('\n').length - 1 }));

  test('no file is longer than 400 lines; the median stays at or under 90, p90 at or under 250', () => {
    expect(lengths.filter(({ lines }) => lines > 400)).toEqual([]);
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(90);
    expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThanOrEqual(250);
  });

  test('reconcile reads like a sentence: at most 60 lines', () => {
    const file = 'operator/src/controller/reconcile.ts';
    const body = /export async function reconcile[\s\S]*?\n}\n/.exec(readTracked(file))?.[0] ?? '';
    expect(body).not.toBe('');
    expect(body.split('\n').length - 1).toBeLessThanOrEqual(60);
  });

  test('file names are nouns of the field', () => {
    const vague = /\/(utils?|helpers?|common|misc|manager|base|impl|data|info)\.ts$/;
    // The manager of the controller runtime is the field's own word (controller-runtime's Manager).
    const found = sources.filter(
      (file) => vague.test(file) && file !== 'packages/controller-runtime/src/manager.ts',
    );
    expect(found).toEqual([]);
  });

  test('no leftovers: no reminder to self, no registry host, no path of a machine', () => {
    // Spelt in pieces so that this file does not match itself.
    const leftover = new RegExp(
      [
        'TO' + 'DO',
        'FIX' + 'ME',
        'registry\\.npm' + 'js',
        'proxy\\.golang\\.' + 'org',
        'pypi\\.' + 'org',
        '/ro' + 'ot/',
        '/wo' + 'rk/',
      ].join('|'),
    );
    const text = trackedFiles().filter((file) =>
      /\.(ts|tsx|mjs|md|ya?ml|json|sh|tpl|txt)$|Dockerfile$|\.ci\/run$/.test(file),
    );
    const found = text.flatMap((file) => {
      const hit = leftover.exec(readTracked(file))?.[0];
      return hit === undefined ? [] : [`${file}: ${hit}`];
    });
    expect(found).toEqual([]);
  });
});
