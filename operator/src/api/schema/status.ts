/** What the operator reports back. */
import { z } from 'zod';
import { attemptStates, endings } from './attempt.ts';
import { listAtomic, listMap } from './primitives.ts';

const text = (max: number) => z.string().max(max);

const condition = z
  .object({
    type: text(63).describe(
      'Ready, Reconciling, Stalled, or one concern: DataReady, ServicesAvailable, MeshConfigured, ExposureReady, RolloutHealthy, ActionsGuarded.',
    ),
    status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
    observedGeneration: z.int().min(0).describe('Generation of the spec that this was judged on.').optional(),
    lastTransitionTime: text(64)
      .meta({ format: 'date-time' })
      .describe('When the status changed last; it stays when only the message changes.'),
    reason: text(128).describe('One CamelCase word for programs. Example: SecretMissing.'),
    message: text(1024).describe('What holds or fails, and what to do.'),
  })
  .describe('One condition.');

const historyEntry = z
  .object({
    revision: text(63).describe('Revision that was rolled out.'),
    version: text(63).describe('Version of that revision.'),
    result: z
      .enum(['Promoted', 'Aborted', 'Superseded', 'Undone'])
      .describe('How the rollout of the revision ended.'),
    at: text(64).meta({ format: 'date-time' }).describe('When the rollout ended.'),
    by: text(128).describe('Who ended it; absent: the operator.').optional(),
    why: text(256).describe('Why it ended like this.').optional(),
  })
  .describe('One finished rollout.');

const secretVersion = z
  .object({
    name: text(253).describe('Name of the Secret, which lies in the namespace of the stack.'),
    version: text(63).describe('The resourceVersion that was seen last.'),
  })
  .describe('One Secret that the pods of a service read.');

const time = (about: string) => text(64).meta({ format: 'date-time' }).describe(about);
const percent = (about: string) => z.int32().min(0).max(100).describe(about);

const rolloutMemory = z
  .object({
    state: z.enum(attemptStates).describe('State of the rollout machine.'),
    revision: text(63).describe('The canary, or the former stable revision.'),
    given: percent('Percentage told to the mesh.'),
    weight: percent('Percentage of a SetWeight.').optional(),
    full: z.boolean().describe('true: no more steps.').optional(),
    paused: z.boolean().describe('true: a Pause holds it.').optional(),
    unfrozen: z.boolean().describe('true: no freeze holds it.').optional(),
    since: time('Start of the running clock.').optional(),
    spent: z.int().min(0).describe('Seconds before `since`.'),
    failures: z.int32().min(0).describe('Failed measurements so far, over all metrics.'),
    ended: z.enum(endings).describe('How the attempt ended.').optional(),
    by: text(128).describe('Who moved it last; absent: nobody by hand.').optional(),
    why: text(640).describe('Why it is where it is.').optional(),
  })
  .describe('What the operator remembers of a rollout.');

const metricStatus = z
  .object({
    name: text(63).describe('Name of the metric, as in the spec.'),
    verdict: z
      .enum(['Pass', 'Fail', 'Inconclusive', 'NoData'])
      .describe('What the newest measurement shows; Inconclusive and NoData hold the canary where it is.'),
    value: text(32).describe('The value that was judged; absent without data.').optional(),
    baseline: text(32).describe('The value of the stable revision, where the metric compares.').optional(),
    at: time('When the newest measurement began.'),
    failures: z.int32().min(0).describe('Failed measurements of this metric; good ones forgive none.'),
    recent: listAtomic(text(32), 4)
      .describe('The last values, newest last; a dash stands for no data.')
      .optional(),
    message: text(256).describe('Why there is no data, and what to do.').optional(),
  })
  .describe('What is known of one metric of a canary.');

const pin = z
  .object({
    revision: text(63).describe('The older revision to keep.'),
    over: text(63).describe('Revision of the spec; another one ends the pin.'),
  })
  .describe('An Undo that still holds.');

const handledAction = z
  .object({
    uid: text(63).describe('uid of the RolloutAction.'),
    message: text(256).describe('The answer to the action.'),
  })
  .describe('One action that took effect.');

const serviceStatus = z
  .object({
    name: text(63).describe('Name of the service, or monolith.'),
    version: text(63).describe('Version that the spec asks for.').optional(),
    revision: text(63).describe('Revision that the spec asks for.').optional(),
    stableRevision: text(63).describe('Revision that serves the stable share of the traffic.').optional(),
    canaryRevision: text(63).describe('Revision that is being tried, while there is one.').optional(),
    rolloutID: text(63).describe('Identity of the last rollout; actions must name it.').optional(),
    desiredWeight: z.int32().min(0).max(100).describe('Canary percentage that was decided.').optional(),
    weight: z
      .int32()
      .min(0)
      .max(100)
      .describe('Canary percentage that the proxies have; absent while it cannot be read.')
      .optional(),
    step: z.int32().min(0).max(100).describe('Index of the current step, from 0.').optional(),
    phase: text(63).describe('One word for people. Example: Progressing.').optional(),
    readyReplicas: z.int32().min(0).describe('Pods that are ready, over all revisions.').optional(),
    rollout: rolloutMemory.optional(),
    analysis: listMap(metricStatus, 'name', 16)
      .describe('Newest measurements of a rollout that is under way or was aborted, one for each metric.')
      .optional(),
    pin: pin.optional(),
    handled: listMap(handledAction, 'uid', 16).describe('Actions that took effect last.').optional(),
    lastAction: text(253).describe('The last RolloutAction that was applied.').optional(),
    secrets: listMap(secretVersion, 'name', 64)
      .describe('Secrets of yours that the pods read; another version restarts them, see onSecretChange.')
      .optional(),
    restart: text(63).describe('Version of the Secret for which the pods were restarted last.').optional(),
    history: listAtomic(historyEntry, 10).describe('The last rollouts, newest first, at most 10.').optional(),
    message: text(1024).describe('What the service waits for or suffers from, and what to do.').optional(),
  })
  .describe('State of one service.');

export const status = z
  .object({
    observedGeneration: z
      .int()
      .min(0)
      .describe('Generation of the spec that this status describes.')
      .optional(),
    phase: text(63)
      .describe('One word for the columns of kubectl get; programs read `conditions`.')
      .optional(),
    summary: z
      .object({
        services: text(63).describe('Ready services of all. Example: 12/13.').optional(),
        canary: text(253).describe('Canaries under way. Example: user 20%.').optional(),
      })
      .describe('Short texts for the columns of kubectl get.')
      .optional(),
    conditions: listMap(condition, 'type', 16)
      .describe('Conditions as kstatus reads them, one for each type.')
      .optional(),
    services: listMap(serviceStatus, 'name', 33).describe('State of each service.').optional(),
    url: text(512)
      .describe('Address at which the stack answers. Example: https://api.mycompany.com/.')
      .optional(),
    hosts: listAtomic(text(253), 16)
      .describe('Hosts that are served. A stack of another namespace cannot take them while they stand here.')
      .optional(),
  })
  .describe('What the operator last saw and did. Written by the operator only.');
