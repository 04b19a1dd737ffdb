/** How a new revision of a service replaces the old one. */
import { z } from 'zod';
import {
  countOrPercent,
  duration,
  listAtomic,
  listMap,
  mapOf,
  positiveSeconds,
  serviceLabel,
  signedQuantity,
  weight,
} from './primitives.ts';

const hold = z
  .object({
    type: z
      .enum(['Duration', 'Approval'])
      .describe(
        'Duration goes on by itself after `duration`; Approval waits until a RolloutAction promotes the service.',
      ),
    duration: duration
      .describe('How long the step is held; set it with type Duration only. Example: 5m.')
      .optional(),
  })
  .describe('What ends this step.');

const step = z
  .object({
    weight: weight.describe(
      'Percentage of requests that go to the canary during this step, 0 to 100; larger than that of the step before. At 0 only requests of `match` reach the canary. Example: 10.',
    ),
    hold,
  })
  .describe('One step of the canary.');

const headerMatch = z
  .object({
    exact: z.string().max(256).describe('The header has exactly this value. Example: "true".').optional(),
    prefix: z
      .string()
      .min(1)
      .max(256)
      .describe('The header begins with this text. Example: beta-.')
      .optional(),
    regex: z
      .string()
      .min(1)
      .max(256)
      .describe('The whole header matches this RE2 expression. Example: "[a-c].*".')
      .optional(),
  })
  .describe('Comparison of one header: exactly one of exact, prefix and regex.');

const match = z
  .object({
    headers: mapOf(headerMatch, 8).describe(
      'Headers that must all match, by lower-case name. Example: {canary: {exact: "true"}}.',
    ),
  })
  .describe('Conditions that one request must meet together.');

const metric = z
  .object({
    name: serviceLabel.describe('Name of the metric in status and events. Example: success-rate.'),
    provider: serviceLabel.describe(
      'Name of a metrics provider that the operator was started with; never a URL. Example: prometheus.',
    ),
    query: z
      .string()
      .min(1)
      .max(2048)
      .describe(
        'Query that returns one number for the canary; `{{service}}`, `{{deployment}}`, `{{revision}}`, `{{stack}}` and `{{namespace}}` are filled in. Example: success_rate{deployment="{{deployment}}"}.',
      ),
    min: signedQuantity
      .describe('Smallest good value. Set `min`, `max` or both. Example: "0.99".')
      .optional(),
    max: signedQuantity
      .describe('Largest good value. Set `min`, `max` or both. Example: 200m for 0.2.')
      .optional(),
    failBelow: signedQuantity
      .describe('Values below fail; from here to `min` the rollout holds. Default: `min`. Example: "0.95".')
      .optional(),
    failAbove: signedQuantity
      .describe('Values above fail; from `max` to here the rollout holds. Default: `max`. Example: 500m.')
      .optional(),
    compare: z
      .enum(['None', 'Difference', 'Ratio'])
      .describe(
        'What is judged: the value of the canary (None), or its Difference from or Ratio to the one of stable. Default: None.',
      )
      .default('None'),
    onFailure: z
      .enum(['Abort', 'Hold'])
      .describe(
        'What a bad value does: Abort counts it towards `failureLimit`; Hold keeps the canary until it is good. Default: Abort.',
      )
      .default('Abort'),
  })
  .describe(
    'One measurement that the canary must pass. No data is neither pass nor failure: the rollout holds.',
  );

const analysis = z
  .object({
    interval: positiveSeconds
      .describe('Time between two measurements of a metric, in whole seconds. Default: 30s.')
      .default('30s'),
    failureLimit: z
      .int32()
      .min(0)
      .max(100)
      .describe(
        'Failed measurements that are tolerated, over all metrics; the next one aborts the canary. Default: 0.',
      )
      .default(0),
    metrics: listMap(metric, 'name', 16)
      .min(1)
      .describe(
        'Measurements; each must pass, at most 16. Example: [{name: success-rate, provider: prometheus, query: ..., min: "0.99"}].',
      ),
  })
  .describe(
    'Measurements that decide whether the canary goes on. Default: none, only readiness and time decide.',
  );

const canary = z
  .object({
    steps: listAtomic(step, 20)
      .min(1)
      .describe(
        'Steps with rising weights, at most 20; after the last one the canary takes all traffic and becomes stable. Example: [{weight: 10, hold: {type: Duration, duration: 5m}}, {weight: 50, hold: {type: Approval}}].',
      )
      .optional(),
    weight: weight
      .describe(
        'Holds the canary at exactly this percentage and does not promote it, not even at 100: made for Git. Remove it to let the steps go on. Example: 20.',
      )
      .optional(),
    match: listAtomic(match, 8)
      .describe(
        'Requests that always go to the canary, whatever the weight; any one of the conditions is enough. While the canary has no ready pod they go to stable. Example: [{headers: {canary: {exact: "true"}}}].',
      )
      .optional(),
    sticky: z
      .object({
        cookie: z
          .object({
            name: z
              .string()
              .min(1)
              .max(64)
              .regex(/^[A-Za-z0-9_-]+$/)
              .describe('Name of the cookie. Example: shop-canary.'),
            maxAge: duration.describe('How long a browser keeps it. Default: 1h.').default('1h'),
          })
          .describe('Cookie that remembers which revision a visitor got.'),
      })
      .describe(
        'Keeps a visitor on the revision that served the first request. Default: each request is drawn anew.',
      )
      .optional(),
    analysis: analysis.optional(),
  })
  .describe('How traffic moves to a new revision. Set it with strategy Canary only.');

const rolling = z
  .object({
    maxSurge: countOrPercent
      .describe('Pods above the wanted number during a rollout, a number or a percentage. Default: 25%.')
      .default('25%'),
    maxUnavailable: countOrPercent
      .describe('Pods below the wanted number during a rollout, a number or a percentage. Default: 0.')
      .default(0),
  })
  .describe('How the Deployment replaces pods. Set it with strategy Rolling only.');

/** Rollout settings of a service or of the monolith. */
export const rollout = z
  .object({
    strategy: z
      .enum(['Rolling', 'Canary'])
      .describe(
        'Rolling replaces pods in place. Canary runs the new revision beside the old one and moves traffic in steps. Default: Rolling.',
      )
      .default('Rolling'),
    rolling: rolling.optional(),
    canary: canary.optional(),
    paused: z
      .boolean()
      .describe('true keeps a rollout where it is; abort still works. Default: false.')
      .default(false),
    onSecretChange: z
      .enum(['Restart', 'Ignore'])
      .describe(
        'What happens when a Secret that the pods use changes: Restart rolls the pods, Ignore waits for the next rollout. Default: Restart.',
      )
      .default('Restart'),
    revisionHistoryLimit: z
      .int32()
      .min(1)
      .max(10)
      .describe('Older revisions kept for undo, 1 to 10. Default: 5.')
      .default(5),
    progressDeadline: positiveSeconds
      .describe(
        'Time within which a rollout must make progress, in whole seconds, before it counts as failed and a canary is aborted. It stands still while held, paused or frozen. Default: 10m.',
      )
      .default('10m'),
  })
  .describe('How a new revision replaces the old one.');
