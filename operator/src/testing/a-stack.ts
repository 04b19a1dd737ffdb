import { apiVersion, type EcommerceStack, type EcommerceStackInput, kind } from '../api/ecommercestack.ts';
import type { KubernetesObject } from '../api/object.ts';
import { validateStack } from '../api/validate.ts';
import { offlineInput } from '../desired/offline.ts';
import { buildStack } from '../desired/stack.ts';

type Spec = Partial<EcommerceStackInput['spec']>;
type Status = EcommerceStackInput['status'];

/** A valid stack `shop/shop` at v1.2.3 with everything else by default, changed by `spec`. */
export function aStack(spec: Spec = {}, status?: Status): EcommerceStack {
  const result = validateStack({
    apiVersion,
    kind,
    metadata: { name: 'shop', namespace: 'shop', uid: '8f3c1f9e-0000-4000-8000-000000000001', generation: 1 },
    spec: { version: 'v1.2.3', ...spec },
    ...(status && { status }),
  });
  if (!result.ok)
    throw new Error(result.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return result.stack;
}

/** The objects of a stack as `render` shows them. */
export function objectsOf(stack: EcommerceStack): KubernetesObject[] {
  return buildStack(offlineInput(stack, []));
}

/** The object of that Kind and name. Throws when it is not there, naming those of the Kind that are. */
export function pick(objects: readonly KubernetesObject[], kindName: string, name: string): KubernetesObject {
  const ofKind = objects.filter((object) => object.kind === kindName);
  const found = ofKind.find((object) => object.metadata.name === name);
  if (found === undefined) {
    throw new Error(`no ${kindName} ${name} among ${ofKind.map(({ metadata }) => metadata.name).join(', ')}`);
  }
  return found;
}
