/** Completes who calls whom: addresses for the caller, permissions for the callee. */
import type { HttpMethod } from '@ecommercestack/contracts/topology';
import type { CompletedCall, CompletedCaller, CompletedExposure, CompletedService } from '../completed.ts';
import type { EcommerceStackSpec, ServiceSpec } from '../ecommercestack.ts';
import { runsHere } from './stores.ts';

/** A service before its callers are known. */
export type Callee = Omit<CompletedService, 'callers' | 'calls'>;

/** Calls of one service: those of the service table and those of the spec, methods joined. */
export type DeclaredCall = { to: string; methods: readonly HttpMethod[] };

const everyMethod: readonly HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** `PRODUCT_URL` for product. */
export function urlVariable(service: string): string {
  return `${service.toUpperCase().replaceAll('-', '_')}_URL`;
}

/** The calls of a service with the address of each callee; a callee outside the stack's services is left out. */
export function completeCalls(
  declared: readonly DeclaredCall[],
  services: readonly Callee[],
): CompletedCall[] {
  return declared.flatMap(({ to, methods }) => {
    const callee = services.find((candidate) => candidate.name === to);
    return callee === undefined
      ? []
      : [
          {
            service: to,
            objectName: callee.objectName,
            variable: urlVariable(to),
            url: callee.url,
            methods,
          },
        ];
  });
}

/** Joins calls to the same service, in the order of the first mention. */
export function joinCalls(calls: readonly DeclaredCall[]): DeclaredCall[] {
  const joined = new Map<string, Set<HttpMethod>>();
  for (const { to, methods } of calls) {
    const known = joined.get(to) ?? new Set<HttpMethod>();
    for (const method of methods) known.add(method);
    joined.set(to, known);
  }
  return [...joined].map(([to, methods]) => ({ to, methods: inOrder(methods) }));
}

/** Everyone who may call `callee`: declared services, the edge, and callers from outside that the spec allows. */
export function completeCallers(
  callee: Callee,
  authorization: ServiceSpec['authorization'],
  callersByName: ReadonlyMap<string, readonly DeclaredCall[]>,
  services: readonly Callee[],
  exposure: CompletedExposure,
  mesh: EcommerceStackSpec['mesh'],
): CompletedCaller[] {
  const inside = services.filter(runsHere).flatMap((caller) => {
    const declared = callersByName.get(caller.name)?.find((call) => call.to === callee.name);
    const methods = narrow(declared?.methods ?? [], authorization?.methods);
    return methods.length === 0 ? [] : [{ service: caller.name, principal: caller.principal, methods }];
  });
  const routed = exposure.routes.some((route) => route.service === callee.name);
  const edge =
    routed && exposure.edge !== undefined
      ? [{ edge: true as const, principal: exposure.edge.principal, methods: everyMethod }]
      : [];
  const outside = [...(mesh.authorization.allow ?? []), ...(authorization?.allow ?? [])].map((rule) => ({
    principal: rule.principal,
    methods: rule.methods ?? (['GET', 'HEAD'] satisfies HttpMethod[]),
    paths: rule.paths,
  }));
  return [...inside, ...edge, ...outside];
}

function narrow(
  methods: readonly HttpMethod[],
  allowed: readonly HttpMethod[] | undefined,
): readonly HttpMethod[] {
  return allowed === undefined ? methods : methods.filter((method) => allowed.includes(method));
}

function inOrder(methods: ReadonlySet<HttpMethod>): HttpMethod[] {
  return everyMethod.filter((method) => methods.has(method));
}
