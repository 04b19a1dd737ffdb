/** From the stack as the API server holds it to the stack with nothing left open. */
import { topology } from '@ecommercestack/contracts/topology';
import type { CompletedMonolith, CompletedService, CompletedStack } from './completed.ts';
import { completeCallers, completeCalls, type DeclaredCall, joinCalls } from './defaults/callgraph.ts';
import { completeExposure } from './defaults/exposure.ts';
import { profiles } from './defaults/profiles.ts';
import { completeService, monolithName, type Row } from './defaults/service.ts';
import { completeEventBus, completeStores } from './defaults/stores.ts';
import { completeWorkload } from './defaults/workload.ts';
import type { CustomServiceSpec, EcommerceStack, EcommerceStackSpec, ServiceSpec } from './ecommercestack.ts';

/** Resolves every default. Pure: the same stack gives the same completed stack. */
export function completeStack(stack: EcommerceStack): CompletedStack {
  const { spec, metadata } = stack;
  const namespace = metadata.namespace ?? 'default';
  const services = completeServices(spec, namespace);
  return {
    metadata: {
      name: metadata.name,
      namespace,
      uid: metadata.uid ?? '',
      generation: metadata.generation ?? 1,
    },
    blueprint: spec.blueprint,
    paused: spec.paused,
    version: spec.version,
    profile: spec.profile,
    topology: spec.topology,
    orderSaga: spec.orderSaga,
    imagePullSecrets: (spec.imageDefaults.pullSecrets ?? []).map((secret) => secret.name),
    exposure: completeExposure(spec, services),
    mesh: {
      type: spec.mesh.type,
      trustDomain: spec.mesh.trustDomain,
      mtls: spec.mesh.mtls,
      authorization: { mode: spec.mesh.authorization.mode },
    },
    eventBus: completeEventBus(spec, metadata.name, services),
    stores: completeStores(spec, metadata.name, services),
    apiGateway: spec.apiGateway,
    monolith: completeMonolith(spec, namespace, services),
    services,
    release: { groups: spec.release?.groups ?? [], windows: spec.release?.windows ?? [] },
    networkPolicy: spec.networkPolicy,
    monitoring: spec.monitoring,
  };
}

type Declared = {
  row: Row;
  calls: DeclaredCall[];
  fields?: ServiceSpec | CustomServiceSpec;
  custom: boolean;
};

function completeServices(spec: EcommerceStackSpec, namespace: string): CompletedService[] {
  const declared = declaredServices(spec);
  const callees = declared.map(({ row, fields, custom }) =>
    completeService(spec, namespace, row, fields, custom),
  );
  const exposure = completeExposure(spec, callees);
  const callsByName = new Map(declared.map(({ row, calls }) => [row.name, calls]));
  return callees.map((callee, index) => ({
    ...callee,
    calls: completeCalls(callsByName.get(callee.name) ?? [], callees),
    callers: completeCallers(
      callee,
      declared[index]?.fields?.authorization,
      callsByName,
      callees,
      exposure,
      spec.mesh,
    ),
  }));
}

function declaredServices(spec: EcommerceStackSpec): Declared[] {
  const builtIn = topology.map((row) => {
    const fields = spec.services?.find((service) => service.name === row.name);
    return { row, fields, calls: joinCalls([...row.calls, ...addedCalls(fields)]), custom: false };
  });
  const custom = (spec.customServices ?? []).map((fields) => ({
    row: { name: fields.name, objectName: fields.name, stores: [], publishes: [], consumes: [] },
    fields,
    calls: joinCalls(addedCalls(fields)),
    custom: true,
  }));
  return [...builtIn, ...custom];
}

function addedCalls(fields: ServiceSpec | CustomServiceSpec | undefined): DeclaredCall[] {
  return (fields?.calls ?? []).map(({ service, methods }) => ({ to: service, methods }));
}

function completeMonolith(
  spec: EcommerceStackSpec,
  namespace: string,
  services: readonly CompletedService[],
): CompletedMonolith | undefined {
  const inside = services.filter((service) => service.placement === 'Monolith');
  if (inside.length === 0) return undefined;
  return {
    ...completeWorkload(
      spec,
      'monolith',
      monolithName,
      spec.monolith ?? {},
      profiles[spec.profile].monolithResources,
    ),
    principal: `${spec.mesh.trustDomain}/ns/${namespace}/sa/${monolithName}`,
    services: inside.map((service) => service.name),
  };
}
