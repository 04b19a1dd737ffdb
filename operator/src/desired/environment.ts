import type {
  CompletedCall,
  CompletedService,
  CompletedStack,
  EnvironmentVariable,
} from '../api/completed.ts';
import { busVariables, storeVariables } from './stores/address.ts';

/** Environment of a standalone service; a variable of the user replaces one of the operator. */
export function serviceEnvironment(stack: CompletedStack, service: CompletedService): EnvironmentVariable[] {
  return lastOfEachName([
    { name: 'SERVICE', value: service.name },
    ...processVariables(stack, service.version, service.containerPort),
    ...storesOf(stack, service, ''),
    ...busOf(stack, [service]),
    ...service.calls.map(callVariable),
    ...service.env,
  ]);
}

/**
 * Environment of the process that hosts several services: `SERVICES` names them, and each has store addresses of its
 * own, `USER_DATABASE_URL`. Calls between them stay in the process and need no address.
 */
export function monolithEnvironment(
  stack: CompletedStack,
  monolith: { version: string; containerPort: number },
  hosted: readonly CompletedService[],
): EnvironmentVariable[] {
  const inside = new Set(hosted.map((service) => service.name));
  return lastOfEachName([
    { name: 'SERVICES', value: [...inside].join(',') },
    ...processVariables(stack, monolith.version, monolith.containerPort),
    ...hosted.flatMap((service) => storesOf(stack, service, `${constantCase(service.name)}_`)),
    ...busOf(stack, hosted),
    ...hosted
      .flatMap((service) => service.calls)
      .filter((call) => !inside.has(call.service))
      .map(callVariable),
    ...hosted.flatMap((service) => service.env),
  ]);
}

function processVariables(stack: CompletedStack, version: string, port: number): EnvironmentVariable[] {
  const { logLevel, tracing } = stack.monitoring;
  return [
    { name: 'SERVICE_VERSION', value: version },
    { name: 'PORT', value: String(port) },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    { name: 'LOG_LEVEL', value: logLevel },
    { name: 'ORDER_SAGA', value: stack.orderSaga.type },
    ...(tracing
      ? [
          { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: tracing.endpoint },
          { name: 'OTEL_TRACES_SAMPLER', value: 'parentbased_traceidratio' },
          { name: 'OTEL_TRACES_SAMPLER_ARG', value: String(tracing.samplingPercent / 100) },
        ]
      : []),
  ];
}

function storesOf(stack: CompletedStack, service: CompletedService, prefix: string): EnvironmentVariable[] {
  return service.stores.flatMap((use) => storeVariables(stack, service.name, use, prefix));
}

function busOf(stack: CompletedStack, services: readonly CompletedService[]): EnvironmentVariable[] {
  const talks = services.some((service) => service.publishes.length + service.consumes.length > 0);
  return talks ? busVariables(stack.eventBus) : [];
}

const callVariable = (call: CompletedCall): EnvironmentVariable => ({ name: call.variable, value: call.url });

const constantCase = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** Each name once, with its last value at its last place: a reference to another variable looks backwards only. */
function lastOfEachName(variables: readonly EnvironmentVariable[]): EnvironmentVariable[] {
  const last = new Map(variables.map((variable, index) => [variable.name, index]));
  return variables.filter((variable, index) => last.get(variable.name) === index);
}
