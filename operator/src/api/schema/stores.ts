/** Stores and the event bus: brought along, embedded, or handed to another operator. */
import { z } from 'zod';
import { resources } from './container.ts';
import { dataKey, duration, mapOf, objectName, quantity } from './primitives.ts';

const imageReference = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-zA-Z0-9][-a-zA-Z0-9._/:@]*$/);

const storage = (computed: string, growth: string) =>
  z
    .object({
      size: quantity
        .describe(`Size of the volume of each pod, in bytes. ${growth} Example: 10Gi.`)
        .meta({ 'x-computed-default': computed })
        .optional(),
      className: objectName
        .describe(
          'StorageClass of the volumes. Default: the default class of the cluster. Example: fast-ssd.',
        )
        .optional(),
    })
    .describe('Persistent volume of each pod.');

const sizes = 'Dev 1Gi, Production 20Gi';

const embedded = (image: string) =>
  z
    .object({
      image: imageReference
        .describe('Image of the server, for a mirror or a newer patch.')
        .meta({ 'x-computed-default': image })
        .optional(),
      storage: storage(sizes, 'It cannot change later.').optional(),
      resources: resources.optional(),
    })
    .describe(
      'Settings of the single server that the operator runs itself, for development and CI. Set it with mode Embedded only.',
    );

const managed = (operator: string, kind: string) =>
  z
    .object({
      replicas: z
        .int32()
        .min(1)
        .max(15)
        .describe('Number of servers; three survive the loss of one.')
        .meta({ 'x-computed-default': 'Dev 1, Production 3' })
        .optional(),
      storage: storage(sizes, 'It can grow later where the class allows it.').optional(),
      resources: resources.optional(),
    })
    .describe(
      `Settings of the ${kind} that is handed to ${operator}, which must be installed. Set it with the mode of that name only.`,
    );

const secretRef = (url: string) =>
  z
    .object({
      name: objectName.describe(
        'Name of the Secret, in the namespace of the stack; while it is missing, condition DataReady names it. Example: shop-postgres.',
      ),
      keys: mapOf(dataKey, 32)
        .describe(
          `Key of the Secret that holds the URL for each service, by service name; each value of the Secret is a URL such as ${url}. Default: the name of the service. Example: {user: users-url}.`,
        )
        .optional(),
    })
    .describe(
      'Secret with the addresses of a server that exists already, one key a service, because no service reads the database of another. Set it with mode External only.',
    );

const deletionPolicy = z
  .enum(['Retain', 'Delete'])
  .describe(
    'What happens to the server, its volumes and its password when the stack is deleted: Retain keeps them, and a stack of the same name takes them up again; Delete removes them for good.',
  )
  .meta({ 'x-computed-default': 'Dev Delete, Production Retain' })
  .optional();

function modeOf<const Modes extends readonly [string, ...string[]]>(modes: Modes, other: string) {
  return z
    .enum(modes)
    .describe(
      `Who runs the server. External: somebody else, its addresses come from \`secretRef\`. Embedded: this operator, one server, for development and CI.${other} Default: Embedded.`,
    );
}

const postgres = z
  .object({
    mode: modeOf(
      ['External', 'Embedded', 'CloudNativePG'],
      ' CloudNativePG: its operator, as a Cluster.',
    ).default('Embedded'),
    secretRef: secretRef('postgres://user:password@host:5432/users').optional(),
    embedded: embedded('postgres:18').optional(),
    cloudNativePG: managed('CloudNativePG', 'Cluster').optional(),
    deletionPolicy,
  })
  .describe('PostgreSQL: accounts, orders, payments, stock. One database and one role a service.');

const mongodb = z
  .object({
    mode: modeOf(
      ['External', 'Embedded', 'Percona'],
      ' Percona: the Percona Operator for MongoDB, as a PerconaServerMongoDB.',
    ).default('Embedded'),
    secretRef: secretRef('mongodb://user:password@host:27017/product').optional(),
    embedded: embedded('mongo:8').optional(),
    percona: managed('the Percona Operator for MongoDB', 'PerconaServerMongoDB').optional(),
    deletionPolicy,
  })
  .describe('MongoDB: the catalogue.');

const redis = z
  .object({
    mode: modeOf(['External', 'Embedded'], '').default('Embedded'),
    secretRef: secretRef('redis://:password@host:6379/0').optional(),
    embedded: embedded('redis:7').optional(),
    deletionPolicy,
  })
  .describe('Redis: carts, rate limits and caches.');

const search = z
  .object({
    mode: modeOf(
      ['External', 'Embedded', 'OpenSearch', 'ECK'],
      ' OpenSearch: the OpenSearch operator, as an OpenSearchCluster. ECK: Elastic Cloud on Kubernetes, as an Elasticsearch.',
    ).default('Embedded'),
    secretRef: secretRef('http://host:9200').optional(),
    embedded: embedded('opensearchproject/opensearch:2.19.6').optional(),
    openSearch: managed('the OpenSearch operator', 'OpenSearchCluster').optional(),
    eck: managed('Elastic Cloud on Kubernetes', 'Elasticsearch').optional(),
    deletionPolicy,
  })
  .describe(
    'OpenSearch or Elasticsearch: full-text search of the catalogue; the index can always be rebuilt.',
  );

export const data = z
  .object({
    postgres: postgres.prefault({}),
    mongodb: mongodb.prefault({}),
    redis: redis.prefault({}),
    search: search.prefault({}),
  })
  .describe('Stores. Only those that a running service uses are made.');

const kafka = z
  .object({
    mode: modeOf(
      ['External', 'Embedded', 'Strimzi'],
      ' Strimzi: its operator, as a Kafka with its KafkaTopics.',
    ).default('Embedded'),
    secretRef: z
      .object({
        name: objectName.describe(
          'Name of the Secret, in the namespace of the stack; while it is missing, condition DataReady names it. Example: shop-kafka.',
        ),
        keys: z
          .object({
            brokers: dataKey
              .describe(
                'Key of the Secret that holds the comma-separated addresses of the brokers, such as kafka-0:9092,kafka-1:9092. Default: brokers.',
              )
              .default('brokers'),
          })
          .describe('Which key of the Secret holds what.')
          .prefault({}),
      })
      .describe('Secret with the addresses of a Kafka that exists already. Set it with mode External only.')
      .optional(),
    embedded: embedded('apache/kafka:4.4.0').optional(),
    strimzi: managed('Strimzi', 'Kafka').optional(),
    topics: z
      .object({
        partitions: z
          .int32()
          .min(1)
          .max(1000)
          .describe(
            'Partitions of each topic, the largest number of pods of one service that work on a topic side by side. It can only grow.',
          )
          .meta({ 'x-computed-default': 'Dev 3, Production 12' })
          .optional(),
        retention: duration.describe('Time that events are kept in a topic. Default: 168h.').default('168h'),
      })
      .describe('Topics of the service table.')
      .prefault({}),
    deletionPolicy,
  })
  .describe('Apache Kafka. Set it with type Kafka.');

export const eventBus = z
  .object({
    type: z
      .enum(['Kafka'])
      .describe('Kind of the event bus. Default: Kafka, the only one so far.')
      .default('Kafka'),
    kafka: kafka.prefault({}),
  })
  .describe('Event bus between the services. It is made only when a running service publishes or consumes.');
