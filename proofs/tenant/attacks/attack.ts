import type { KubeObject } from '../../kube/object.ts';
import { type Members, servicesWith } from '../../small-stack.ts';

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
  /** Members of the specification over those of `smallSpec`. */
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

/** An attack by members of the product service. */
export function onProduct(kind: string, name: string, product: Members, wanted: Wanted): Attack {
  return { kind, name, spec: { services: servicesWith(product) }, wanted };
}

/** An attack by a service of the tenant's own. */
export function onCustom(kind: string, name: string, custom: Members, wanted: Wanted): Attack {
  const image = { repository: 'registry.example.com/x', tag: 'v1' };
  return { kind, name, spec: { customServices: [{ name: 'loyalty', image, ...custom }] }, wanted };
}
