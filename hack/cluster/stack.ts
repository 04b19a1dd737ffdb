import type { Log } from '../toolchain/index.ts';
import type { Kubectl } from './kubectl.ts';
import { namespaceObject } from './operator.ts';
import type { StackFile } from './stackfile.ts';
import { isStackReady, progressLine, type StackObject } from './statustree.ts';
import { waitFor } from './wait.ts';

/** Applies the file in its namespace, which is made with Pod Security enforced. */
export async function applyStack(api: Kubectl, stack: StackFile, log: Log): Promise<void> {
  log(`applying ${stack.path}`);
  await api.apply([namespaceObject(stack.namespace)]);
  await api('apply', '--server-side', '-n', stack.namespace, '-f', stack.path);
}

/** Waits until the stack is Ready and tells every change on the way; a stack that does not get there ends it. */
export async function waitForStack(
  api: Kubectl,
  stack: StackFile,
  log: Log,
  timeoutMs = 600_000,
): Promise<StackObject> {
  let told = '';
  const read = (): Promise<StackObject | undefined> =>
    api.get<StackObject>('-n', stack.namespace, 'ecommercestack', stack.name);
  try {
    return await waitFor(
      async () => {
        const current = await read();
        const line = current ? progressLine(current) : 'the stack is not there';
        if (line !== told) log(line);
        told = line;
        return current && isStackReady(current) ? current : undefined;
      },
      { what: `stack ${stack.namespace}/${stack.name} to be Ready`, timeoutMs, intervalMs: 1000 },
    );
  } catch (error) {
    const pods = await troubledPods(api, stack.namespace).catch(() => []);
    if (error instanceof Error && pods.length > 0)
      error.message += `\npods that are not ready:\n${pods.join('\n')}`;
    throw error;
  }
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status?: {
      readonly phase?: string;
      readonly conditions?: readonly { type: string; status: string; message?: string }[];
      readonly containerStatuses?: readonly ContainerStatus[];
      readonly initContainerStatuses?: readonly ContainerStatus[];
    };
  }[];
}

interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly state?: {
    readonly waiting?: { reason?: string; message?: string };
    readonly terminated?: { reason?: string; exitCode?: number };
  };
}

/** A line for each pod that is not ready, with what its containers say. */
export function describeTrouble({ items }: PodList): string[] {
  return items.flatMap(({ metadata, status }) => {
    const ready = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
    if (ready || status?.phase === 'Succeeded') return [];
    const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    const states = containers.flatMap(({ name, ready: ok, state }) => {
      const said = state?.waiting?.message ?? state?.waiting?.reason ?? state?.terminated?.reason;
      return ok || !said ? [] : [`${name}: ${said}`];
    });
    const unscheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
    return [`  ${metadata.name}: ${[status?.phase, unscheduled, ...states].filter(Boolean).join('; ')}`];
  });
}

async function troubledPods(api: Kubectl, namespace: string): Promise<string[]> {
  return describeTrouble((await api.get<PodList>('-n', namespace, 'pods')) ?? { items: [] });
}
