import { describe, expect, it } from 'vitest';
import { OBJECT_NAMES, READY_VERSIONS, stackImages } from '../serviceimages.ts';
import { parseStack } from '../stackfile.ts';

const CANARY = `
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
---
apiVersion: ecommercestack.dev/v1alpha1
kind: EcommerceStack
metadata: {name: eu, namespace: shop-eu}
spec:
  version: v1.2.3
  imageDefaults: {registry: registry.test/shop}
  services:
    - {name: user, version: v9.0.0}
    - {name: cart, image: {repository: other.test/cart-service, tag: v7.0.0}}
    - {name: order, image: {repository: other.test/unknown, tag: v7.0.0}}
`;

describe('parseStack', () => {
  it('finds what images the stack asks for', () => {
    expect(parseStack('f.yaml', CANARY)).toEqual({
      path: 'f.yaml',
      name: 'eu',
      namespace: 'shop-eu',
      registry: 'registry.test/shop',
      versions: ['v1.2.3', 'v9.0.0'],
      images: ['other.test/cart-service:v7.0.0'],
    });
  });

  it('takes the defaults of the smallest stack', () => {
    const text = 'kind: EcommerceStack\nmetadata: {name: shop}\nspec: {version: v1.2.3}\n';
    expect(parseStack('f.yaml', text)).toMatchObject({ namespace: 'default', registry: 'ecommercestack' });
  });

  it.each([
    { text: 'kind: Pod', count: 0 },
    { text: 'kind: EcommerceStack\n---\nkind: EcommerceStack', count: 2 },
  ])('refuses a file with $count stacks', ({ text, count }) => {
    expect(() => parseStack('f.yaml', text)).toThrow(`f.yaml holds ${count} objects of kind EcommerceStack`);
  });
});

describe('stackImages', () => {
  it('names every object in every version, once', () => {
    const names = stackImages(parseStack('f.yaml', CANARY));
    expect(names).toContain('registry.test/shop/user-service:v9.0.0');
    expect(names).toContain('registry.test/shop/shop:v2.0.0');
    expect(names).toContain('other.test/cart-service:v7.0.0');
    expect(names).toHaveLength((READY_VERSIONS.length + 1) * OBJECT_NAMES.length + 1);
    expect(new Set(names).size).toBe(names.length);
  });
});
