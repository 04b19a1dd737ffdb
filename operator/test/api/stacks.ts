import type { CompletedService, CompletedStack } from '../../src/api/completed.ts';
import { completeStack } from '../../src/api/defaults.ts';
import { apiVersion, type EcommerceStack, ecommerceStack, kind } from '../../src/api/ecommercestack.ts';

/** A stack named shop in namespace shop with `spec` over the smallest one. */
export function manifest(spec: object = {}): { spec: object } & Record<string, unknown> {
  return {
    apiVersion,
    kind,
    metadata: { name: 'shop', namespace: 'shop' },
    spec: { version: 'v1.2.3', ...spec },
  };
}

export function stackOf(spec: object = {}): EcommerceStack {
  return ecommerceStack.parse(manifest(spec));
}

export function completedOf(spec: object = {}): CompletedStack {
  return completeStack(stackOf(spec));
}

export function serviceOf(stack: CompletedStack, name: string): CompletedService {
  const service = stack.services.find((candidate) => candidate.name === name);
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}
