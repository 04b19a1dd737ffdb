import { describe, expect, it } from 'vitest';
import { ecommerceStackCrd, stackSchema } from '../../src/api/crd.ts';
import { dumpManifest } from '../../src/api/manifest.ts';
import type { StructuralSchema } from '../../src/api/structural.ts';
import { withoutNotes } from '../../src/api/structural.ts';

type Visit = { path: string; node: StructuralSchema; isField: boolean };

function nodesOf(node: StructuralSchema, path: string, isField: boolean): Visit[] {
  const children = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    nodesOf(child, path === '' ? name : `${path}.${name}`, true),
  );
  const items = node.items === undefined ? [] : nodesOf(node.items, `${path}[]`, false);
  const values =
    node.additionalProperties === undefined ? [] : nodesOf(node.additionalProperties, `${path}{}`, false);
  return [{ path, node, isField }, ...children, ...items, ...values];
}

const schema = withoutNotes(stackSchema());
const nodes = nodesOf(schema, '', false).filter(({ path }) => !path.startsWith('metadata'));
const broken = (wrong: (visit: Visit) => boolean) => nodes.filter(wrong).map(({ path }) => path);

describe('the structural schema', () => {
  it('has a description on every field', () => {
    expect(broken(({ node, isField }) => isField && (node.description ?? '').length < 20)).toEqual([]);
  });

  it('tells every default in the description, and the true one', () => {
    const scalars = nodes.filter(
      ({ path, node }) =>
        path.startsWith('spec') && node.default !== undefined && typeof node.default !== 'object',
    );
    expect(scalars.length).toBeGreaterThan(40);
    const untold = scalars.filter(
      ({ node }) =>
        !(node.description ?? '').includes(
          `Default: ${node.default === '' ? 'empty' : String(node.default)}`,
        ),
    );
    expect(untold.map(({ path, node }) => `${path}: ${String(node.default)}`)).toEqual([]);
  });

  it('tells a default or an example of every value', () => {
    const mute = nodes.filter(
      ({ path, node, isField }) =>
        isField &&
        path.startsWith('spec.') &&
        // Scheduling terms are those of core/v1 and documented there.
        !path.includes('.affinity.') &&
        node.properties === undefined &&
        node.enum === undefined &&
        !/(Default|Example): \S/.test(node.description ?? ''),
    );
    expect(mute.map(({ path }) => path)).toEqual([]);
  });

  it('describes items that have members', () => {
    expect(broken(({ node }) => node.properties !== undefined && node.description === undefined)).toEqual([]);
  });

  it('limits every string, list and map', () => {
    expect(broken(({ node }) => node.type === 'array' && node.maxItems === undefined)).toEqual([]);
    expect(
      broken(({ node }) => node.additionalProperties !== undefined && node.maxProperties === undefined),
    ).toEqual([]);
    expect(
      broken(
        ({ node, path }) =>
          node.type === 'string' &&
          node.enum === undefined &&
          node.maxLength === undefined &&
          !['apiVersion', 'kind'].includes(path),
      ),
    ).toEqual([]);
  });

  it('bounds every number of the spec on both sides', () => {
    expect(
      broken(
        ({ node, path }) =>
          path.startsWith('spec') &&
          node.type === 'integer' &&
          (node.minimum === undefined || node.maximum === undefined),
      ),
    ).toEqual([]);
  });

  it('uses no keyword that a structural schema forbids', () => {
    const text = JSON.stringify(schema);
    for (const keyword of [
      '"$ref"',
      '"definitions"',
      '"oneOf"',
      '"anyOf"',
      '"allOf"',
      '"additionalProperties":false',
      '"nullable"',
    ]) {
      expect(text).not.toContain(keyword);
    }
    expect(
      broken(({ node }) => node.type === undefined && node['x-kubernetes-int-or-string'] !== true),
    ).toEqual([]);
  });

  it('says how every list of objects merges', () => {
    expect(
      broken(({ node }) => node.type === 'array' && node['x-kubernetes-list-type'] === undefined),
    ).toEqual([]);
  });

  it('names no field that YAML 1.1 reads as something else', () => {
    const names = nodes.flatMap(({ node }) => Object.keys(node.properties ?? {}));
    expect(names.filter((name) => /^(y|n|yes|no|on|off|true|false|null)$/i.test(name))).toEqual([]);
  });

  it('names no namespace in a reference', () => {
    expect(broken(({ path }) => /\.namespace$/.test(path))).toEqual([]);
  });

  it('keeps durations, weights and fractions as the contract writes them', () => {
    const at = (path: string) => nodes.find((visit) => visit.path === path)?.node;
    const canary = 'spec.services[].rollout.canary';
    expect(at(`${canary}.steps[].weight`)).toMatchObject({ type: 'integer', minimum: 0, maximum: 100 });
    expect(at(`${canary}.steps[].hold.duration`)?.pattern).toContain('(h|m|s|ms)');
    expect(at(`${canary}.analysis.metrics[].min`)).toMatchObject({ 'x-kubernetes-int-or-string': true });
  });
});

describe('the CRD', () => {
  it('fits into the annotation of a client-side apply', () => {
    expect(JSON.stringify(ecommerceStackCrd()).length).toBeLessThan(262_144 - 8_192);
  });

  it('holds no note that is not of the CRD format', () => {
    expect(dumpManifest(ecommerceStackCrd())).not.toContain('x-computed-default');
  });

  it('has the columns, names and subresource of the contract', () => {
    expect(ecommerceStackCrd()).toMatchObject({
      metadata: { name: 'ecommercestacks.ecommercestack.dev' },
      spec: {
        scope: 'Namespaced',
        names: { plural: 'ecommercestacks', shortNames: ['ecs'], categories: ['all', 'ecommerce'] },
        versions: [
          {
            subresources: { status: {} },
            additionalPrinterColumns: [
              { name: 'Ready' },
              { name: 'Phase' },
              { name: 'Services' },
              { name: 'Canary' },
              { name: 'Version' },
              { name: 'Age' },
              { name: 'Host', priority: 1 },
              { name: 'Mesh', priority: 1 },
              { name: 'Message', priority: 1 },
            ],
          },
        ],
      },
    });
  });
});
