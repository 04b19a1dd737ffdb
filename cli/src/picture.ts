import { isNotFound } from '@ecommercestack/controller-runtime';
import { labelKeys } from '../../operator/src/desired/labels.ts';
import { actionResource, type Connection, listOrGap, resourceOf } from './connection.ts';
import { notFound } from './exit.ts';
import type { ActionSeen, Picture, StackSeen } from './seen.ts';

/** One stack by name; a `Refusal` names those that there are. */
export async function readStack(connection: Connection, name: string): Promise<StackSeen> {
  const { client, namespace } = connection;
  try {
    // The API server checked it against the CRD, which is made from the schema of this type.
    return (await client.get(resourceOf('EcommerceStack'), { name, namespace })) as StackSeen;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const { items } = await listOrGap(connection, resourceOf('EcommerceStack'));
    const others = items.map(({ metadata }) => metadata.name).join(', ');
    throw notFound(
      `there is no EcommerceStack ${name} in namespace ${namespace}${others === '' ? '' : `; there is ${others}`}`,
    );
  }
}

/** Every stack of the namespace, or of all. */
export async function readStacks(
  { client, namespace }: Connection,
  everywhere: boolean,
): Promise<StackSeen[]> {
  const { items } = await client.list(resourceOf('EcommerceStack'), everywhere ? {} : { namespace });
  return items as StackSeen[]; // as above
}

/** What runs for a stack and what was asked of it. What may not be read is told as a gap. */
export async function readPicture({ client }: Connection, stack: StackSeen): Promise<Picture> {
  const here = { client, namespace: stack.metadata.namespace ?? 'default' };
  const ofStack = `${labelKeys.stack}=${stack.metadata.name}`;
  const [deployments, statefulSets, pods, actions] = await Promise.all([
    listOrGap(here, resourceOf('Deployment'), ofStack),
    listOrGap(here, resourceOf('StatefulSet'), ofStack),
    listOrGap(here, resourceOf('Pod'), ofStack),
    listOrGap(here, actionResource),
  ]);
  return {
    stack,
    deployments: deployments.items,
    statefulSets: statefulSets.items,
    pods: pods.items,
    actions: actions.items as unknown as ActionSeen[], // as for stacks
    gaps: [deployments, statefulSets, pods, actions].flatMap(({ gap }) => gap ?? []),
  };
}
