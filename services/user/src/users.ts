import type { RelationalStore, Table } from '@ecommercestack/service-kit';
import { z } from 'zod';

/** An account as it is listed. */
export const account = z.strictObject({
  id: z.string(),
  email: z.string(),
  status: z.enum(['active', 'inactive']),
  tier: z.enum(['free', 'premium', 'enterprise']),
});

export type Account = z.output<typeof account>;

/** The users of this service's database. */
export function openUsers(store: RelationalStore): Table<Account> {
  return store.table({ name: 'users', columns: ['id', 'email', 'status', 'tier'], schema: account });
}
