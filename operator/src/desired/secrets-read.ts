import type { CompletedStack } from '../api/completed.ts';
import type { RevisionIntent } from './revision.ts';
import { buildManagedStores } from './stores/managed.ts';
import { storeUses } from './stores/uses.ts';

/** Names of the user's Secrets that the pods of a revision read; those that the operator makes never change. */
export function secretsRead(stack: CompletedStack, { env, envFrom }: RevisionIntent): string[] {
  const made = new Set([
    ...storeUses(stack).map(({ objectName }) => objectName),
    ...buildManagedStores(stack).flatMap(({ kind, metadata }) => (kind === 'Secret' ? [metadata.name] : [])),
  ]);
  const names = [
    ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ...envFrom.map(({ secretRef }) => secretRef?.name),
  ];
  return names.filter((name) => name !== undefined).filter((name) => !made.has(name));
}
