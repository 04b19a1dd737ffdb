/** Releases of several services as one, and when rollouts may happen. */
import { z } from 'zod';
import { listAtomic, listMap, listSet, positiveSeconds, serviceLabel } from './primitives.ts';

const stage = z
  .object({
    services: listSet(serviceLabel, 32)
      .min(1)
      .describe('Services that roll out side by side in this stage. Example: [payment, inventory].'),
  })
  .describe('Services that roll out together; the next stage waits for them.');

const group = z
  .object({
    name: serviceLabel.describe(
      'Name of the group, target of RolloutActions of type Release. Example: checkout.',
    ),
    stages: listAtomic(stage, 8)
      .min(1)
      .describe(
        'Stages in the order of rollout; a rollback goes the other way. At most 8. Example: [{services: [inventory]}, {services: [order, payment]}].',
      ),
  })
  .describe('Services that are released as one: staged, one promote, one abort.');

const window = z
  .object({
    type: z
      .enum(['Allow', 'Freeze'])
      .describe(
        'Allow: rollouts go on only inside such a window, once there is one. Freeze: none goes on inside it; Freeze beats Allow.',
      ),
    schedule: z
      .string()
      .min(9)
      .max(100)
      .regex(/^[0-9A-Za-z*,/-]+( +[0-9A-Za-z*,/#L-]+){4}$/)
      .describe('Start of the window as a cron expression of five fields. Example: "0 9 * * MON-FRI".'),
    duration: positiveSeconds.describe('Length of the window. Example: 8h.'),
    timeZone: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9_+/-]+$/)
      .describe('IANA time zone of the schedule. Default: UTC. Example: Europe/Berlin.')
      .default('UTC'),
  })
  .describe(
    'Time in which rollouts may go on or may not. Abort, Undo and the loss of ready pods always take effect.',
  );

export const release = z
  .object({
    groups: listMap(group, 'name', 8)
      .describe(
        'Services that are released as one, at most 8 groups. Default: each service rolls out by itself.',
      )
      .optional(),
    windows: listAtomic(window, 16)
      .describe('When rollouts may go on, at most 16 windows. Default: always.')
      .optional(),
  })
  .describe('Releases of several services as one, and release windows.');
