import { kindOf } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import { type Finding, finding, listed } from './conditions.ts';
import { desiredOf, type Evidence, liveOf, type ObjectProblem, workloadsOf } from './evidence.ts';
import type { ServiceStanding } from './services.ts';

const edgeKinds = new Set(['Ingress', 'Gateway', 'HTTPRoute']);

/** Which condition a Kind's failure belongs to; stores are told apart by their label. */
function concernOf(kind: string): 'mesh' | 'edge' | 'workload' {
  if (edgeKinds.has(kind)) return 'edge';
  return meshKinds.has(kind) ? 'mesh' : 'workload';
}

const meshKinds = new Set(['PeerAuthentication', 'AuthorizationPolicy', 'DestinationRule', 'VirtualService']);

/** What a store is made of beside its Secret; services have none of these. */
const storeKinds = new Set(['StatefulSet', 'PersistentVolumeClaim']);

/** One problem as a sentence: kind, name and what is wrong. */
export function describeProblem({ kind, name, reason, message }: ObjectProblem): string {
  if (reason === 'NameConflict') {
    return `${kind} ${name} exists and belongs to somebody else (${message}); it is left as it is: rename or delete it, or use another namespace`;
  }
  return `${kind} ${name}: ${message}`;
}

/** Whether embedded stores run, and whether what external ones need is there. */
export function dataReady(evidence: Evidence): Finding {
  const type = 'DataReady';
  const operators = evidence.absent.filter((name) => name !== 'istio' && name !== 'gatewayAPI');
  if (operators.length > 0) {
    return finding(
      type,
      'OperatorAbsent',
      `no CRDs of ${listed(operators)} in this cluster; install it or choose another mode`,
    );
  }
  if (evidence.missingSecrets.length > 0) {
    return finding(
      type,
      'SecretMissing',
      `Secret ${listed(evidence.missingSecrets)} does not exist; create it in namespace ${evidence.stack.metadata.namespace}`,
    );
  }
  const stores = workloadsOf(evidence, 'StatefulSet');
  const ours = new Set(stores.map(({ object }) => object.metadata.name));
  const problem = evidence.problems.find(
    ({ kind, name }) => storeKinds.has(kind) || (kind === 'Secret' && ours.has(name)),
  );
  if (problem !== undefined) return finding(type, 'StoreUnavailable', describeProblem(problem));
  const sick = stores.find(({ trouble }) => trouble !== undefined);
  if (sick?.trouble !== undefined) {
    return finding(type, 'StoreUnavailable', `${sick.object.metadata.name}: ${sick.trouble.message}`);
  }
  const starting = stores
    .filter(({ readiness }) => !readiness.settled)
    .map(({ object }) => object.metadata.name);
  if (starting.length > 0) return finding(type, 'StoresStarting', `waiting for ${listed(starting)}`);
  const notes = Object.values(evidence.storeNotes ?? {});
  const what = stores.length === 0 ? 'no embedded store' : `${stores.length} embedded stores run`;
  return finding(type, 'StoresAvailable', [what, ...notes].join('; '));
}

/** Whether every service runs whole. */
export function servicesAvailable(evidence: Evidence, standings: readonly ServiceStanding[]): Finding {
  const type = 'ServicesAvailable';
  const problem = evidence.problems.find(({ kind }) => concernOf(kind) === 'workload');
  if (problem !== undefined) return finding(type, 'ServiceUnavailable', describeProblem(problem));
  const sick = standings.find(({ trouble }) => trouble !== undefined);
  if (sick !== undefined) {
    return finding(type, 'ServiceUnavailable', `${sick.status.name}: ${sick.trouble}`);
  }
  const stuck = standings.find(({ workloads }) => workloads.some(({ readiness }) => readiness.stuck));
  if (stuck !== undefined) {
    return finding(
      type,
      'ServiceUnavailable',
      `${stuck.status.name} made no progress within rollout.progressDeadline; look at its pods or revert its version`,
    );
  }
  const waiting = standings.filter(({ available }) => !available).map(({ status }) => status.name);
  if (waiting.length > 0) return finding(type, 'Starting', `waiting for ${listed(waiting)}`);
  const unguarded =
    evidence.podSecurity === false
      ? `; namespace ${evidence.stack.metadata.namespace} enforces no Pod Security standard: label it pod-security.kubernetes.io/enforce=restricted`
      : '';
  return finding(type, 'AllAvailable', `${countServices(standings).of} services run${unguarded}`);
}

/** Services that run and services wanted, those inside the monolith counted one by one. */
export function countServices(standings: readonly ServiceStanding[]): { ready: number; of: number } {
  const count = (some: readonly ServiceStanding[]): number =>
    some.reduce((sum, { serves }) => sum + serves.length, 0);
  return { ready: count(standings.filter(({ available }) => available)), of: count(standings) };
}

/** Whether the mesh objects are as wanted. */
export function meshConfigured(evidence: Evidence): Finding {
  const type = 'MeshConfigured';
  if (evidence.completed.mesh.type === 'None') {
    return finding(
      type,
      'MeshOff',
      'spec.mesh.type is None: calls are neither encrypted nor authorized by a mesh',
    );
  }
  if (evidence.absent.includes('istio')) {
    return finding(
      type,
      'IstioAbsent',
      'this cluster has no Istio CRDs; install Istio or set spec.mesh.type to None',
    );
  }
  const problem = evidence.problems.find(({ kind }) => concernOf(kind) === 'mesh');
  if (problem !== undefined) return finding(type, 'ObjectRefused', describeProblem(problem));
  const objects = evidence.desired.filter((object) => kindOf(object).needs === 'istio');
  const waiting = objects.filter((object) => liveOf(evidence, object) === undefined);
  if (waiting.length > 0)
    return finding(type, 'Applying', `${waiting.length} mesh objects are being written`);
  return finding(type, 'Applied', `${objects.length} mesh objects are in place`);
}

/** Whether the edge leads to the stack. */
export function exposureReady(evidence: Evidence): Finding {
  const type = 'ExposureReady';
  if (evidence.hostsTaken.length > 0) {
    // Whose it is, only who may read that namespace is to know.
    const taken = `${listed(evidence.hostsTaken)} belongs to a stack in another namespace`;
    return finding(type, 'HostTaken', `${taken}; choose another host or have it removed there`);
  }
  const problem = evidence.problems.find(({ kind }) => concernOf(kind) === 'edge');
  if (problem !== undefined) return finding(type, 'ObjectRefused', describeProblem(problem));
  const edges = desiredOf(evidence, 'Ingress', 'HTTPRoute', 'Gateway');
  const edge = edges.find((one) => !isTaken(one, liveOf(evidence, one))) ?? edges[0];
  if (evidence.absent.includes('gatewayAPI')) {
    return finding(
      type,
      'GatewayAPIAbsent',
      'this cluster has no Gateway API CRDs; install them or choose another exposure.type',
    );
  }
  if (evidence.absent.includes('istio') && evidence.completed.exposure.type === 'IstioGateway') {
    return finding(
      type,
      'IstioAbsent',
      'exposure.type is IstioGateway and this cluster has no Istio CRDs; install Istio or choose another type',
    );
  }
  if (edge === undefined)
    return finding(type, 'NotExposed', 'reachable inside the cluster only: exposure.type is None');
  const live = liveOf(evidence, edge);
  if (live === undefined)
    return finding(type, 'Applying', `${edge.kind} ${edge.metadata.name} is being written`);
  if (edge.kind === 'Ingress' && addressOf(live) === undefined) {
    return finding(
      type,
      'NoController',
      `Ingress ${edge.metadata.name} has no address yet: no Ingress controller has taken it; install one or set exposure.ingress.className`,
    );
  }
  if (edge.kind === 'HTTPRoute' && !isAccepted(live)) {
    return finding(
      type,
      'NotAccepted',
      `HTTPRoute ${edge.metadata.name} is accepted by no Gateway; check exposure.gatewayAPI.parentRefs`,
    );
  }
  return finding(type, 'Routed', `${edge.kind} ${edge.metadata.name} routes to the stack`);
}

/** Whether it is checked who asks what of rollouts; nothing is said before it was looked for. */
export function actionsGuarded({ guard }: Evidence): Finding[] {
  if (guard === undefined) return [];
  const type = 'ActionsGuarded';
  if (guard.state === 'Guarded') return [finding(type, 'Guarded', guard.message)];
  if (guard.state === 'Unknown') return [finding(type, 'NotTested', guard.message)];
  const cure = 'every action but Abort is refused; install the admission policies of the chart';
  return [finding(type, 'Unguarded', `${guard.message}: ${cure}`)];
}

/** Address that an Ingress controller gave an Ingress. */
export function addressOf(ingress: KubernetesObject): string | undefined {
  // Written by the Ingress controller; every member is optional, so any object is one.
  const status = ingress['status'] as
    | {
        readonly loadBalancer?: {
          readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
        };
      }
    | undefined;
  const [first] = status?.loadBalancer?.ingress ?? [];
  return first?.hostname ?? first?.ip;
}

/** Whether the object is there and, of the Gateway API, a Gateway has it. */
const isTaken = ({ kind }: KubernetesObject, live: KubernetesObject | undefined): boolean =>
  live !== undefined && (kind !== 'HTTPRoute' || isAccepted(live));

function isAccepted(route: KubernetesObject): boolean {
  // Written by the Gateway's controller; every member is optional, so any object is one.
  const status = route['status'] as
    | {
        readonly parents?: readonly {
          readonly conditions?: readonly { readonly type?: string; readonly status?: string }[];
        }[];
      }
    | undefined;
  return (status?.parents ?? []).some(({ conditions }) =>
    conditions?.some(({ type, status: value }) => type === 'Accepted' && value === 'True'),
  );
}
