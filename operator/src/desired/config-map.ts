import { canonicalJson } from '../api/hash.ts';
import type { KubernetesObject } from '../api/object.ts';
import { labelKeys, objectLabels } from './labels.ts';
import { names } from './names.ts';
import { intentKey, type RevisionIntent, recordIntent } from './revision.ts';

/** Key of the policy inside a live policy ConfigMap, and its file name in the pods. */
export const policyKey = 'policy.json';

/** What a revision was built from, immutable; the pods of that revision mount it and an undo is built from it. */
export function buildRevisionConfig(
  stack: string,
  revision: string,
  intent: RevisionIntent,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: names.revisionConfig(intent.object, revision),
      labels: {
        ...objectLabels(stack, intent.object, 'service'),
        [labelKeys.service]: intent.service,
        [labelKeys.revision]: revision,
      },
    },
    immutable: true,
    data: { [intentKey]: recordIntent(intent) },
  };
}

/** Policy that running pods follow without a restart; it is part of no revision. */
export function buildPolicyConfig(
  stack: string,
  service: { name: string; object: string },
  policy: unknown,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: names.policyConfig(service.object),
      labels: { ...objectLabels(stack, service.object, 'service'), [labelKeys.service]: service.name },
    },
    data: { [policyKey]: canonicalJson(policy) },
  };
}

/** Files that an embedded store runs at its first start. */
export function buildInitConfig(
  name: string,
  labels: Record<string, string>,
  files: Record<string, string>,
): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: files };
}
