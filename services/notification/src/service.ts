import { orderMessages } from '@ecommercestack/contracts/events/order';
import { type Notification, notification } from '@ecommercestack/contracts/http/notification';
import {
  defineService,
  listRoutes,
  readMessage,
  rowWrite,
  type Table,
  type TableSpec,
} from '@ecommercestack/service-kit';
import { toNotice } from './domain/notice.ts';

const notificationsTable: TableSpec<Notification> = {
  name: 'notifications',
  columns: ['id', 'userId', 'channel', 'template', 'orderId', 'status'],
  schema: notification,
};

/** What customers are told, each thing once. */
export const service = defineService({
  name: 'notification',
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  open: async ({ stores }) => stores.tables().table(notificationsTable),
  routes: listRoutes<Table<Notification>, Notification>(
    { path: '/notifications', noun: 'notification', schema: notification },
    (notifications) => notifications,
  ),
  handles: [
    {
      topic: 'shop.order.v1',
      handle: async (event) => {
        const notice = toNotice(readMessage(orderMessages, event));
        return notice === undefined ? undefined : { rows: [rowWrite(notificationsTable, notice)] };
      },
    },
  ],
});
