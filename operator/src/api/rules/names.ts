/** Rules over the keys of maps, which a schema alone cannot judge. */
import { eachService, eachWorkload, type Rule, ruleFor } from './rule.ts';
import { affinityLabelPlaces } from './scheduling.ts';

const labelPlaces = [
  ...eachService('.pod.labels'),
  ...eachService('.pod.annotations'),
  ...eachService('.pod.nodeSelector'),
  ...affinityLabelPlaces,
  ...eachService('.serviceAccount.annotations'),
  'spec.exposure.ingress.annotations',
  'spec.exposure.istioGateway.selector',
  'spec.networkPolicy.allowFrom[].namespaceLabels',
  'spec.networkPolicy.allowFrom[].podLabels',
  'spec.monitoring.labels',
];

/** Whether `key` may stand as the key of a label or annotation: an optional DNS prefix and a name of 63 characters. */
export function isQualifiedName(key: string): boolean {
  const [name = '', prefix, ...rest] = key.split('/').reverse();
  if (rest.length > 0 || !/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(name)) return false;
  return (
    prefix === undefined ||
    (prefix.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix))
  );
}

export const nameRules: readonly Rule[] = [
  ruleFor<Record<string, unknown>>({
    code: 'ECS0701',
    at: labelPlaces,
    cel: 'self.all(key, !format.qualifiedName().validate(key).hasValue())',
    message:
      'keys are an optional DNS prefix with a slash, then at most 63 letters, digits and -_. such as example.com/team',
    holds: (map) => Object.keys(map).every(isQualifiedName),
  }),
  ruleFor<Record<string, unknown>>({
    code: 'ECS0702',
    at: eachWorkload('.rollout.canary.match[].headers'),
    cel: "self.all(name, name.matches('^[a-z0-9-]+$'))",
    message: 'proxies see header names in lower case: write them with lower-case letters, digits and dashes',
    holds: (headers) => Object.keys(headers).every((name) => /^[a-z0-9-]+$/.test(name)),
  }),
];
