import type { CompletedStack, StoreMode } from '../api/completed.ts';
import type { EcommerceStack } from '../api/ecommercestack.ts';
import type { Capability } from '../api/kinds.ts';

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

/**
 * Hosts of this stack that belong to a stack in another namespace: to the one that serves them already, whatever their
 * ages, or else to the older one. A wildcard holds every host below it, and a host that is served stays with its stack
 * when a wildcard above it comes.
 */
export function hostsTaken(stack: EcommerceStack, stacks: readonly EcommerceStack[]): string[] {
  // Few stacks want the same hosts; only those are worth a look at all others of their namespaces.
  const rivals = stacks
    .filter((other) => other.metadata.namespace !== stack.metadata.namespace && isLiving(other))
    .filter((other) => contend(other, stack) && namespaceHolder(other, stacks) === undefined);
  return hostsOf(stack).filter((host) =>
    rivals.some((other) =>
      hostsOf(other).some((claimed) => covers(claimed, host) && prevails({ other, claimed }, stack, host)),
    ),
  );
}

/** Whether two stacks could want the same requests, so that a change of one concerns the other. */
export function contend(left: EcommerceStack, right: EcommerceStack): boolean {
  return hostsOf(left).some((a) => hostsOf(right).some((b) => covers(a, b) || covers(b, a)));
}

/** Whether requests to `host` match `claimed`: itself, or a wildcard above it. */
function covers(claimed: string, host: string): boolean {
  return claimed === host || (claimed.startsWith('*.') && host.endsWith(claimed.slice(1)));
}

/** Whether another stack's claim that covers `host` goes before this stack's. */
function prevails(
  { other, claimed }: { other: EcommerceStack; claimed: string },
  stack: EcommerceStack,
  host: string,
): boolean {
  const mine = holds(stack, host);
  if (mine && claimed !== host) return false;
  const theirs = holds(other, claimed);
  return mine === theirs ? isOlder(other, stack) : theirs;
}

/** Status is written by the operator alone, so nobody can claim to have served a host before. */
function holds({ status }: EcommerceStack, host: string): boolean {
  return (status?.hosts ?? []).includes(host);
}

/** The stack without hosts that are not its own; with none left it is not exposed. */
export function withoutHosts(stack: CompletedStack, taken: readonly string[]): CompletedStack {
  if (taken.length === 0) return stack;
  const hosts = stack.exposure.hosts.filter((host) => !taken.includes(host));
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
