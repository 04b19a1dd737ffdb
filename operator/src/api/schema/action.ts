/** What a person asks of a rollout, and what became of it. */
import { z } from 'zod';
import { listMap, positiveSeconds, serviceLabel, weight } from './primitives.ts';

/** Text for people on one line: no control character may reach a terminal through it. */
const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u);

const text = (max: number) => z.string().max(max);

const target = z
  .object({
    type: z
      .enum(['Service', 'Release'])
      .describe('Service: one service of the stack, or monolith. Release: one of spec.release.groups.'),
    name: serviceLabel.describe('Name of the service or of the release group. Example: user.'),
  })
  .describe('What the action is for.');

export const actionSpec = z
  .object({
    stackUID: z
      .string()
      .max(36)
      .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      .describe(
        'metadata.uid of the EcommerceStack, so that an action never reaches a later stack of the same name.',
      ),
    target,
    action: z
      .enum(['SetWeight', 'Promote', 'PromoteFully', 'Pause', 'Resume', 'Abort', 'Retry', 'Undo'])
      .describe(
        'SetWeight: give the canary exactly `weight` percent. Promote: end the current step. PromoteFully: make the canary the stable revision, whatever steps are left. Pause: keep the weight. Resume: end a Pause. Abort: take all traffic from the canary and hold it there. Retry: try the aborted revision again. Undo: go back to an older revision.',
      ),
    weight: weight
      .describe('Percentage of traffic for the canary, 0 to 100; with SetWeight only. Example: 20.')
      .optional(),
    revision: z
      .string()
      .min(1)
      .max(63)
      .regex(/^[a-z0-9]+$/)
      .describe(
        'Revision to go back to, one of the history in status; with Undo only. Default: the last one that was promoted before. Example: 3f9a1c07be.',
      )
      .optional(),
    rolloutID: z
      .string()
      .min(1)
      .max(63)
      .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/)
      .describe(
        'The rollout that is meant, from status.services[].rolloutID. Another one under way means that the action is stale and refused. Promote, PromoteFully, SetWeight and Retry need it.',
      )
      .optional(),
    expectedStep: z
      .int32()
      .min(0)
      .max(100)
      .describe(
        'Step at which the rollout is expected to be, from status.services[].step; at another one the action is refused. Default: any. Example: 1.',
      )
      .optional(),
    overrideFreeze: z
      .boolean()
      .describe(
        'true lets the action take effect while spec.release.windows freeze rollouts; the right `override-freeze` is needed for it. Default: false.',
      )
      .default(false),
    expiresAfter: positiveSeconds
      .describe('An action that could not be applied for this long is refused. Default: 5m.')
      .default('5m'),
    reason: line(512).describe('Why, for the history. Example: error rate is fine, see incident 4711.'),
    requestedBy: line(512).describe(
      'Who asks: the name under which the API server knows the author; any other name is refused. Example: jane@example.com.',
    ),
    onBehalfOf: line(512)
      .describe(
        'For whom a program asks; the right `on-behalf-of` is needed for it. Default: nobody else. Example: john@example.com.',
      )
      .optional(),
  })
  .describe('What is asked. Nothing in it can be changed once it is stored.');

const condition = z
  .object({
    type: text(63).describe('Ready, Reconciling or Stalled.'),
    status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
    observedGeneration: z.int().min(0).describe('Generation of the spec that this was judged on.').optional(),
    lastTransitionTime: text(64).meta({ format: 'date-time' }).describe('When the status changed last.'),
    reason: text(128).describe('One CamelCase word for programs. Example: Stale.'),
    message: text(1024).describe('What became of the action, and what to do.'),
  })
  .describe('One condition.');

export const actionStatus = z
  .object({
    observedGeneration: z
      .int()
      .min(0)
      .describe('Generation of the spec that this status describes.')
      .optional(),
    conditions: listMap(condition, 'type', 8)
      .describe(
        'Conditions as kstatus reads them: Ready is True once the action is applied, Stalled once it is refused.',
      )
      .optional(),
    result: z
      .enum(['Applied', 'Rejected'])
      .describe('How the action ended; absent while nobody has judged it.')
      .optional(),
    message: text(1024).describe('What was done, or why nothing was and what to do instead.').optional(),
    appliedAt: text(64).meta({ format: 'date-time' }).describe('When the action took effect.').optional(),
  })
  .describe('What became of the action. Written by the operator only.');
