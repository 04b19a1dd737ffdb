import type { Kube } from '../kube/kube.ts';
import { at, type KubeObject } from '../kube/object.ts';
import { until, waitFor } from '../kube/wait.ts';
import type { Random } from '../random.ts';
import { isReady, type StackName, stackReference } from '../stack.ts';
import { drawSpec } from '../thrift/draw.ts';

/** Requests of ours that are under way at once. */
const width = 16;

/** Makes so many small stacks, each in a namespace of its own, and resolves to their names. */
export async function makeFleet(kube: Kube, stacks: number, random: Random): Promise<StackName[]> {
  const drawn = Array.from({ length: stacks }, (_, index) => ({
    stack: { namespace: `fleet-${String(index).padStart(3, '0')}`, name: 'shop' },
    spec: drawSpec(random),
  }));
  await inTurns(drawn, async ({ stack, spec }) => {
    const { apiVersion, kind } = stackReference(stack);
    await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: stack.namespace } });
    const object = { apiVersion, kind, metadata: stack, spec };
    await waitFor(
      'the EcommerceStack Kind to be served',
      () => kube.apply(object).catch(whileAbsent),
      30_000,
    );
  });
  return drawn.map(({ stack }) => stack);
}

/** Resolves when every stack is Ready, to how many are; `look` is called now and then meanwhile. */
export async function untilAllReady(
  kube: Kube,
  stacks: number,
  deadline: number,
  look: (ready: number) => void,
): Promise<number> {
  let ready = 0;
  await until(
    async () => {
      const found = await kube.list('ecommercestack.dev/v1alpha1', 'EcommerceStack');
      ready = found.filter(isReady).length;
      look(ready);
      return ready >= stacks ? true : undefined;
    },
    deadline,
    1000,
  );
  return ready;
}

/** Seconds from a stack's making to its being Ready, by the clock of the API server and in whole seconds. */
export function secondsToReady(stack: KubeObject): number {
  const conditions = at(stack, 'status', 'conditions');
  const ready = (Array.isArray(conditions) ? conditions : []).find((each) => at(each, 'type') === 'Ready');
  const [made, since] = [at(stack, 'metadata', 'creationTimestamp'), at(ready, 'lastTransitionTime')];
  return (Date.parse(String(since)) - Date.parse(String(made))) / 1000;
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

function whileAbsent(error: unknown): undefined {
  if (error instanceof Error && /does not know EcommerceStack|404/.test(error.message)) return undefined;
  throw error;
}
