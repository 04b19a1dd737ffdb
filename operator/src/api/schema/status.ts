/** What the operator reports back. */
import { z } from 'zod';
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
  })
  .describe('One finished rollout.');

const secretVersion = z
  .object({
    name: text(253).describe('Name of the Secret, which lies in the namespace of the stack.'),
    version: text(63).describe('The resourceVersion that was seen last.'),
  })
  .describe('One Secret that the pods of a service read.');

const serviceStatus = z
  .object({
    name: text(63).describe('Name of the service, or monolith.'),
    version: text(63).describe('Version that the spec asks for.').optional(),
    revision: text(63).describe('Revision that the spec asks for.').optional(),
    stableRevision: text(63).describe('Revision that serves the stable share of the traffic.').optional(),
    canaryRevision: text(63).describe('Revision that is being tried, while there is one.').optional(),
    rolloutID: text(63).describe('Identity of the running rollout; actions must name it.').optional(),
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
