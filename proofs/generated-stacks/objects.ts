import { type KubernetesObject, objectKey } from '../../operator/src/api/object.ts';
import { validateStack } from '../../operator/src/api/validate.ts';
import { offlineInput } from '../../operator/src/desired/offline.ts';
import { buildStack } from '../../operator/src/desired/stack.ts';

/** Every object that the operator would make of a stack, as `npm run render` shows them. Throws for an invalid one. */
export function objectsOf(stack: unknown): KubernetesObject[] {
  const judged = validateStack(stack);
  if (!judged.ok) {
    const [problem] = judged.problems;
    throw new Error(`refused offline at ${problem?.path}: ${problem?.message}`);
  }
  return buildStack(offlineInput(judged.stack, []));
}

const kibibyte = 1024;

/** What an API server would not take of these objects because of names, labels and sizes: one sentence each. */
export function beyondLimits(objects: readonly KubernetesObject[]): string[] {
  const keys = objects.map(objectKey);
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${key} is made twice`);
  return [
    ...twice,
    ...objects.flatMap((object) => excessesOf(object).map((what) => `${objectKey(object)}: ${what}`)),
  ];
}

function excessesOf(object: KubernetesObject): string[] {
  const { name, labels = {}, annotations = {} } = object.metadata;
  const nameLimit = object.kind === 'Service' || object.kind === 'StatefulSet' ? 63 : 253;
  const annotated = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  const size = Buffer.byteLength(JSON.stringify(object));
  return [
    ...(name.length > nameLimit ? [`its name has ${name.length} characters`] : []),
    ...(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) ? [] : ['its name is no DNS name']),
    ...Object.entries(labels)
      .filter(([, value]) => !/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/.test(value))
      .map(([key]) => `its label ${key} has no legal value`),
    ...(annotated > 256 * kibibyte ? [`its annotations take ${annotated} bytes`] : []),
    ...(size > 1024 * kibibyte ? [`it takes ${size} bytes`] : []),
  ];
}
