import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../operator/src/api/object.ts';
import { stamped } from '../../operator/src/plan/plan.ts';
import { changesOf } from '../src/changes.ts';
import { compareLines, hunks } from '../src/lines.ts';
import { stackChanges } from '../src/view/stackchanges.ts';

const service = (port: number, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'user-service', namespace: 'shop' },
  spec: { ports: [{ name: 'http', port }], ...more },
});

describe('changes', () => {
  it('are none for an object that lives as it is wanted, defaults of others aside', () => {
    const live = stamped(service(8080));
    const defaulted = { ...live, spec: { ...Object(live['spec']), clusterIP: '10.0.0.1' } };
    expect(changesOf([service(8080)], [defaulted])).toEqual([]);
  });

  it('show what differs and nothing else', () => {
    const live = {
      ...stamped(service(8080)),
      spec: { clusterIP: '10.0.0.1', ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] },
    };
    const [change] = changesOf([service(9090)], [live]);
    expect(change).toMatchObject({ change: 'update', kind: 'Service', name: 'user-service' });
    const told = change?.lines
      .filter((line) => /^[-+]/.test(line))
      .map((line) => line.replaceAll(/\s+/g, ' '));
    expect(told).toEqual(['- port: 8080', '+ port: 9090']);
  });

  it('tell of what is made, of what is deleted, and of fields that go', () => {
    const owner = {
      apiVersion: 'ecommercestack.dev/v1alpha1',
      kind: 'EcommerceStack',
      name: 'shop',
      uid: 'u',
      controller: true,
    };
    const orphan = { ...service(1), metadata: { name: 'old', namespace: 'shop', ownerReferences: [owner] } };
    const changes = changesOf([service(8080)], [orphan]);
    expect(changes.map(({ change, name }) => [change, name])).toEqual([
      ['create', 'user-service'],
      ['delete', 'old'],
    ]);
    expect(changes[0]?.lines.every((line) => line.startsWith('+ '))).toBe(true);
    const [removed] = changesOf([service(8080)], [stamped(service(8080, { sessionAffinity: 'ClientIP' }))]);
    expect(removed?.lines).toEqual(['  (fields that are wanted no more are removed)']);
  });

  it('of a specification mind no order', () => {
    expect(stackChanges({ b: 1, a: { d: 1, c: 2 } }, { a: { c: 2, d: 1 }, b: 1 })).toEqual([]);
    expect(stackChanges({ a: 1 }, { a: 2 })).toEqual(['- a: 1', '+ a: 2']);
    expect(stackChanges(undefined, { a: 2 })).toEqual(['+ a: 2']);
  });
});

describe('a comparison of lines', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });

  it('leads from one list to the other', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const differences = compareLines(before, after);
        const side = (sign: '-' | '+') =>
          differences.filter((one) => one.sign === ' ' || one.sign === sign).map(({ line }) => line);
        expect(side('-')).toEqual(before);
        expect(side('+')).toEqual(after);
      }),
    );
  });

  it('leaves out what is far from any difference', () => {
    const many = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const shown = hunks(compareLines(many, many.with(10, 'other')), 1);
    expect(shown).toEqual(['  ...', '  line 9', '- line 10', '+ other', '  line 11', '  ...']);
  });
});
