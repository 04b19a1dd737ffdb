import { blueprints, type EmbeddedStore } from '../../api/blueprints.ts';
import type { CompletedStack } from '../../api/completed.ts';
import type { Component } from '../labels.ts';
import { principalOf } from '../names.ts';

/** An embedded store that runs, and who may connect to it. */
export type StoreUse = {
  store: EmbeddedStore;
  objectName: string;
  component: Component;
  port: number;
  /** Mesh identities of its users. */
  principals: string[];
  /** Value of the label `app` on its users' pods. */
  apps: string[];
};

/** The embedded stores of the stack; a store that nobody uses does not run. */
export function storeUses(stack: CompletedStack): StoreUse[] {
  const stores = stack.stores
    .filter((store) => store.mode === 'Embedded' && store.usedBy.length > 0)
    .map((store) => useOf(stack, store.store, store.objectName, store.usedBy, 'store'));
  const { eventBus } = stack;
  if (eventBus.mode !== 'Embedded' || eventBus.usedBy.length === 0) return stores;
  const bus = useOf(stack, 'kafka', eventBus.objectName, eventBus.usedBy, 'event-bus');
  // The broker ends transactions by calling itself under the name that it tells its clients.
  const { namespace } = stack.metadata;
  const self = principalOf(stack.mesh.trustDomain, namespace, bus.objectName);
  return [...stores, { ...bus, principals: [...bus.principals, self], apps: [...bus.apps, bus.objectName] }];
}

function useOf(
  stack: CompletedStack,
  store: EmbeddedStore,
  objectName: string,
  usedBy: readonly string[],
  component: Component,
): StoreUse {
  const users = stack.services.filter((service) => usedBy.includes(service.name));
  return {
    store,
    objectName,
    component,
    port: blueprints[stack.blueprint].stores[store].port,
    principals: [...new Set(users.map((service) => service.principal))],
    apps: [
      ...new Set(
        users.map((service) =>
          service.placement === 'Monolith' ? (stack.monolith?.objectName ?? '') : service.objectName,
        ),
      ),
    ],
  };
}
