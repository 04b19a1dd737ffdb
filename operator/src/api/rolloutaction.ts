/** The RolloutAction: one request of a person to one rollout, answered once. */
import { z } from 'zod';
import { apiVersion } from './ecommercestack.ts';
import { actionSpec, actionStatus } from './schema/action.ts';

export const actionKind = 'RolloutAction';

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: z.string().optional(),
});

/** The whole resource as the API server holds it. */
export const rolloutAction = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal(actionKind),
  metadata,
  spec: actionSpec,
  status: actionStatus.optional(),
});

/** An action as read from the API server: every default is filled in. */
export type RolloutAction = z.output<typeof rolloutAction>;
export type RolloutActionSpec = RolloutAction['spec'];
export type RolloutActionStatus = z.output<typeof actionStatus>;
/** What can be asked of a rollout. */
export type ActionVerb = RolloutActionSpec['action'];
