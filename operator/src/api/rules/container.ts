/** Rules over images, resources, environment and probes. */
import type { EnvironmentSource, EnvironmentVariable, ServiceFields } from '../completed.ts';
import { exceeds } from '../quantity.ts';
import { count, eachService, eachWorkload, type Rule, ruleFor } from './rule.ts';

/** Variables that the operator sets on every container. */
export const reservedVariables = [
  'SERVICE',
  'SERVICES',
  'SERVICE_VERSION',
  'PORT',
  'POD_NAME',
  'POD_NAMESPACE',
] as const;

type Image = NonNullable<ServiceFields['image']>;
type Resources = NonNullable<ServiceFields['resources']>;
type ValueFrom = NonNullable<EnvironmentVariable['valueFrom']>;

const resourcePaths = [
  ...eachWorkload('.resources'),
  ...[
    'spec.data.postgres.embedded',
    'spec.data.postgres.cloudNativePG',
    'spec.data.mongodb.embedded',
    'spec.data.mongodb.percona',
    'spec.data.redis.embedded',
    'spec.data.search.embedded',
    'spec.data.search.openSearch',
    'spec.data.search.eck',
    'spec.eventBus.kafka.embedded',
    'spec.eventBus.kafka.strimzi',
  ].map((path) => `${path}.resources`),
];

function withinLimit(resource: 'cpu' | 'memory' | 'ephemeral-storage', code: Rule['code']): Rule {
  // How CEL spells a member with a dash.
  const member = resource.replace('-', '__dash__');
  return ruleFor<Resources>({
    code,
    at: resourcePaths,
    field: `.requests`,
    cel: `!self.?requests.?${member}.hasValue() || !self.?limits.?${member}.hasValue() || quantity(string(self.requests.${member})).compareTo(quantity(string(self.limits.${member}))) <= 0`,
    message: `requests.${resource} is above limits.${resource}: lower the request or raise the limit`,
    holds: ({ requests, limits }) => {
      const request = requests?.[resource];
      const limit = limits?.[resource];
      return request === undefined || limit === undefined || !exceeds(request, limit);
    },
  });
}

/** An image of ours under another name is told with SERVICE what it is, so custom services may set that one. */
function reservedNames(at: string, names: readonly string[]): Rule {
  return ruleFor<EnvironmentVariable>({
    code: 'ECS0105',
    at: [at],
    field: '.name',
    reason: 'FieldValueForbidden',
    cel: `!(self.name in [${names.map((name) => `'${name}'`).join(', ')}])`,
    message: `${names.join(', ')} are set by the operator: use another name`,
    holds: ({ name }) => !names.includes(name),
  });
}

export const containerRules: readonly Rule[] = [
  ruleFor<Image>({
    code: 'ECS0101',
    at: ['spec.services[].image'],
    cel: 'has(self.tag) != has(self.digest)',
    message: 'set exactly one of tag and digest',
    holds: ({ tag, digest }) => count(tag, digest) === 1,
  }),
  withinLimit('cpu', 'ECS0102'),
  withinLimit('memory', 'ECS0103'),
  withinLimit('ephemeral-storage', 'ECS0114'),
  ruleFor<EnvironmentVariable>({
    code: 'ECS0104',
    at: eachService('.env[]'),
    cel: 'has(self.value) != has(self.valueFrom)',
    message: 'set exactly one of value and valueFrom',
    holds: ({ value, valueFrom }) => count(value, valueFrom) === 1,
  }),
  reservedNames('spec.services[].env[]', reservedVariables),
  reservedNames(
    'spec.customServices[].env[]',
    reservedVariables.filter((name) => name !== 'SERVICE'),
  ),
  ruleFor<ValueFrom>({
    code: 'ECS0106',
    at: eachService('.env[].valueFrom'),
    cel: '[has(self.secretKeyRef), has(self.configMapKeyRef), has(self.fieldRef)].filter(given, given).size() == 1',
    message: 'set exactly one of secretKeyRef, configMapKeyRef and fieldRef',
    holds: ({ secretKeyRef, configMapKeyRef, fieldRef }) =>
      count(secretKeyRef, configMapKeyRef, fieldRef) === 1,
  }),
  ruleFor<EnvironmentSource>({
    code: 'ECS0107',
    at: eachService('.envFrom[]'),
    cel: 'has(self.secretRef) != has(self.configMapRef)',
    message: 'set exactly one of secretRef and configMapRef',
    holds: ({ secretRef, configMapRef }) => count(secretRef, configMapRef) === 1,
  }),
  ruleFor<Record<string, string>>({
    code: 'ECS0108',
    at: eachService('.pod.labels'),
    reason: 'FieldValueForbidden',
    cel: "!('app' in self) && !('version' in self) && !self.exists(key, key.startsWith('app.kubernetes.io/') || key.startsWith('ecommercestack.dev/'))",
    message:
      'labels app, version, app.kubernetes.io/* and ecommercestack.dev/* belong to the operator: use other keys',
    holds: (labels) =>
      !Object.keys(labels).some((key) =>
        /^(app|version)$|^(app\.kubernetes\.io|ecommercestack\.dev)\//.test(key),
      ),
  }),
];
