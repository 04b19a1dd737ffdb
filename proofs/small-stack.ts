import { serviceNames } from '../packages/contracts/src/topology.ts';
import type { KubeObject } from './kube/object.ts';

/** Part of a specification, as JSON. */
export type Members = Readonly<Record<string, unknown>>;

/** A small stack, so that what is done to it is done soon: two services. */
export const smallSpec: Members = {
  version: 'v1.2.3',
  imageDefaults: { registry: 'registry.example.com/shop' },
  services: servicesWith({}),
};

/** The services of the small stack, with these members on `product`. */
export function servicesWith(product: Members): Members[] {
  return serviceNames.map((name) => {
    if (name === 'product') return { name, ...product };
    return name === 'gateway' ? { name } : { name, placement: 'Disabled' };
  });
}

/** A stack as an admin or a tenant writes it. */
export function stackObject(
  namespace: string,
  name: string,
  spec: unknown,
  metadata: object = {},
): KubeObject {
  return {
    ...{ apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack' },
    metadata: { name, namespace, ...metadata },
    spec,
  };
}
