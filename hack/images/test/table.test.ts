import { topology } from '@ecommercestack/contracts/topology';
import { describe, expect, it } from 'vitest';
import { recipes } from '../index.ts';
import { imageNames, imageSource, istioTag, splitReference } from '../table.ts';

describe('imageSource', () => {
  it('knows every name of the table by its role', () => {
    for (const [role, name] of Object.entries(imageNames)) expect(imageSource(name)).toBe(role);
  });

  it('serves each service of the topology, and the monolith, from any registry in any version', () => {
    for (const { objectName } of topology) {
      expect(imageSource(`ecommercestack/${objectName}:v1.2.3`)).toBe('services');
      expect(imageSource(`registry.local:5000/team/${objectName}:v2`)).toBe('services');
    }
    expect(imageSource('ecommercestack/shop:v1.2.3')).toBe('services');
  });

  it.each([
    'nginx:1',
    'postgres:17',
    'ecommercestack/ecommercestack-operator:v9.9.9',
    'ecommercestack/user:v1',
    'ecommercestack/user-service',
    'ecommercestack/user-service:v1@sha256:00',
    '',
  ])('does not claim %j', (name) => {
    expect(imageSource(name)).toBeUndefined();
  });
});

describe('the table', () => {
  it('has a recipe under each name, and no other', () => {
    const { services, ...named } = recipes;
    for (const [role, recipe] of Object.entries(named))
      expect(imageNames).toHaveProperty(role, recipe.reference);
    expect(services.kind).toBe('dockerfile');
    expect(Object.keys(recipes).sort()).toEqual([...Object.keys(imageNames), 'services'].sort());
  });

  it('lets nothing but the CNI installer run as root', () => {
    const roots = Object.values(recipes).flatMap((recipe) => {
      if (recipe.kind === 'dockerfile') return [];
      return /^[1-9]\d*:[1-9]\d*$/.test(recipe.config.user ?? '') ? [] : [recipe.reference];
    });
    expect(roots).toEqual([imageNames.installCni]);
  });

  it('tags Istio with the commit of its module', () => {
    expect(istioTag).toMatch(/^[0-9a-f]{12}$/);
    expect(imageNames.pilot).toBe(`localhost/pilot:${istioTag}`);
  });
});

describe('splitReference', () => {
  it.each([
    ['a/b:c', 'a/b', 'c'],
    ['host:5000/a', 'host:5000/a', undefined],
    ['host:5000/a:b', 'host:5000/a', 'b'],
    ['a', 'a', undefined],
  ])('%s', (reference, repository, tag) => {
    expect(splitReference(reference)).toEqual({ repository, tag });
  });
});
