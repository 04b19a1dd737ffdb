import type { RelationalStore, Table } from '@ecommercestack/service-kit';
import { z } from 'zod';

/** An audited action as it is listed. */
export const auditedAction = z.strictObject({
  id: z.string(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
});

export type AuditedAction = z.output<typeof auditedAction>;

/** The actions of this service's database. */
export function openActions(store: RelationalStore): Table<AuditedAction> {
  return store.table({
    name: 'actions',
    columns: ['id', 'actor', 'action', 'target'],
    schema: auditedAction,
  });
}
