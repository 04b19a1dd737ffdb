/** Rules over one service, built-in, custom or the monolith. */
import { topology } from '@ecommercestack/contracts/topology';
import type { Autoscaling, ServiceFields } from '../completed.ts';
import { toMilliseconds } from '../duration.ts';
import type { CustomServiceSpec } from '../ecommercestack.ts';
import { count, eachService, eachWorkload, type Rule, ruleFor } from './rule.ts';

type Scaled = Pick<ServiceFields, 'replicas' | 'autoscaling'>;
type Placed = Partial<ServiceFields>;
type Budget = NonNullable<ServiceFields['disruptionBudget']>;

/** Names that built-in objects have already. */
export const takenNames: readonly string[] = [
  ...new Set([...topology.flatMap((row) => [row.name, row.objectName]), 'shop', 'monolith']),
];

const ownPodFields = [
  'version',
  'image',
  'replicas',
  'autoscaling',
  'resources',
  'env',
  'envFrom',
  'probes',
  'disruptionBudget',
  'pod',
  'rollout',
] as const;

export const serviceRules: readonly Rule[] = [
  ruleFor<CustomServiceSpec>({
    code: 'ECS0211',
    at: ['spec.customServices[]'],
    field: '.image',
    cel: '[has(self.image.tag), has(self.image.digest), has(self.version)].filter(given, given).size() == 1',
    message: 'set exactly one of image.tag, image.digest and version',
    holds: ({ image, version }) => count(image.tag, image.digest, version) === 1,
  }),
  ruleFor<Placed>({
    code: 'ECS0201',
    at: ['spec.services[]'],
    field: '.version',
    reason: 'FieldValueForbidden',
    cel: '!(has(self.version) && has(self.image))',
    message: 'image names its own tag: remove version, or remove image and keep version',
    holds: ({ version, image }) => count(version, image) < 2,
  }),
  ruleFor<Scaled>({
    code: 'ECS0202',
    at: eachWorkload(),
    field: '.replicas',
    reason: 'FieldValueForbidden',
    cel: '!(has(self.replicas) && has(self.autoscaling))',
    message: 'autoscaling chooses the number of pods: remove replicas, or remove autoscaling',
    holds: ({ replicas, autoscaling }) => count(replicas, autoscaling) < 2,
  }),
  ruleFor<Placed>({
    code: 'ECS0203',
    at: eachService(),
    field: '.external',
    reason: 'FieldValueRequired',
    cel: "!has(self.placement) || self.placement != 'External' || has(self.external)",
    message: 'placement External needs external.url, the address where the service runs',
    holds: ({ placement, external }) => placement !== 'External' || external !== undefined,
  }),
  ruleFor<Placed>({
    code: 'ECS0204',
    at: eachService(),
    field: '.external',
    reason: 'FieldValueForbidden',
    cel: "!has(self.external) || (has(self.placement) && self.placement == 'External')",
    message: 'external is for placement External only: set placement to External, or remove external',
    holds: ({ placement, external }) => external === undefined || placement === 'External',
  }),
  ruleFor<Placed>({
    code: 'ECS0205',
    at: ['spec.services[]'],
    field: '.placement',
    cel: `!has(self.placement) || self.placement != 'Monolith' || !(${ownPodFields.map((field) => `has(self.${field})`).join(' || ')})`,
    message: `a service with placement Monolith has no pods of its own: remove ${ownPodFields.join(', ')} here and use spec.monolith`,
    holds: (service) =>
      service.placement !== 'Monolith' || !ownPodFields.some((field) => service[field] !== undefined),
  }),
  ruleFor<CustomServiceSpec>({
    code: 'ECS0206',
    at: ['spec.customServices[]'],
    field: '.placement',
    cel: "!has(self.placement) || self.placement != 'Monolith'",
    message: 'a custom service is not part of the monolith: use placement Standalone',
    holds: ({ placement }) => placement !== 'Monolith',
  }),
  ruleFor<CustomServiceSpec>({
    code: 'ECS0207',
    at: ['spec.customServices[]'],
    field: '.name',
    reason: 'FieldValueForbidden',
    cel: `!(self.name in [${takenNames.map((name) => `'${name}'`).join(', ')}]) && !self.name.endsWith('-only')`,
    message:
      'the name belongs to a built-in service, or ends in -only as those of half a service do: choose another one, or configure it under spec.services',
    holds: ({ name }) => !takenNames.includes(name) && !name.endsWith('-only'),
  }),
  ruleFor<Autoscaling>({
    code: 'ECS0208',
    at: eachWorkload('.autoscaling'),
    field: '.minReplicas',
    cel: 'self.minReplicas <= self.maxReplicas',
    message: 'minReplicas is above maxReplicas: lower it or raise maxReplicas',
    holds: ({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas,
  }),
  ruleFor<Autoscaling>({
    code: 'ECS0210',
    at: eachWorkload('.autoscaling'),
    field: '.scaleDownStabilization',
    cel: "duration(self.scaleDownStabilization) <= duration('1h')",
    message: 'an autoscaler looks back one hour at most: shorten scaleDownStabilization to 1h or less',
    holds: ({ scaleDownStabilization }) => toMilliseconds(scaleDownStabilization) <= 3_600_000,
  }),
  ruleFor<Budget>({
    code: 'ECS0209',
    at: eachService('.disruptionBudget'),
    cel: 'has(self.minAvailable) != has(self.maxUnavailable)',
    message: 'set exactly one of minAvailable and maxUnavailable',
    holds: ({ minAvailable, maxUnavailable }) => count(minAvailable, maxUnavailable) === 1,
  }),
];
