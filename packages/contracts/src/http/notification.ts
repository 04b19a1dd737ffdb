import { z } from 'zod';

/** A notification; `queued` until a channel has taken it. */
export const notification = z.strictObject({
  id: z.string(),
  userId: z.string(),
  channel: z.enum(['email', 'push']),
  template: z.enum(['order-received', 'order-confirmed', 'order-cancelled']),
  orderId: z.string().nullable(),
  status: z.enum(['queued', 'sent']),
});

export type Notification = z.output<typeof notification>;
