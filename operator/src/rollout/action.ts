import type { ActionVerb } from '../api/rolloutaction.ts';

/** A RolloutAction that nobody has answered, as the machine reads it. */
export type PendingAction = {
  readonly uid: string;
  readonly name: string;
  readonly verb: ActionVerb;
  readonly weight?: number;
  /** Revision that an Undo asks for. */
  readonly revision?: string;
  readonly rolloutID?: string;
  readonly expectedStep?: number;
  readonly overrideFreeze: boolean;
  /** When the API server stored it, and when it is too old to be applied (ms). */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly requestedBy: string;
  readonly reason: string;
  /** Asked of several services at once: it takes effect in all of them or in none. */
  readonly joint?: true;
  /** What another of those services has against it. */
  readonly refused?: { readonly reason: string; readonly message: string };
};

/** The one answer to an action. */
export type ActionResult = {
  readonly uid: string;
  readonly result: 'Applied' | 'Rejected';
  /** One word for programs; `Applied` for what took effect. */
  readonly reason: string;
  readonly message: string;
};

const rank = (verb: ActionVerb): number => ['Abort', 'Pause'].indexOf(verb) + 1 || 3;

/** The order in which actions are judged: by age, at the same second Abort, Pause, then by name. */
export function inOrder(actions: readonly PendingAction[]): PendingAction[] {
  return actions.toSorted(
    (one, other) =>
      one.createdAt - other.createdAt ||
      rank(one.verb) - rank(other.verb) ||
      (one.name < other.name ? -1 : 1),
  );
}
