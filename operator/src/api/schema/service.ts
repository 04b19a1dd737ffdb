/** One service of the stack: what may differ from the service table and the profile. */
import { serviceNames } from '@ecommercestack/contracts/topology';
import { z } from 'zod';
import { env, envFrom, image, probes, resources } from './container.ts';
import { allowRule, resilience } from './mesh.ts';
import { pod, serviceAccount } from './pod.ts';
import {
  countOrPercent,
  dataKey,
  duration,
  httpMethod,
  httpUrl,
  imageTag,
  listAtomic,
  listMap,
  listSet,
  objectName,
  portNumber,
  serviceLabel,
} from './primitives.ts';
import { rollout } from './rollout.ts';

const percent = z.int32().min(1).max(100);

/** Number of pods of a service or of the monolith. */
export const replicas = z
  .int32()
  .min(0)
  .max(500)
  .describe(
    'Number of pods. 0 stops the service and keeps its objects. Excludes `autoscaling`. A change restarts no pod that stays.',
  )
  .meta({ 'x-computed-default': 'Dev 1, Production 2 (api-gateway, product and storefront 3)' });

/** HorizontalPodAutoscaler of a service or of the monolith. */
export const autoscaling = z
  .object({
    minReplicas: z.int32().min(1).max(500).describe('Smallest number of pods. Default: 1.').default(1),
    maxReplicas: z.int32().min(1).max(500).describe('Largest number of pods. Example: 10.'),
    targetCPUUtilization: percent
      .describe('Wanted CPU use of all pods in percent of the request. Default: 70.')
      .default(70),
    targetMemoryUtilization: percent
      .describe('Wanted memory use of all pods in percent of the request. Default: memory does not count.')
      .optional(),
    scaleDownStabilization: duration
      .describe('Time over which the highest wish counts before pods are removed. Default: 5m.')
      .default('5m'),
  })
  .describe('Lets a HorizontalPodAutoscaler choose the number of pods. Excludes `replicas`. Default: none.');

const disruptionBudget = z
  .object({
    minAvailable: countOrPercent
      .describe(
        'Pods that must stay, a number or a percentage. Set either this or `maxUnavailable`. Example: 50%.',
      )
      .optional(),
    maxUnavailable: countOrPercent
      .describe(
        'Pods that may be evicted at once, a number or a percentage. 100% allows every eviction. Set either this or `minAvailable`. Example: 1.',
      )
      .optional(),
  })
  .describe('How many pods a drain of nodes may evict at once (PodDisruptionBudget).')
  .meta({ 'x-computed-default': 'Dev none, Production maxUnavailable 1' });

const storeUse = (store: string) =>
  z
    .object({
      secretRef: z
        .object({
          name: objectName.describe('Name of the Secret, in the namespace of the stack. Example: user-db.'),
          key: dataKey.describe('Key of the Secret that holds the URL. Default: url.').default('url'),
        })
        .describe('Secret with the address that this service uses in place of the one of `spec.data`.')
        .optional(),
    })
    .describe(
      `Use of ${store}. Naming it, even as {}, gives a service access to a store that the service table does not give it.`,
    );

const dataUse = z
  .object({
    postgres: storeUse('PostgreSQL, address in DATABASE_URL').optional(),
    mongodb: storeUse('MongoDB, address in MONGODB_URL').optional(),
    redis: storeUse('Redis, address in REDIS_URL').optional(),
    search: storeUse('search, address in SEARCH_URL').optional(),
  })
  .describe('Stores of this service beside or in place of those of the service table.');

const call = z
  .object({
    service: serviceLabel.describe('Name of the service that is called. Example: product.'),
    methods: listSet(httpMethod, 6)
      .min(1)
      .describe('Methods that are used. Default: [GET, HEAD].')
      .default(['GET', 'HEAD']),
  })
  .describe('One service that this service calls.');

const topic = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);

const events = z
  .object({
    publishes: listSet(topic, 16).describe('Topics that it writes. Example: [shop.loyalty.v1].').optional(),
    consumes: listSet(topic, 16).describe('Topics that it reads. Example: [shop.order.v1].').optional(),
  })
  .describe('Topics of this service beside those of the service table; with any, it gets KAFKA_BROKERS.');

const serviceAuthorization = z
  .object({
    methods: listSet(httpMethod, 6)
      .min(1)
      .describe(
        'Narrows what other services of the stack may call here to these methods. Default: what the service table declares. Example: [GET, POST].',
      )
      .optional(),
    allow: listAtomic(allowRule, 16)
      .describe('Callers from outside the stack that may reach this service, at most 16. Default: none.')
      .optional(),
  })
  .describe('Who may call this service, beside what the service table declares.');

const shared = {
  placement: z
    .enum(['Standalone', 'Monolith', 'External', 'Disabled'])
    .describe(
      'Standalone runs the service in pods of its own, Monolith inside the common process, External means that it runs elsewhere at `external.url`, Disabled leaves it out, and calls to it fail. Moving a service loses no data.',
    )
    .meta({ 'x-computed-default': 'Standalone, or Monolith with spec.topology Monolith' })
    .optional(),
  external: z
    .object({
      url: httpUrl.describe('Address that callers are given. Example: https://reviews.example.com.'),
    })
    .describe('Where the service runs. Set it with placement External only.')
    .optional(),
  version: imageTag
    .describe(
      'Tag of the image `<registry>/<object name>:<version>`. Excludes `image`. Changing it rolls the pods. Example: v1.3.0.',
    )
    .meta({ 'x-computed-default': 'spec.version' })
    .optional(),
  replicas: replicas.optional(),
  autoscaling: autoscaling.optional(),
  resources: resources.optional(),
  env: env.optional(),
  envFrom: envFrom.optional(),
  probes: probes.optional(),
  containerPort: portNumber
    .min(1024)
    .describe(
      'Port on which the container listens, also given to it as PORT; 1024 or above, as pods are not root. Default: 8080.',
    )
    .default(8080),
  servicePort: portNumber.describe('Port of the Kubernetes Service. Default: 80.').default(80),
  disruptionBudget: disruptionBudget.optional(),
  data: dataUse.optional(),
  calls: listMap(call, 'service', 32)
    .describe(
      'Services that this service calls beside those of the service table; each becomes an address `<NAME>_URL` and a permission. Example: [{service: product, methods: [GET]}].',
    )
    .optional(),
  events: events.optional(),
  authorization: serviceAuthorization.optional(),
  resilience: resilience.optional(),
  serviceAccount: serviceAccount.optional(),
  pod: pod.optional(),
  rollout: rollout.optional(),
};

const builtIn = z
  .object({
    name: z
      .enum(serviceNames)
      .describe(
        'Name of the built-in service. Its objects are called `<name>-service`, but api-gateway for gateway and storefront for storefront.',
      ),
    image: image.optional(),
    ...shared,
  })
  .describe('One built-in service.');

const custom = z
  .object({
    name: serviceLabel.describe(
      'Name of the service and of all its objects: lower-case letters, digits and dashes, at most 40. Names of built-in services are refused. Example: loyalty.',
    ),
    image: image.describe(
      'Image of this service. Its tag stands here or in `version`; a change is a new revision and rolls the pods.',
    ),
    ...shared,
    version: imageTag
      .describe(
        'Tag of the image, where `image` names neither tag nor digest. Changing it rolls the pods. Example: v1.3.0.',
      )
      .optional(),
  })
  .describe('One service of your own.');

export const services = listMap(builtIn, 'name', serviceNames.length).describe(
  'Built-in services that differ from their defaults. One that is left out runs with its defaults; to leave a service out of the stack, set its placement to Disabled. Example: [{name: user, replicas: 3}].',
);

export const customServices = listMap(custom, 'name', 19).describe(
  'Services of your own beside the built-in ones, at most 19, so that a stack has 32 at most. They get the same objects, rollouts and policies; `image` is required. The container answers GET /health and GET /ready. Example: [{name: loyalty, image: {repository: registry.example.com/loyalty, tag: v1.0.0}}].',
);
