import { serviceNames } from '../../../packages/contracts/src/topology.ts';
import type { KubeObject } from '../../kube/object.ts';

/** Part of a specification, as JSON. */
export type Members = Readonly<Record<string, unknown>>;

/**
 * How an attack has to end. `Refused`: the API server does not take it. `Answered`: the stack carries this condition.
 * `Contained`: it is taken and reaches nothing outside; the stack goes on reporting.
 */
export type Wanted =
  | { readonly is: 'Refused' }
  | { readonly is: 'Answered'; readonly type: string; readonly reason: string }
  | { readonly is: 'Contained' };

/** What a tenant does in its own namespace to get at something outside it. */
export type Attack = {
  readonly kind: string;
  readonly name: string;
  /** Members of the specification over those of `baseSpec`. */
  readonly spec?: Members;
  /** Metadata of the stack over the usual one; another name makes a second stack. */
  readonly metadata?: Members;
  /** Asks the API server to drop unknown fields in silence. */
  readonly lenient?: true;
  /** Objects that the tenant makes first, in its own namespace. */
  readonly objects?: readonly KubeObject[];
  readonly wanted: Wanted;
};

export const refused: Wanted = { is: 'Refused' };
export const contained: Wanted = { is: 'Contained' };

/** The names that attacks play with: who attacks, and what it is after. */
export const scene = {
  tenant: 'tenant',
  victim: 'victim',
  /** The tenant calls its stack as the victim does, so that labels and names coincide. */
  stack: 'shop',
  victimHost: 'api.victim.example.com',
  victimWildcard: 'shop.victim.example.com',
  victimSecret: 'victim-credentials',
} as const;

/** A small stack, so that an attack is answered soon: two services, without a store of their own. */
export const baseSpec: Members = {
  version: 'v1.2.3',
  imageDefaults: { registry: 'registry.example.com/shop' },
  services: servicesWith({}),
};

/** The services of the base, with these members on `product`. */
export function servicesWith(product: Members): Members[] {
  return serviceNames.map((name) => {
    if (name === 'product') return { name, ...product };
    return name === 'gateway' ? { name } : { name, placement: 'Disabled' };
  });
}

/** An attack by members of the product service. */
export function onProduct(kind: string, name: string, product: Members, wanted: Wanted): Attack {
  return { kind, name, spec: { services: servicesWith(product) }, wanted };
}

/** An attack by a service of the tenant's own. */
export function onCustom(kind: string, name: string, custom: Members, wanted: Wanted): Attack {
  const image = { repository: 'registry.example.com/x', tag: 'v1' };
  return { kind, name, spec: { customServices: [{ name: 'loyalty', image, ...custom }] }, wanted };
}
