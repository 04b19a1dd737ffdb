import type { Kube } from '../kube/kube.ts';
import { at, type KubeObject } from '../kube/object.ts';
import type { StackName } from '../stack.ts';
import { missing } from '../subset.ts';

/** What must not change while versions come and go. */
export type Snapshot = {
  /** Specification of each stack, by `namespace/name`. */
  readonly specs: ReadonlyMap<string, unknown>;
  /** Pod template of each workload, as text. */
  readonly templates: ReadonlyMap<string, string>;
  /** Uid of each pod. */
  readonly pods: ReadonlyMap<string, string>;
};

const key = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.namespace}/${metadata.name}`;

/** Reads stacks, workloads and pods of these stacks' namespaces. */
export async function takeSnapshot(kube: Kube, stacks: readonly StackName[]): Promise<Snapshot> {
  const wanted = new Set(stacks.map(({ namespace }) => namespace));
  const list = async (apiVersion: string, kind: string) =>
    (await kube.list(apiVersion, kind)).filter(({ metadata }) => wanted.has(metadata.namespace ?? ''));
  const [specs, deployments, sets, pods] = await Promise.all([
    list('ecommercestack.dev/v1alpha1', 'EcommerceStack'),
    list('apps/v1', 'Deployment'),
    list('apps/v1', 'StatefulSet'),
    list('v1', 'Pod'),
  ]);
  const text = (object: KubeObject) => JSON.stringify(at(object, 'spec', 'template'));
  return {
    specs: new Map(specs.map((object) => [key(object), object['spec']])),
    templates: new Map([...deployments, ...sets].map((object) => [key(object), text(object)])),
    pods: new Map(pods.map((object) => [key(object), object.metadata.uid ?? ''])),
  };
}

/** Restarted pods, changed templates and lost fields between two snapshots, counted and told. */
export type Difference = {
  readonly restarts: number;
  readonly templates: number;
  readonly fields: number;
  readonly told: readonly string[];
};

/** Compares what was with what is; what came on top is no difference. */
export function differenceOf(before: Snapshot, after: Snapshot): Difference {
  const restarts = [...before.pods].filter(([name, uid]) => after.pods.get(name) !== uid);
  const made = [...after.pods.keys()].filter((name) => !before.pods.has(name));
  const templates = [...before.templates].filter(([name, text]) => after.templates.get(name) !== text);
  const fields = [...before.specs].flatMap(([name, spec]) =>
    missing(spec, after.specs.get(name), 'spec').map((what) => `${name} lost a field: ${what}`),
  );
  return {
    restarts: restarts.length + made.length,
    templates: templates.length,
    fields: fields.length,
    told: [
      ...restarts.map(([name]) => `${name} was restarted`),
      ...made.map((name) => `${name} was started`),
      ...templates.map(([name]) => `${name} has another pod template`),
      ...fields,
    ],
  };
}
