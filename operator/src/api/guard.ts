/**
 * Who may ask for what. Rights are plain RBAC on subresources of `ecommercestacks` that exist only for this: the API
 * server itself asks its authorizer for them, in policies that are written in CEL. No webhook, no process of ours.
 */
import { group } from './ecommercestack.ts';
import type { ActionVerb } from './rolloutaction.ts';

/** The subresource of `ecommercestacks` on which an action needs `create`. */
export const actionRights: Readonly<Record<ActionVerb, string>> = {
  SetWeight: 'set-weight',
  Promote: 'promote',
  PromoteFully: 'promote-fully',
  Pause: 'pause',
  Resume: 'resume',
  Abort: 'abort',
  Retry: 'retry',
  Undo: 'undo',
};

/** Rights on top of an action's own: to act inside a freeze window, and to ask for somebody else. */
export const extraRights = { overrideFreeze: 'override-freeze', onBehalfOf: 'on-behalf-of' } as const;

/** The right to change how a stack rolls out; `update` or `create` on it. */
export const rolloutRight = 'rollout';

type Policy = {
  readonly apiVersion: string;
  readonly kind: 'ValidatingAdmissionPolicy' | 'ValidatingAdmissionPolicyBinding';
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
};

/** The policies and their bindings, named after `prefix`; `namespaces` limits them, empty means everywhere. */
export function guardPolicies(prefix: string, namespaces: readonly string[] = []): Policy[] {
  return [
    policy(`${prefix}-actions`, actionGuard),
    binding(`${prefix}-actions`, namespaces),
    policy(`${prefix}-rollouts`, rolloutGuard),
    binding(`${prefix}-rollouts`, namespaces),
  ];
}

const apiVersion = 'admissionregistration.k8s.io/v1';

function policy(name: string, spec: Policy['spec']): Policy {
  return { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec };
}

function binding(name: string, namespaces: readonly string[]): Policy {
  const key = 'kubernetes.io/metadata.name';
  const limits =
    namespaces.length === 0
      ? {}
      : {
          matchResources: {
            namespaceSelector: { matchExpressions: [{ key, operator: 'In', values: [...namespaces] }] },
          },
        };
  return {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'], ...limits },
  };
}

const matching = (operation: string, resource: string) => ({
  resourceRules: [{ apiGroups: [group], apiVersions: ['*'], operations: [operation], resources: [resource] }],
});

/** CEL: whether the author may `verb` the subresource that the expression `right` names. */
const may = (right: string, verb: string): string =>
  `authorizer.group('${group}').resource('ecommercestacks').subresource(${right}).namespace(request.namespace).check('${verb}').allowed()`;

const needs = (right: string): string =>
  `'user ' + request.userInfo.username + ' may not do this in namespace ' + request.namespace + ': it needs the verb create on ecommercestacks/' + ${right} + ' of ${group}'`;

const rightOf = `{${Object.entries(actionRights)
  .map(([verb, right]) => `'${verb}': '${right}'`)
  .join(', ')}}[object.spec.action]`;

const actionGuard = {
  failurePolicy: 'Fail',
  matchConstraints: matching('CREATE', 'rolloutactions'),
  variables: [{ name: 'right', expression: rightOf }],
  validations: [
    {
      expression: 'object.spec.requestedBy == request.userInfo.username',
      messageExpression:
        "'spec.requestedBy must be ' + request.userInfo.username + ', who asks, and is ' + object.spec.requestedBy",
      reason: 'Forbidden',
    },
    {
      expression: may('variables.right', 'create'),
      messageExpression: needs('variables.right'),
      reason: 'Forbidden',
    },
    {
      expression: `!object.spec.overrideFreeze || ${may(`'${extraRights.overrideFreeze}'`, 'create')}`,
      messageExpression: needs(`'${extraRights.overrideFreeze}'`),
      reason: 'Forbidden',
    },
    {
      expression: `!has(object.spec.onBehalfOf) || ${may(`'${extraRights.onBehalfOf}'`, 'create')}`,
      messageExpression: needs(`'${extraRights.onBehalfOf}'`),
      reason: 'Forbidden',
    },
  ],
};

const listOf = (object: string, field: string): string =>
  `has(${object}.spec.${field}) ? ${object}.spec.${field} : []`;

const withRollout = (object: string, field: string): string =>
  `(${listOf(object, field)}).filter(item, has(item.rollout))`;

/** CEL: whether an optional member of the spec is the same before and after. */
const same = (path: string): string =>
  `has(object.spec.${path}) == has(oldObject.spec.${path}) && (!has(object.spec.${path}) || object.spec.${path} == oldObject.spec.${path})`;

/**
 * A built-in service that is left out has the default rollout, so the lists are compared whole; a service of the user's
 * own that comes or goes changes no rollout that was there.
 */
const rolloutGuard = {
  failurePolicy: 'Fail',
  matchConstraints: matching('UPDATE', 'ecommercestacks'),
  variables: [
    { name: 'before', expression: withRollout('oldObject', 'services') },
    { name: 'after', expression: withRollout('object', 'services') },
    { name: 'ownBefore', expression: listOf('oldObject', 'customServices') },
    { name: 'ownAfter', expression: listOf('object', 'customServices') },
    {
      name: 'servicesKept',
      expression:
        'variables.before.size() == variables.after.size() && variables.after.all(a, variables.before.exists(b, b.name == a.name && b.rollout == a.rollout))',
    },
    {
      name: 'customServicesKept',
      expression:
        'variables.ownAfter.all(a, variables.ownBefore.all(b, b.name != a.name || (has(a.rollout) == has(b.rollout) && (!has(a.rollout) || a.rollout == b.rollout))))',
    },
    {
      name: 'monolithKept',
      expression:
        '(has(object.spec.monolith) && has(object.spec.monolith.rollout) ? [object.spec.monolith.rollout] : []) == (has(oldObject.spec.monolith) && has(oldObject.spec.monolith.rollout) ? [oldObject.spec.monolith.rollout] : [])',
    },
    { name: 'releaseKept', expression: `${same('release')} && ${same('paused')}` },
  ],
  validations: [
    {
      expression: `(variables.servicesKept && variables.customServicesKept && variables.monolithKept && variables.releaseKept) || ${may(`'${rolloutRight}'`, 'update')} || ${may(`'${rolloutRight}'`, 'create')}`,
      messageExpression: `'user ' + request.userInfo.username + ' may not change paused, release or a rollout of this stack: that needs the verb update on ecommercestacks/${rolloutRight} of ${group} in namespace ' + request.namespace`,
      reason: 'Forbidden',
    },
  ],
};
