import type { KubernetesObject } from '../api/object.ts';

/**
 * Annotation of an object that outlives its stack. Such an object has no owner reference, is never pruned, and a stack
 * of the same name takes it up again.
 */
export const retentionAnnotation = 'ecommercestack.dev/deletion-policy';

/** Whether the object is kept when its stack goes. */
export function isRetained(object: KubernetesObject): boolean {
  return object.metadata.annotations?.[retentionAnnotation] === 'Retain';
}

/** The objects with their deletion policy written on them. */
export function withRetention(
  objects: readonly KubernetesObject[],
  policy: 'Retain' | 'Delete',
): KubernetesObject[] {
  return objects.map((object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, [retentionAnnotation]: policy },
    },
  }));
}
