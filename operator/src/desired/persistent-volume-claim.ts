import type { KubernetesObject } from '../api/object.ts';

/** Where a store keeps its data: how much of which class. */
export type Storage = { size: string | number; className?: string };

/**
 * The volume of an embedded store. It is an object of its own and no claim template of the StatefulSet, so that it goes
 * with the stack or stays, as the deletion policy says, and never goes with a StatefulSet that somebody deletes.
 */
export function buildPersistentVolumeClaim(
  name: string,
  labels: Record<string, string>,
  { size, className }: Storage,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, labels },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(className !== undefined && { storageClassName: className }),
      resources: { requests: { storage: size } },
    },
  };
}
