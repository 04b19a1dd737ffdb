/** The EcommerceStack, defined once: the CRD, the types, offline validation and the reference are made from it. */
import { z } from 'zod';
import { resources } from './schema/container.ts';
import { exposure } from './schema/exposure.ts';
import { apiGateway } from './schema/gateway.ts';
import { mesh } from './schema/mesh.ts';
import { monitoring, networkPolicy } from './schema/platform.ts';
import { imageTag, listMap, objectName, pullPolicy } from './schema/primitives.ts';
import { release } from './schema/release.ts';
import { rollout } from './schema/rollout.ts';
import { autoscaling, customServices, replicas, services } from './schema/service.ts';
import { status } from './schema/status.ts';
import { data, eventBus } from './schema/stores.ts';

export const group = 'ecommercestack.dev';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;
export const kind = 'EcommerceStack';

const imageDefaults = z
  .object({
    registry: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[a-z0-9]([a-z0-9._:/-]*[a-z0-9])?$/)
      .describe(
        'Registry and path in front of every image that follows `<registry>/<object name>:<version>`. Default: ecommercestack. Example: registry.example.com/shop.',
      )
      .default('ecommercestack'),
    pullPolicy: pullPolicy.describe('When nodes pull images. Default: IfNotPresent.').default('IfNotPresent'),
    pullSecrets: listMap(
      z
        .object({
          name: objectName.describe('Name of the Secret, in the namespace of the stack. Example: regcred.'),
        })
        .describe('One Secret of type kubernetes.io/dockerconfigjson.'),
      'name',
      8,
    )
      .describe('Secrets with registry credentials, at most 8. Default: none. Example: [{name: regcred}].')
      .optional(),
  })
  .describe('Where images come from. A change is a new revision of every service it touches.');

const monolith = z
  .object({
    replicas: replicas.optional(),
    autoscaling: autoscaling.optional(),
    resources: resources.optional(),
    rollout: rollout.optional(),
  })
  .describe('Settings of the one process that holds every service whose placement is Monolith.');

const orderSaga = z
  .object({
    type: z
      .enum(['Orchestration', 'Choreography'])
      .describe(
        'Orchestration: the order service drives each step. Choreography: services react to events of each other. A change affects new orders only. Default: Orchestration.',
      )
      .default('Orchestration'),
  })
  .describe('How an order is carried out over several services.');

export const spec = z
  .object({
    blueprint: z
      .enum(['v1'])
      .describe(
        'Generation of built-in services, profile values and rendering. Kept as it was at creation, so that a new operator restarts nothing. Default: v1.',
      )
      .default('v1'),
    paused: z
      .boolean()
      .describe(
        'true keeps the operator from changing anything but aborting canaries; nothing is repaired meanwhile. Default: false.',
      )
      .default(false),
    version: imageTag.describe(
      'Image tag of every service that sets none of its own. Changing it rolls those services. Example: v1.2.3.',
    ),
    imageDefaults: imageDefaults.prefault({}),
    profile: z
      .enum(['Dev', 'Production'])
      .describe(
        'Set of defaults for replicas, resources, disruption budgets and stores: Dev is small and forgetful, Production redundant and keeps data. What is set explicitly wins. Default: Dev.',
      )
      .default('Dev'),
    topology: z
      .enum(['Microservices', 'Monolith'])
      .describe(
        'Default placement of services: pods of their own, or all in one process. Services can be moved one by one with services[].placement. Default: Microservices.',
      )
      .default('Microservices'),
    monolith: monolith.optional(),
    orderSaga: orderSaga.prefault({}),
    exposure: exposure.optional(),
    mesh: mesh.prefault({}),
    eventBus: eventBus.prefault({}),
    data: data.prefault({}),
    apiGateway: apiGateway.prefault({}),
    services: services.optional(),
    customServices: customServices.optional(),
    release: release.optional(),
    networkPolicy: networkPolicy.prefault({}),
    monitoring: monitoring.prefault({}),
  })
  .describe('What the stack should be.');

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  generation: z.int().optional(),
});

/** The whole resource as the API server holds it. */
export const ecommerceStack = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal(kind),
  metadata,
  spec,
  status: status.optional(),
});

/** A stack as read from the API server: every constant default is filled in. */
export type EcommerceStack = z.output<typeof ecommerceStack>;
export type EcommerceStackSpec = EcommerceStack['spec'];
export type EcommerceStackStatus = z.output<typeof status>;
export type ServiceStatus = NonNullable<EcommerceStackStatus['services']>[number];
export type Condition = NonNullable<EcommerceStackStatus['conditions']>[number];
export type ServiceSpec = NonNullable<EcommerceStackSpec['services']>[number];
export type CustomServiceSpec = NonNullable<EcommerceStackSpec['customServices']>[number];
/** A stack as a person writes it: defaults may be left out. */
export type EcommerceStackInput = z.input<typeof ecommerceStack>;
