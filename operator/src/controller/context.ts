import type { EcommerceStack } from '../api/ecommercestack.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { RevisionIntent } from '../desired/revision.ts';
import type { ConfirmationPort } from '../rollout/given-to-mesh.ts';
import type { Transition } from '../status/transitions.ts';
import type { Guard } from './guard.ts';
import type { Leaving } from './leaving.ts';
import type { MeasuringPort } from './measuring.ts';

/** Writes one line about one reconcile. */
export type ReconcileLog = (
  level: 'debug' | 'info' | 'warn',
  message: string,
  fields?: Record<string, unknown>,
) => void;

/** What a reconcile works with besides the key. */
export type ReconcileContext = {
  readonly cluster: Cluster;
  /** The present time as status writes it: RFC 3339, whole seconds. */
  readonly now: () => string;
  readonly record: (stack: EcommerceStack, transition: Transition) => void;
  readonly log: (stack: EcommerceStack) => ReconcileLog;
  /** Objects that this process made once and may not see, see `withoutMade`. */
  readonly made: Set<string>;
  /**
   * Recorded intents of each stack's kept revisions, by the stack's key. The ConfigMaps are the truth; this is what
   * lets one that a hand deletes be written again.
   */
  readonly records: Map<string, Readonly<Record<string, RevisionIntent>>>;
  readonly leaving: Leaving;
  /** Asks whether the proxies have a service's weights. */
  readonly confirmation: ConfirmationPort;
  /** What was measured of canaries that status may not have yet. */
  readonly measuring: MeasuringPort;
  readonly guard: Pick<Guard, 'seen' | 'test'>;
  /** What a person should know about embedded stores, by store. */
  readonly storeNotes: Readonly<Record<string, string>>;
};
