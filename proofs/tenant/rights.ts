import type { AuditEvent } from '../audit.ts';

/** A rule of rbac.authorization.k8s.io/v1, as far as resources go. */
type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
};

/** A Role, or a ClusterRole when it has no namespace. */
export type GrantingRole = { readonly namespace?: string; readonly rules: readonly Rule[] };

/** One right: a verb on a resource of a group, in one namespace or in all, on one name or on all. */
type Right = {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
};

/** Rights by what was done with them. */
type Comparison = {
  readonly held: number;
  readonly used: number;
  /** Held and never used. */
  readonly unused: readonly Right[];
  /** Requests that were refused for want of a right. */
  readonly missing: readonly string[];
};

/** Every single right that the roles grant. */
function rightsOf(roles: readonly GrantingRole[]): Right[] {
  return roles.flatMap(({ namespace, rules }) =>
    rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) =>
            (resourceNames ?? [undefined]).map((name) => ({
              ...{ verb, group, resource },
              ...(namespace !== undefined && { namespace }),
              ...(name !== undefined && { name }),
            })),
          ),
        ),
      ),
    ),
  );
}

/** The rights that a request was judged by: an apply that made its object needed `create` beside `patch`. */
function verbsOf(event: AuditEvent): string[] {
  return event.verb === 'patch' && event.code === 201 ? ['patch', 'create'] : [event.verb];
}

/** Whether a right allows what a request asked with one of its verbs. */
function allows(right: Right, event: AuditEvent, verb: string): boolean {
  const resource = event.subresource === '' ? event.resource : `${event.resource}/${event.subresource}`;
  return (
    right.verb === verb &&
    right.group === event.group &&
    right.resource === resource &&
    (right.namespace === undefined || right.namespace === event.namespace) &&
    (right.name === undefined || right.name === event.name)
  );
}

/** Compares what an account holds with what its requests in the audit log used. */
export function compareRights(roles: readonly GrantingRole[], events: readonly AuditEvent[]): Comparison {
  const held = rightsOf(roles);
  const used = new Set<Right>();
  const missing = new Set<string>();
  for (const event of events) {
    // Paths that are no resources, such as discovery, belong to every authenticated account.
    if (event.resource === '') continue;
    if (event.decision === 'forbid') missing.add(describeUse(event));
    else
      for (const verb of verbsOf(event))
        for (const right of held) if (allows(right, event, verb)) used.add(right);
  }
  return {
    held: held.length,
    used: used.size,
    unused: held.filter((right) => !used.has(right)),
    missing: [...missing],
  };
}

function describeUse({ verb, resource, subresource, group, namespace, name }: AuditEvent): string {
  const what = [resource, subresource].filter((part) => part !== '').join('/');
  const where = namespace === '' ? 'all namespaces' : namespace;
  return `${verb} ${what}.${group || 'core'} in ${where}${name === '' ? '' : ` (${name})`}`;
}

/** A right as a sentence's end. */
export function describeRight({ verb, group, resource, namespace, name }: Right): string {
  const where = namespace === undefined ? 'all namespaces' : namespace;
  return `${verb} ${resource}.${group || 'core'} in ${where}${name === undefined ? '' : ` (${name})`}`;
}

/** A right that is held although a run may not use it, and why. */
export type Argued = {
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly reason: string;
};

/** The unused rights that nobody argued for. */
export function unargued(unused: readonly Right[], argued: readonly Argued[]): Right[] {
  return unused.filter(
    (right) =>
      !argued.some(
        ({ verb, group, resource }) =>
          verb === right.verb &&
          (group === undefined || group === right.group) &&
          (resource === undefined || resource === right.resource),
      ),
  );
}

/** Rights that no operator may hold, whatever it uses: wildcards, ways to more rights, reading Secrets everywhere. */
export function forbiddenRights(roles: readonly GrantingRole[]): Right[] {
  const verbs = new Set(['*', 'bind', 'escalate', 'impersonate', 'deletecollection']);
  const readsSecrets = new Set(['get', 'list', 'watch', 'update', 'patch']);
  return rightsOf(roles).filter(
    ({ verb, group, resource, namespace }) =>
      verbs.has(verb) ||
      [group, resource].includes('*') ||
      group === 'rbac.authorization.k8s.io' ||
      ['serviceaccounts/token', 'pods/exec', 'nodes/proxy'].includes(resource) ||
      (resource === 'secrets' && namespace === undefined && readsSecrets.has(verb)),
  );
}
