import { group } from '../api/ecommercestack.ts';
import type { KubernetesObject, OwnerReference } from '../api/object.ts';
import { labelKeys, managerName } from '../desired/labels.ts';

/** The identity of a stack, as owner references and labels name it. */
export type StackIdentity = { readonly name: string; readonly namespace?: string; readonly uid?: string };

/**
 * Whose an object is. `Ours`: its controller is this stack. `Orphan`: nobody controls it and it carries this stack's
 * label, as a retained store does; whether we made it only its field managers tell. `Foreign`: anybody else's.
 */
export type Ownership = 'Ours' | 'Orphan' | 'Foreign';

/** Whose an object is, by owner reference and label. */
export function ownershipOf(stack: StackIdentity, object: KubernetesObject): Ownership {
  const controller = controllerOf(object);
  if (controller !== undefined) return controller.uid === stack.uid ? 'Ours' : 'Foreign';
  return object.metadata.labels?.[labelKeys.stack] === stack.name ? 'Orphan' : 'Foreign';
}

/** Whether an object belongs to a deleted stack of the same name, whose objects are being collected. */
export function isFormers(stack: StackIdentity, object: KubernetesObject): boolean {
  const owner = controllerOf(object);
  return owner?.kind === 'EcommerceStack' && owner.name === stack.name && owner.uid !== stack.uid;
}

/** Whether our field manager applied this object at some time; needs `managedFields`, so a live object. */
export function wasApplied(object: KubernetesObject): boolean {
  return (object.metadata.managedFields ?? []).some(
    ({ manager, operation, subresource }) =>
      manager === managerName && operation === 'Apply' && subresource === undefined,
  );
}

/** Who has an object, for a message: its controller, else whoever wrote it first. */
export function holderOf(object: KubernetesObject): string {
  const controller = controllerOf(object);
  if (controller !== undefined) return `controlled by ${controller.kind} ${controller.name}`;
  const writer = object.metadata.managedFields?.find(({ subresource }) => subresource === undefined)?.manager;
  return writer === undefined ? 'not made by this stack' : `made by ${writer}`;
}

/** Name of the stack that an object belongs to, by owner reference, else by label. */
export function stackNameOf(object: KubernetesObject): string | undefined {
  const owner = object.metadata.ownerReferences?.find(
    ({ apiVersion, kind }) => kind === 'EcommerceStack' && apiVersion.startsWith(`${group}/`),
  );
  return owner?.name ?? object.metadata.labels?.[labelKeys.stack];
}

function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}
