import type { Mutant } from '../mutants/mutant.ts';

const policies = 'charts/ecommercestack-operator/templates/policies.yaml';
const roles = 'charts/ecommercestack-operator/templates/roles.yaml';

/** Policies and roles that let somebody do what nobody gave them; `rollout-rights` has to catch each. */
export const rightsMutants: readonly Mutant[] = [
  {
    name: 'trusts-names',
    sentence: 'The policy believes whatever name stands in an action.',
    module: policies,
    find: 'object.spec.requestedBy == request.userInfo.username',
    replace: 'object.spec.requestedBy.size() > 0',
  },
  {
    name: 'confuses-rights',
    sentence: 'The policy asks for the right to promote where somebody aborts.',
    module: policies,
    find: "''Abort'': ''abort''",
    replace: "''Abort'': ''promote''",
  },
  {
    name: 'opens-freezes',
    sentence: 'The policy asks for no right to act inside a freeze window.',
    module: policies,
    find: "'!object.spec.overrideFreeze || authorizer",
    replace: "'true || authorizer",
  },
  {
    name: 'forgets-custom-services',
    sentence: 'The policy lets anybody change rollouts of custom services.',
    module: policies,
    find: 'variables.servicesKept && variables.customServicesKept &&',
    replace: 'variables.servicesKept &&',
  },
  {
    name: 'forgets-windows',
    sentence: 'The policy lets anybody open release windows or a pause.',
    module: policies,
    find: 'variables.monolithKept && variables.releaseKept)',
    replace: 'variables.monolithKept)',
  },
  {
    name: 'gives-promoters-abort',
    sentence: 'The role of promoters allows abort.',
    module: roles,
    find: 'ecommercestacks/retry, ecommercestacks/pause]',
    replace: 'ecommercestacks/retry, ecommercestacks/pause, ecommercestacks/abort]',
  },
];
