import type { RelationalStore, Table } from '@ecommercestack/service-kit';
import { z } from 'zod';

/** A report as it is listed. */
export const report = z.strictObject({
  id: z.string(),
  kind: z.string(),
  period: z.string(),
});

export type Report = z.output<typeof report>;

/** The reports of this service's database. */
export function openReports(store: RelationalStore): Table<Report> {
  return store.table({ name: 'reports', columns: ['id', 'kind', 'period'], schema: report });
}
