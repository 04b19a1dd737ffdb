import type { Mutant } from '../mutants/mutant.ts';

/** Operators that can be made to act for a tenant where the tenant may not; `tenant` has to catch each. */
export const tenantMutants: readonly Mutant[] = [
  {
    name: 'takes-namesakes',
    sentence: 'The operator takes over objects of others that have the name of one it wants.',
    module: 'operator/src/cluster/apply.ts',
    find: "if (ownership === 'Foreign' || (ownership === 'Orphan' && !wasApplied(live))) {",
    replace: "if (ownership === 'Nobody') {",
  },
  {
    name: 'gives-hosts-to-elders',
    sentence: 'The operator gives a host that is served to an older stack that asks for it later.',
    module: 'operator/src/status/claims.ts',
    find: 'return mine === theirs ? isOlder(other, stack) : theirs;',
    replace: 'return isOlder(other, stack);',
  },
  {
    name: 'compares-hosts-as-text',
    sentence: 'The operator lets a tenant have a host below a wildcard of others.',
    module: 'operator/src/status/claims.ts',
    find: "return claimed === host || (claimed.startsWith('*.') && host.endsWith(claimed.slice(1)));",
    replace: 'return claimed === host;',
  },
  {
    name: 'lets-labels-win',
    sentence: 'The operator puts the labels of the specification over its own.',
    module: 'operator/src/desired/pod-template.ts',
    find: "...(intent.meshed && { 'sidecar.istio.io/inject': 'true' }),",
    replace: "...(intent.meshed && { 'sidecar.istio.io/inject': 'true' }),\n        ...pod.labels,",
  },
  {
    name: 'exports-to-all',
    sentence: 'The operator exports mesh objects to every namespace.',
    module: 'operator/src/desired/mesh.ts',
    find: "const ownNamespace = '.';",
    replace: "const ownNamespace = '*';",
  },
  {
    name: 'reads-secrets',
    sentence: 'The operator reads a Secret for a stack that names it.',
    module: 'operator/src/controller/reconcile.ts',
    find: 'const seen = observe(cluster, stack);',
    replace: `const seen = observe(cluster, stack);
  const named = { name: 'victim-credentials', namespace: stack.metadata.namespace };
  void cluster.find({ apiVersion: 'v1', kind: 'Secret', metadata: named }).catch(() => undefined);`,
  },
  {
    name: 'loosens-pods',
    sentence: 'The operator lets containers gain privileges.',
    module: 'operator/src/desired/pod-security.ts',
    find: 'allowPrivilegeEscalation: false,',
    replace: 'allowPrivilegeEscalation: true,',
  },
];

/** Kinds of attacks in which each shows; an operator that writes or reads too much shows in any. */
export const showsIn: Readonly<Record<string, readonly string[]>> = {
  'takes-namesakes': ['name-of-others'],
  'gives-hosts-to-elders': ['host-of-others'],
  'compares-hosts-as-text': ['host-of-others'],
  'lets-labels-win': ['label-of-others'],
  'exports-to-all': ['reach-of-policy'],
  'reads-secrets': ['metadata-of-stack'],
  'loosens-pods': ['pod-field'],
};
