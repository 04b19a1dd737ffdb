/** What stands in a service's container: image, resources, environment, probes. */
import { z } from 'zod';
import {
  dataKey,
  imageTag,
  listAtomic,
  listMap,
  objectName,
  portNumber,
  positiveSeconds,
  pullPolicy,
  quantity,
  urlPath,
  wholeSeconds,
} from './primitives.ts';

export const image = z
  .object({
    repository: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[a-z0-9]+([._:-][a-z0-9]+|__[a-z0-9]+|--[a-z0-9]+|\/[a-z0-9]+)*$/)
      .describe(
        'Registry and repository of the image, without tag and digest. Example: registry.example.com/shop/user-service.',
      ),
    tag: imageTag
      .describe(
        'Tag of the image; it is also the value of the label `version` on the pods. Set either `tag` or `digest`. Example: v1.3.0.',
      )
      .optional(),
    digest: z
      .string()
      .max(71)
      .regex(/^sha256:[a-f0-9]{64}$/)
      .describe(
        'Digest that pins the image to exact content. Set either `digest` or `tag`. The label `version` becomes its first 12 characters. Example: sha256: followed by 64 hexadecimal characters.',
      )
      .optional(),
    pullPolicy: pullPolicy
      .describe('When the node pulls this image.')
      .meta({ 'x-computed-default': 'spec.imageDefaults.pullPolicy' })
      .optional(),
  })
  .describe(
    'Image of this service in full, where it does not follow `<registry>/<object name>:<version>`. Setting it excludes `version`; a change is a new revision and rolls the pods.',
  );

const amounts = (what: string) =>
  z.object({
    cpu: quantity
      .describe(`CPU ${what}, in cores; m means thousandths. Example: 250m.`)
      .meta({ 'x-computed-default': 'from spec.profile' })
      .optional(),
    memory: quantity
      .describe(`Memory ${what}, in bytes; Mi and Gi are binary multiples. Example: 256Mi.`)
      .meta({ 'x-computed-default': 'from spec.profile' })
      .optional(),
    'ephemeral-storage': quantity
      .describe(`Local disk ${what}, in bytes: writable layer, logs, emptyDir. Default: none. Example: 1Gi.`)
      .optional(),
  });

/** Requests and limits; members that are left out come from the profile. */
export const resources = z
  .object({
    requests: amounts('that the scheduler reserves')
      .describe(
        'What the scheduler reserves on a node for each pod. More makes pods harder to place and steadier under load.',
      )
      .optional(),
    limits: amounts('that a container may not exceed')
      .describe(
        'What a container may not exceed: CPU above it is throttled, memory above it ends the container (OOMKilled).',
      )
      .optional(),
  })
  .describe(
    'CPU and memory of one pod. Each member that is left out keeps the value of the profile; a change is a new revision and rolls the pods.',
  );

const keyReference = (kind: string) =>
  z.object({
    name: objectName.describe(`Name of the ${kind}, in the namespace of the stack. Example: db-credentials.`),
    key: dataKey.describe(`Key inside the ${kind} whose value is taken. Example: host.`),
    optional: z
      .boolean()
      .describe(
        `Whether the pod starts without the variable when the ${kind} or its key is missing; otherwise the pod waits for it. Default: false.`,
      )
      .optional(),
  });

const environmentName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

const environmentVariable = z
  .object({
    name: environmentName.describe(
      'Name of the variable. Those that the operator sets itself (SERVICE, SERVICES, SERVICE_VERSION, PORT, POD_NAME, POD_NAMESPACE) are refused; a custom service may set SERVICE. Example: DB_HOST.',
    ),
    value: z
      .string()
      .max(1024)
      .describe(
        'Value as plain text, at most 1024 characters; `$(NAME)` refers to a variable defined before. Secrets belong into `valueFrom.secretKeyRef`. Example: info.',
      )
      .optional(),
    valueFrom: z
      .object({
        secretKeyRef: keyReference('Secret')
          .describe(
            'Takes the value from a Secret. Values stay in the Secret; they are never copied and never part of a revision.',
          )
          .optional(),
        configMapKeyRef: keyReference('ConfigMap').describe('Takes the value from a ConfigMap.').optional(),
        fieldRef: z
          .object({
            fieldPath: z
              .string()
              .min(1)
              .max(253)
              .regex(
                /^(metadata\.(name|namespace|uid|(labels|annotations)\['([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?'\])|spec\.(nodeName|serviceAccountName)|status\.(hostIP|hostIPs|podIP|podIPs))$/,
              )
              .describe(
                "Field of the pod, as in the downward API: name, namespace, uid, one label or one annotation of metadata, spec.nodeName, spec.serviceAccountName, or an address of status. Example: status.podIP or metadata.labels['version'].",
              ),
          })
          .describe('Takes the value from a field of the pod itself.')
          .optional(),
      })
      .describe('Source of the value, exactly one of its members, in place of `value`.')
      .optional(),
  })
  .describe('One environment variable.');

export const env = listMap(environmentVariable, 'name', 32).describe(
  'Environment variables of the container beside those that the operator sets, at most 32. A variable of the same name as a store or call address (DATABASE_URL, PRODUCT_URL) replaces it. A change is a new revision and rolls the pods. Example: [{name: DB_HOST, valueFrom: {secretKeyRef: {name: db-secret, key: host}}}].',
);

const sourceReference = (kind: string) =>
  z.object({
    name: objectName.describe(`Name of the ${kind}, in the namespace of the stack. Example: feature-flags.`),
    optional: z
      .boolean()
      .describe(
        `Whether the pod starts when the ${kind} is missing; otherwise it waits for it. Default: false.`,
      )
      .optional(),
  });

const environmentSource = z
  .object({
    prefix: z
      .string()
      .max(64)
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .describe('Text put before every variable name of this source. Default: nothing. Example: FEATURE_.')
      .optional(),
    secretRef: sourceReference('Secret').describe('Takes every key of a Secret as a variable.').optional(),
    configMapRef: sourceReference('ConfigMap')
      .describe('Takes every key of a ConfigMap as a variable.')
      .optional(),
  })
  .describe('One source of variables: either `secretRef` or `configMapRef`.');

export const envFrom = listAtomic(environmentSource, 16).describe(
  'Secrets and ConfigMaps whose keys all become environment variables, at most 16; later ones win. `env` wins over all of them. Example: [{secretRef: {name: mail-credentials}}].',
);

const probe = (what: string, path: string, timing: string) =>
  z
    .object({
      path: urlPath.describe(`Path of the GET request. Default: ${path}.`).optional(),
      port: portNumber.describe('Port of the request. Default: the container port.').optional(),
      initialDelay: wholeSeconds
        .describe(
          `Time between the container's start and the first probe, in whole seconds. Default: ${timing}. Example: 30s.`,
        )
        .optional(),
      period: positiveSeconds
        .describe('Time between two probes, in whole seconds, at least 1s. Example: 10s.')
        .meta({ 'x-computed-default': 'liveness 10s, readiness 5s, startup 2s' })
        .optional(),
      timeout: positiveSeconds
        .describe('Time after which an unanswered probe counts as failed, in whole seconds. Default: 5s.')
        .optional(),
      failureThreshold: z
        .int32()
        .min(1)
        .max(300)
        .describe('Failures in a row after which the probe counts as failed.')
        .meta({ 'x-computed-default': 'liveness 6, readiness 3, startup 150' })
        .optional(),
    })
    .describe(what);

export const probes = z
  .object({
    liveness: probe('Restarts the container when it fails.', '/health', '0s').optional(),
    readiness: probe('Takes the pod out of its Service while it fails.', '/ready', '0s').optional(),
    startup: probe(
      'Holds the other two back until it succeeds once, so that a slow start is not a failure.',
      '/health',
      '0s',
    ).optional(),
  })
  .describe(
    'HTTP probes of the container. Members that are left out keep their defaults; a change is a new revision and rolls the pods.',
  );
