import { type AuditEvent, isBy } from '../audit.ts';

/** How often each object was created and deleted: `create services/user-service` and the like. */
export type Counts = Readonly<Record<string, number>>;

/**
 * What Kubernetes makes for the operator's objects under drawn names: counted, not named. Of a StatefulSet its revisions
 * are: its controller replaces a pod twice by itself where its own view of the status is old.
 */
const counted: Readonly<Record<string, string>> = {
  replicasets: 'deployment-controller',
  controllerrevisions: 'statefulset-controller',
  pods: 'replicaset-controller',
};
const apart = new Set(['events', 'leases']);

/** What was created and deleted, as the API server has recorded it. */
export function countsOf(events: readonly AuditEvent[]): Counts {
  const counts: Record<string, number> = {};
  for (const event of events) {
    const key = keyOf(event);
    if (key !== undefined) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function keyOf(event: AuditEvent): string | undefined {
  const { stage, code, verb, resource, subresource, name, uri } = event;
  if (stage !== 'ResponseComplete' || subresource !== '' || apart.has(resource)) return undefined;
  // A dry run stores nothing: an operator that starts asks by one whether false names are refused.
  if (uri.includes('dryRun=')) return undefined;
  const act = code === 201 ? 'create' : verb === 'delete' && code < 300 ? 'delete' : undefined;
  if (act === undefined) return undefined;
  if (isBy(event, { userAgent: 'ecommercestack-operator' })) return `${act} ${resource}/${name}`;
  const maker = event.user.replace('system:serviceaccount:kube-system:', '');
  return act === 'create' && counted[resource] === maker ? `create ${resource}` : undefined;
}

/** Where two countings differ: one sentence an object. */
export function miscounted(wanted: Counts, seen: Counts): string[] {
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(seen)])].sort();
  return keys
    .filter((key) => wanted[key] !== seen[key])
    .map((key) => `${key}: wanted ${wanted[key] ?? 0} times, counted ${seen[key] ?? 0}`);
}

/** Deletes of the operator that would have struck a namesake as well: each has to name the uid that it means. */
export function unguarded(events: readonly AuditEvent[]): string[] {
  return events
    .filter((event) => event.verb === 'delete' && event.stage === 'ResponseComplete')
    .filter((event) => isBy(event, { userAgent: 'ecommercestack-operator' }) && event.meansUid !== true)
    .map((event) => `delete ${event.resource}/${event.name} names no uid`);
}
