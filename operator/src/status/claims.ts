import type { CompletedStack, StoreMode } from '../api/completed.ts';
import type { EcommerceStack } from '../api/ecommercestack.ts';
import type { Capability } from '../api/kinds.ts';
import type { HostClaim } from './evidence.ts';

/** The stack that acts in the namespace instead of this one; undefined when this one does. */
export function namespaceHolder(
  stack: EcommerceStack,
  stacks: readonly EcommerceStack[],
): EcommerceStack | undefined {
  const others = stacks.filter(
    (other) =>
      other.metadata.namespace === stack.metadata.namespace && other.metadata.uid !== stack.metadata.uid,
  );
  return others.filter(isLiving).find((other) => isOlder(other, stack));
}

/** Hosts of this stack that an older stack in another namespace serves. */
export function hostsTaken(stack: EcommerceStack, stacks: readonly EcommerceStack[]): HostClaim[] {
  const rivals = stacks
    .filter((other) => other.metadata.namespace !== stack.metadata.namespace && isLiving(other))
    .filter((other) => isOlder(other, stack) && namespaceHolder(other, stacks) === undefined);
  return hostsOf(stack).flatMap((host) => {
    const rival = rivals.find((other) => hostsOf(other).includes(host));
    return rival === undefined ? [] : [{ host, by: `${rival.metadata.namespace}/${rival.metadata.name}` }];
  });
}

/** The stack without hosts that are not its own; with none left it is not exposed. */
export function withoutHosts(stack: CompletedStack, taken: readonly HostClaim[]): CompletedStack {
  if (taken.length === 0) return stack;
  const hosts = stack.exposure.hosts.filter((host) => taken.every((claim) => claim.host !== host));
  const exposure =
    hosts.length > 0
      ? { ...stack.exposure, hosts }
      : { ...stack.exposure, type: 'None' as const, routes: [] };
  return { ...stack, exposure };
}

const storeOperators: Readonly<Partial<Record<StoreMode, Capability>>> = {
  CloudNativePG: 'cloudNativePG',
  Percona: 'percona',
  OpenSearch: 'openSearch',
  ECK: 'eck',
};

/** Capabilities that the stack cannot do without. */
export function neededCapabilities(stack: CompletedStack): Capability[] {
  const needs: Capability[] = [];
  if (stack.mesh.type === 'Istio' || stack.exposure.type === 'IstioGateway') needs.push('istio');
  if (stack.exposure.type === 'GatewayAPI') needs.push('gatewayAPI');
  for (const { mode, usedBy } of stack.stores) {
    const operator = storeOperators[mode];
    if (operator !== undefined && usedBy.length > 0) needs.push(operator);
  }
  if (stack.eventBus.mode === 'Strimzi' && stack.eventBus.usedBy.length > 0) needs.push('strimzi');
  return needs;
}

function isLiving(stack: EcommerceStack): boolean {
  return stack.metadata['deletionTimestamp'] === undefined;
}

/** Age decides, then the uid, so that two stacks never both act. */
function isOlder(left: EcommerceStack, right: EcommerceStack): boolean {
  const [a, b] = [ageOf(left), ageOf(right)];
  if (a !== b) return a < b;
  return (left.metadata.uid ?? '') < (right.metadata.uid ?? '');
}

function ageOf({ metadata }: EcommerceStack): string {
  const { creationTimestamp } = metadata;
  // RFC 3339 in UTC, as the API server writes it, sorts by time.
  return typeof creationTimestamp === 'string' ? creationTimestamp : '';
}

function hostsOf({ spec }: EcommerceStack): readonly string[] {
  return spec.exposure?.type === 'None' ? [] : (spec.exposure?.hosts ?? []);
}
