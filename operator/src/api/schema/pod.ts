/** Where and how pods run: placement on nodes and pod-level settings. */
import { z } from 'zod';
import { annotationMap, labelKey, labelMap, labelValue, listAtomic, objectName } from './primitives.ts';

const expression = (operators: readonly [string, ...string[]], what: string) =>
  z
    .object({
      key: labelKey.describe(`Key of the ${what}. Example: topology.kubernetes.io/zone.`),
      operator: z.enum(operators).describe('How the values are compared.'),
      values: listAtomic(labelValue, 16)
        .describe('Values to compare with; empty for Exists and DoesNotExist. Example: [zone-a, zone-b].')
        .optional(),
    })
    .describe(`One condition on a ${what}.`);

const nodeTerm = z
  .object({
    matchExpressions: listAtomic(
      expression(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'], 'node label'),
      8,
    )
      .describe('Conditions on node labels; all must hold.')
      .optional(),
  })
  .describe('Conditions that one node must meet together.');

const labelSelector = z
  .object({
    matchLabels: labelMap(8).describe('Labels that the pods carry with exactly these values.').optional(),
    matchExpressions: listAtomic(expression(['In', 'NotIn', 'Exists', 'DoesNotExist'], 'pod label'), 8)
      .describe('Conditions on pod labels; all must hold.')
      .optional(),
  })
  .describe('Which pods of the namespace are meant. Default: the pods of this service.');

const podTerm = z
  .object({
    labelSelector: labelSelector.optional(),
    topologyKey: labelKey.describe(
      'Node label whose equal values make up one place. Example: topology.kubernetes.io/zone.',
    ),
  })
  .describe('Pods to stay near to or away from, and what counts as the same place.');

const preference = z.int32().min(1).max(100).describe('How much this preference counts, 1 to 100.');

const podAffinity = (what: string) =>
  z
    .object({
      requiredDuringSchedulingIgnoredDuringExecution: listAtomic(podTerm, 4)
        .describe('Terms that must hold, or the pod stays Pending.')
        .optional(),
      preferredDuringSchedulingIgnoredDuringExecution: listAtomic(
        z.object({ weight: preference, podAffinityTerm: podTerm }).describe('One weighted preference.'),
        4,
      )
        .describe('Terms that the scheduler tries to meet.')
        .optional(),
    })
    .describe(what);

const affinity = z
  .object({
    nodeAffinity: z
      .object({
        requiredDuringSchedulingIgnoredDuringExecution: z
          .object({
            nodeSelectorTerms: listAtomic(nodeTerm, 4).min(1).describe('Alternatives; one must hold.'),
          })
          .describe('Conditions that a node must meet, or the pod stays Pending.')
          .optional(),
        preferredDuringSchedulingIgnoredDuringExecution: listAtomic(
          z.object({ weight: preference, preference: nodeTerm }).describe('One weighted preference.'),
          4,
        )
          .describe('Conditions that the scheduler tries to meet.')
          .optional(),
      })
      .describe('Which nodes the pods may or should run on.')
      .optional(),
    podAffinity: podAffinity('Which pods these pods should run near to.').optional(),
    podAntiAffinity: podAffinity('Which pods these pods should keep away from.').optional(),
  })
  .describe('Scheduling preferences, as in core/v1 Affinity without namespaces. Default: none.');

const toleration = z
  .object({
    key: z
      .string()
      .max(253)
      .regex(
        /^(([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
      )
      .describe('Taint key; empty with operator Exists means every taint. Example: dedicated.')
      .optional(),
    operator: z.enum(['Exists', 'Equal']).describe('How the value is compared. Default: Equal.').optional(),
    value: labelValue.describe('Taint value for operator Equal. Example: shop.').optional(),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
      .describe('Taint effect that is tolerated. Default: all effects.')
      .optional(),
    tolerationSeconds: z
      .int()
      .min(0)
      .max(86400)
      .describe('Seconds that a pod stays after a NoExecute taint appears. Default: for ever.')
      .optional(),
  })
  .describe('One taint that the pods tolerate.');

const spreadConstraint = z
  .object({
    maxSkew: z
      .int32()
      .min(1)
      .max(100)
      .describe('Largest difference in the number of pods between two places. Example: 1.'),
    topologyKey: labelKey.describe(
      'Node label whose equal values make up one place. Example: topology.kubernetes.io/zone.',
    ),
    whenUnsatisfiable: z
      .enum(['DoNotSchedule', 'ScheduleAnyway'])
      .describe('What happens when the skew cannot be kept: the pod waits, or is placed all the same.'),
  })
  .describe('One rule for spreading the pods of this service; the selector is filled in by the operator.');

export const pod = z
  .object({
    annotations: annotationMap(32)
      .describe(
        'Annotations put on the pods. A change is a new revision and rolls the pods. Example: {example.com/owner: identity}.',
      )
      .optional(),
    labels: labelMap(16)
      .describe(
        'Labels put on the pods. Those of the operator (app, version, app.kubernetes.io/*, ecommercestack.dev/*) are refused. Example: {example.com/tier: backend}.',
      )
      .optional(),
    nodeSelector: labelMap(16)
      .describe('Labels that a node must carry. Example: {kubernetes.io/arch: amd64}.')
      .optional(),
    tolerations: listAtomic(toleration, 16)
      .describe('Taints that the pods tolerate. Default: none.')
      .optional(),
    affinity: affinity.optional(),
    topologySpreadConstraints: listAtomic(spreadConstraint, 4)
      .describe('How pods of the service spread over nodes or zones.')
      .meta({ 'x-computed-default': 'Dev none; Production one a node where possible' })
      .optional(),
    priorityClassName: objectName
      .describe('PriorityClass of the pods: who is evicted last. Default: the default of the cluster.')
      .optional(),
    terminationGracePeriodSeconds: z
      .int()
      .min(1)
      .max(3600)
      .describe(
        'Seconds that a pod gets to drain and close after SIGTERM before it is killed. Default: 40. More keeps long requests alive and makes rollouts slower.',
      )
      .optional(),
  })
  .describe('Pod-level settings. A change is a new revision and rolls the pods.');

export const serviceAccount = z
  .object({
    annotations: annotationMap(16)
      .describe(
        'Annotations of the ServiceAccount, for example for a cloud identity. Example: {iam.gke.io/gcp-service-account: shop@example.iam.gserviceaccount.com}.',
      )
      .optional(),
  })
  .describe(
    'ServiceAccount of the service; its name is the object name of the service and is its identity in the mesh.',
  );
