import type { RelationalStore, Table } from '@ecommercestack/service-kit';
import { z } from 'zod';

/** A notification as it is listed. */
export const notification = z.strictObject({
  id: z.string(),
  userId: z.string(),
  channel: z.enum(['email', 'push']),
  status: z.string(),
});

export type Notification = z.output<typeof notification>;

/** The notifications of this service's database. */
export function openNotifications(store: RelationalStore): Table<Notification> {
  return store.table({
    name: 'notifications',
    columns: ['id', 'userId', 'channel', 'status'],
    schema: notification,
  });
}
