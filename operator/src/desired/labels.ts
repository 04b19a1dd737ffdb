/** Field manager, User-Agent and value of `app.kubernetes.io/managed-by`. */
export const managerName = 'ecommercestack-operator';

/** Label keys of ours. Selectors use `app` and `deployment` only; the rest is for people and for pruning. */
export const labelKeys = {
  stack: 'ecommercestack.dev/stack',
  service: 'ecommercestack.dev/service',
  revision: 'ecommercestack.dev/revision',
  role: 'ecommercestack.dev/role',
  deployment: 'ecommercestack.dev/deployment',
  store: 'ecommercestack.dev/store',
} as const;

/** Label of a monolith's pods for each service that they host; the Service of that name selects it. */
export function servesLabel(service: string): string {
  return `ecommercestack.dev/serves-${service}`;
}

/** What every object of a stack carries; `app` is the name of the object group, e.g. `user-service`. */
export function objectLabels(stack: string, app: string, component: Component): Record<string, string> {
  return { ...identity(stack, app, component), 'app.kubernetes.io/managed-by': managerName };
}

/** What kind of part an object belongs to. */
export type Component = 'service' | 'store' | 'event-bus' | 'edge' | 'stack';

/**
 * Labels of pods. No role and no manager here: promotion changes a role and must restart nothing.
 */
export function podLabels(
  stack: string,
  app: string,
  component: Component,
  version?: string,
): Record<string, string> {
  return {
    ...identity(stack, app, component),
    ...(version !== undefined && { version, 'app.kubernetes.io/version': version }),
  };
}

function identity(stack: string, app: string, component: Component): Record<string, string> {
  return {
    app,
    'app.kubernetes.io/name': app,
    'app.kubernetes.io/instance': stack,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/part-of': 'ecommercestack',
    [labelKeys.stack]: stack,
  };
}
