import { apiVersion, type EcommerceStack, kind } from '../api/ecommercestack.ts';
import { validateStack } from '../api/validate.ts';
import { namespaceHolder } from '../status/claims.ts';
import { listed } from '../status/conditions.ts';
import type { Halt } from '../status/summarize.ts';

/** Why a stack may not be acted on; undefined when it may. */
export function haltOf(stack: EcommerceStack, stacks: readonly EcommerceStack[]): Halt | undefined {
  const holder = namespaceHolder(stack, stacks);
  if (holder !== undefined) {
    return {
      reason: 'NamespaceTaken',
      message: `EcommerceStack ${holder.metadata.name} is older and acts in namespace ${stack.metadata.namespace}; delete one of the two or move this one to a namespace of its own`,
    };
  }
  // The API server has judged it too; a stack stored under an older CRD may still be wrong by today's rules.
  const given = { apiVersion, kind, metadata: stack.metadata, spec: stack.spec };
  const checked = validateStack(given, { newer: true });
  if (checked.ok) return undefined;
  const problems = checked.problems.map(({ path, message }) => `${path}: ${message}`);
  return { reason: 'InvalidSpec', message: listed(problems, 3) };
}
