import { type AuditEvent, describeRequest } from '../audit.ts';

/** Whose requests are judged, and where they may act. */
type Territory = {
  /** The operator's account. */
  readonly user: string;
  /** Namespace of the operator: its lease and its key lie there. */
  readonly home: string;
  /** Namespaces on whose behalf it may act now. */
  readonly allowed: readonly string[];
};

const writing = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** The operator's requests that reach where they have no business: a sentence each. */
export function trespasses(events: readonly AuditEvent[], territory: Territory): string[] {
  return [
    ...new Set(
      events
        .filter(({ user, resource }) => user === territory.user && resource !== '')
        .flatMap((event) => {
          const what = trespassOf(event, territory);
          return what === undefined ? [] : [`${what}: ${describeRequest({ ...event, time: '' }).trim()}`];
        }),
    ),
  ];
}

function trespassOf(event: AuditEvent, { home, allowed }: Territory): string | undefined {
  const { resource, namespace, verb } = event;
  if (event.decision === 'forbid') return 'was forbidden by RBAC';
  if (namespace === home && (resource === 'leases' || resource === 'secrets')) return undefined;
  if (resource === 'secrets' && !writing.has(verb) && !allowed.includes(namespace)) return 'read Secrets';
  if (writing.has(verb)) return allowed.includes(namespace) ? undefined : 'wrote outside';
  if (verb === 'get') return allowed.includes(namespace) ? undefined : 'read outside';
  // Its watches: over the whole cluster, or over the namespaces that it is limited to.
  return undefined;
}
