import { topology } from '@ecommercestack/contracts/topology';
import { imageNames } from '../images/table.ts';
import type { StackFile } from './stackfile.ts';

/** Versions of the services that run without being asked for, so that examples, canaries and proofs have some. */
export const READY_VERSIONS = ['v1.2.3', 'v1.2.4', 'v1.3.0', 'v2.0.0'] as const;

/** What the objects of a stack are called: one a service, and the monolith. */
export const OBJECT_NAMES: readonly string[] = ['shop', ...topology.map((row) => row.objectName)];

/** The reference that the one image of all services is built under. */
export const SERVICES_IMAGE = `ecommercestack/shop:${READY_VERSIONS[0]}`;

/** The images of the stores, whose names and tags are upstream's. */
export const STORE_IMAGES: readonly string[] = [
  imageNames.postgres,
  imageNames.redis,
  imageNames.kafka,
  imageNames.mongo,
  imageNames.opensearch,
];

/** Every name under which a registry's services are asked for in these versions. */
export function serviceImages(registry: string, versions: readonly string[]): string[] {
  return versions.flatMap((version) => OBJECT_NAMES.map((name) => `${registry}/${name}:${version}`));
}

/** Every name of the services image that a stack may ask for, the ready versions included. */
export function stackImages(stack: Pick<StackFile, 'registry' | 'versions' | 'images'>): string[] {
  const versions = [...new Set([...READY_VERSIONS, ...stack.versions])];
  return [...serviceImages(stack.registry, versions), ...stack.images];
}
