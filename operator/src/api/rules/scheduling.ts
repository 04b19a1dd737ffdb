/** Rules over where pods run: what the API server asks of affinities, tolerations and spread constraints. */
import type { ServiceFields } from '../completed.ts';
import { eachService, type Rule, ruleFor } from './rule.ts';

type Pod = NonNullable<ServiceFields['pod']>;
type Toleration = NonNullable<Pod['tolerations']>[number];
type Spread = NonNullable<Pod['topologySpreadConstraints']>;
type Expression = { operator: string; values?: readonly string[] };

const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';

const podTerms = ['podAffinity', 'podAntiAffinity'].flatMap((kind) => [
  `${kind}.${required}[]`,
  `${kind}.${preferred}[].podAffinityTerm`,
]);

/** Where labels of pods are named in an affinity. */
export const affinityLabelPlaces: readonly string[] = podTerms.flatMap((term) =>
  eachService(`.pod.affinity.${term}.labelSelector.matchLabels`),
);

const expressionPlaces = [
  `nodeAffinity.${required}.nodeSelectorTerms[].matchExpressions[]`,
  `nodeAffinity.${preferred}[].preference.matchExpressions[]`,
  ...podTerms.map((term) => `${term}.labelSelector.matchExpressions[]`),
].flatMap((place) => eachService(`.pod.affinity.${place}`));

function takesValues({ operator, values = [] }: Expression): boolean {
  if (operator === 'In' || operator === 'NotIn') return values.length > 0;
  if (operator === 'Exists' || operator === 'DoesNotExist') return values.length === 0;
  return values.length === 1;
}

export const schedulingRules: readonly Rule[] = [
  ruleFor<Expression>({
    code: 'ECS0109',
    at: expressionPlaces,
    field: '.values',
    cel: "[self.?values.orValue([]).size()].all(n, self.operator.endsWith('In') ? n > 0 : (self.operator.contains('Exist') ? n == 0 : n == 1))",
    message: 'In and NotIn need values, Exists and DoesNotExist take none, Gt and Lt take one',
    holds: takesValues,
  }),
  ruleFor<Toleration>({
    code: 'ECS0110',
    at: eachService('.pod.tolerations[]'),
    field: '.value',
    reason: 'FieldValueForbidden',
    cel: "!has(self.operator) || self.operator != 'Exists' || !has(self.value) || self.value == ''",
    message: 'operator Exists compares no value: remove value, or set operator to Equal',
    holds: ({ operator, value = '' }) => operator !== 'Exists' || value === '',
  }),
  ruleFor<Toleration>({
    code: 'ECS0111',
    at: eachService('.pod.tolerations[]'),
    field: '.key',
    reason: 'FieldValueRequired',
    cel: "(has(self.operator) && self.operator == 'Exists') || (has(self.key) && self.key != '')",
    message: 'operator Equal, the default, needs the key of a taint: add key, or set operator to Exists',
    holds: ({ operator, key = '' }) => operator === 'Exists' || key !== '',
  }),
  ruleFor<Toleration>({
    code: 'ECS0112',
    at: eachService('.pod.tolerations[]'),
    field: '.tolerationSeconds',
    reason: 'FieldValueForbidden',
    cel: "!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",
    message: 'only NoExecute evicts pods after a time: set effect to NoExecute, or remove tolerationSeconds',
    holds: ({ tolerationSeconds, effect }) => tolerationSeconds === undefined || effect === 'NoExecute',
  }),
  ruleFor<Spread>({
    code: 'ECS0113',
    at: eachService('.pod.topologySpreadConstraints'),
    cel: 'self.all(one, self.filter(other, other.topologyKey == one.topologyKey && other.whenUnsatisfiable == one.whenUnsatisfiable).size() == 1)',
    message: 'two constraints have the same topologyKey and whenUnsatisfiable: keep the stricter one',
    holds: (constraints) =>
      new Set(constraints.map((one) => `${one.whenUnsatisfiable} ${one.topologyKey}`)).size ===
      constraints.length,
  }),
];
