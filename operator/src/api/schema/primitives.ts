/** The scalar and list shapes that every section of the schema is made of. */
import { z } from 'zod';

/** Name of a Secret, ConfigMap or other object in the stack's own namespace: a DNS subdomain. */
export const objectName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

/** Key inside a Secret or ConfigMap; it becomes the name of a file, so it is neither `.` nor begins with `..`. */
export const dataKey = z
  .string()
  .min(1)
  .max(253)
  .regex(/^\.?[-_a-zA-Z0-9][-._a-zA-Z0-9]*$/);

/**
 * Key of a label: an optional DNS prefix with a slash, and a name of at most 63 characters. The prefix alone may have
 * 253, which no pattern counts, so that is what both may have together.
 */
export const labelKey = z
  .string()
  .min(1)
  .max(253)
  .regex(
    /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
  );

/** Name of a service: it becomes the name of a Kubernetes Service, hence a DNS-1035 label. */
export const serviceLabel = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);

/** Image tag that can also stand in the label `version`. */
export const imageTag = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/);

/** Duration as in GEP-2257, such as 500ms, 30s or 1h30m. */
export const duration = z
  .string()
  .max(32)
  .regex(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/);

/** Duration above zero, for settings of the mesh that know no other. */
export const positiveDuration = z
  .string()
  .max(32)
  .regex(/^[1-9][0-9]{0,4}(h|m|s|ms)([0-9]{1,5}(h|m|s|ms)){0,3}$/);

/** Duration of whole seconds, for settings that Kubernetes keeps in seconds. */
export const wholeSeconds = z
  .string()
  .max(32)
  .regex(/^([0-9]{1,5}(h|m|s)){1,3}$/);

/** Whole seconds, at least one. */
export const positiveSeconds = z
  .string()
  .max(32)
  .regex(/^[1-9][0-9]{0,4}(h|m|s)([0-9]{1,5}(m|s)){0,2}$/);

const quantityPattern = /^[0-9]{1,15}(\.[0-9]{1,9})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/** Kubernetes quantity, a whole number or a string such as 250m, 1.5Gi. */
export const quantity = z
  .union([z.int().min(0), z.string().max(32).regex(quantityPattern)])
  .meta({ 'x-kubernetes-int-or-string': true });

/** Signed quantity for thresholds, such as 0.99, 200m or -1. */
export const signedQuantity = z
  .union([
    z.int(),
    z
      .string()
      .max(32)
      .regex(/^-?[0-9]{1,15}(\.[0-9]{1,9})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/),
  ])
  .meta({ 'x-kubernetes-int-or-string': true });

/** A whole number or a percentage such as 25%. */
export const countOrPercent = z
  .union([
    z.int32().min(0),
    z
      .string()
      .max(4)
      .regex(/^(100|[1-9]?[0-9])%$/),
  ])
  .meta({ 'x-kubernetes-int-or-string': true });

/** Percentage of traffic, 0 to 100. */
export const weight = z.int32().min(0).max(100);

export const portNumber = z.int32().min(1).max(65535);

export const pullPolicy = z.enum(['Always', 'IfNotPresent', 'Never']);

export const httpMethod = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** DNS name without a wildcard. */
export const dnsName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

/** Host name at the edge; the leftmost label may be a wildcard. */
export const hostName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

/** URL path that begins with a slash. */
export const urlPath = z
  .string()
  .min(1)
  .max(256)
  .regex(/^\/[-A-Za-z0-9._~/%]*$/);

/** SPIFFE identity without its scheme: trust domain, namespace, service account. */
export const principal = z
  .string()
  .min(1)
  .max(400)
  .regex(/^[A-Za-z0-9.-]+\/ns\/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/sa\/[a-z0-9.-]+$/);

export const httpUrl = z
  .string()
  .min(1)
  .max(512)
  .regex(/^https?:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[-A-Za-z0-9._~/%]*)?$/);

export const cidr = z
  .string()
  .min(3)
  .max(43)
  .regex(/^[0-9a-fA-F:.]+\/[0-9]{1,3}$/);

/** List merged by one key member, at most `max` items, each key once. */
export function listMap<Item extends z.ZodType>(item: Item, key: string, max: number) {
  return z
    .array(item)
    .max(max)
    .superRefine((items, context) => {
      reportDuplicates(
        items.map((entry) => keyOf(entry, key)),
        context,
        key,
      );
    })
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] });
}

/** List of scalars without repetition, at most `max` items. */
export function listSet<Item extends z.ZodType>(item: Item, max: number) {
  return z
    .array(item)
    .max(max)
    .superRefine((items, context) => {
      reportDuplicates(items, context);
    })
    .meta({ 'x-kubernetes-list-type': 'set' });
}

/** Ordered list replaced as a whole, at most `max` items. */
export function listAtomic<Item extends z.ZodType>(item: Item, max: number) {
  return z.array(item).max(max).meta({ 'x-kubernetes-list-type': 'atomic' });
}

/** Map from string to `value`, at most `max` entries. */
export function mapOf<Value extends z.ZodType>(value: Value, max: number) {
  return z
    .record(z.string(), value)
    .refine((map) => Object.keys(map).length <= max, { message: `must have at most ${max} entries` })
    .meta({ maxProperties: max });
}

export const labelValue = z
  .string()
  .max(63)
  .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/);

/** Map of labels. */
export const labelMap = (max: number) => mapOf(labelValue, max);

/** Map of annotations. */
export const annotationMap = (max: number) => mapOf(z.string().max(1024), max);

function keyOf(entry: unknown, key: string): unknown {
  return typeof entry === 'object' && entry !== null ? Reflect.get(entry, key) : undefined;
}

function reportDuplicates(values: readonly unknown[], context: z.RefinementCtx, key?: string): void {
  const seen = new Set<unknown>();
  values.forEach((value, index) => {
    if (seen.has(value)) {
      context.addIssue({
        code: 'custom',
        path: [index],
        message: `Duplicate value: ${JSON.stringify(key === undefined ? value : { [key]: value })}`,
      });
    }
    seen.add(value);
  });
}
