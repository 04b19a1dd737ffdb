import { join } from 'node:path';
import { runCommand } from '../command.ts';
import { at, type KubeObject } from '../kube/object.ts';
import type { Target } from '../target.ts';

/** Names of the containers of a pod, native sidecars included. */
export function containersOf(pod: KubeObject): string[] {
  return ['initContainers', 'containers'].flatMap((member) => {
    const list = at(pod, 'spec', member);
    return (Array.isArray(list) ? list : []).map((container) => String(at(container, 'name')));
  });
}

/** True for a pod that has Istio's proxy. */
export function isMeshed(pod: KubeObject): boolean {
  return containersOf(pod).includes('istio-proxy') || pod.metadata.labels?.['istio'] === 'ingressgateway';
}

/** Runs JavaScript in the pod's own container and parses the JSON that it prints. */
export async function runInPod<T>(target: Target, pod: KubeObject, script: string): Promise<T> {
  const container = containersOf(pod).find((name) => !name.startsWith('istio-')) ?? '';
  const { name, namespace = '' } = pod.metadata;
  const { code, out, err } = await runCommand(join(target.toolsBin, 'kubectl'), [
    ...['--kubeconfig', target.kubeconfig, '-n', namespace, 'exec', '-i', name, '-c', container],
    ...['--', 'node', '--input-type=module', '-e', script],
  ]);
  if (code !== 0) throw new Error(`a script in pod ${name} ended with ${code}: ${err.slice(-500)}`);
  // The scripts are this folder's own; each prints one JSON value of the type that its caller names.
  return JSON.parse(out) as T;
}

/** Ready pods of an `app`. */
export async function readyPods({ kube, stack }: Target, app: string): Promise<KubeObject[]> {
  const pods = await kube.list('v1', 'Pod', { namespace: stack.namespace, labels: `app=${app}` });
  return pods.filter((pod) => {
    const conditions = at(pod, 'status', 'conditions');
    return (
      pod.metadata.deletionTimestamp === undefined &&
      Array.isArray(conditions) &&
      conditions.some((condition) => at(condition, 'type') === 'Ready' && at(condition, 'status') === 'True')
    );
  });
}
