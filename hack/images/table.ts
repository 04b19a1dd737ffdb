import { readFileSync } from 'node:fs';
import { topology } from '@ecommercestack/contracts/topology';
import { toolVersion } from '../toolchain/index.ts';

/** Tag of the images made of Istio: the commit of the pinned module, `eed52ebb66ad`. */
export const istioTag = toolVersion('istio').split('-').at(-1) ?? 'dev';

/** Version of the root package.json, which tags the operator's image. */
export const stackVersion = readVersion();

/** Image references by role, each the name under which a pod asks for the image. */
export const imageNames = {
  pause: 'localhost/pause:1',
  node: 'localhost/node:24',
  coredns: `localhost/coredns:${toolVersion('coredns')}`,
  proxyv2: `localhost/proxyv2:${istioTag}`,
  pilot: `localhost/pilot:${istioTag}`,
  installCni: `localhost/install-cni:${istioTag}`,
  operator: `ecommercestack/ecommercestack-operator:${stackVersion}`,
  postgres: 'postgres:18',
  redis: 'redis:7',
  kafka: 'apache/kafka:4.4.0',
  mongo: 'mongo:8',
  opensearch: 'opensearchproject/opensearch:2.19.6',
} as const;

/** The role of an image in `imageNames`. */
export type ImageRole = keyof typeof imageNames;

/** What makes an image: a role of the table, or the one services image under a service's name. */
export type ImageSource = ImageRole | 'services';

/** Object name of the deployment that hosts several services in one process. */
const monolith = 'shop';
const serviceObjects: ReadonlySet<string> = new Set([monolith, ...topology.map((row) => row.objectName)]);

/**
 * Tells what an image reference is made by, undefined when nothing here makes it.
 *
 * Services go by the last part of the repository, so that any registry and version of the stack's is served.
 */
export function imageSource(reference: string): ImageSource | undefined {
  for (const [role, name] of Object.entries(imageNames)) {
    // Object.entries widens the keys of the table to string.
    if (name === reference) return role as ImageRole;
  }
  const { repository, tag } = splitReference(reference);
  const last = repository.split('/').at(-1) ?? '';
  return tag && serviceObjects.has(last) ? 'services' : undefined;
}

/** Repository and tag of a reference; a colon before the last slash belongs to a registry's port. */
export function splitReference(reference: string): { repository: string; tag: string | undefined } {
  const colon = reference.lastIndexOf(':');
  if (reference.includes('@') || colon <= reference.lastIndexOf('/')) {
    return { repository: reference, tag: undefined };
  }
  return { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  // The file is ours and npm refuses it without a version.
  return (JSON.parse(text) as { version: string }).version;
}
