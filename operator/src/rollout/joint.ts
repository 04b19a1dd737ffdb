import type { ActionResult, PendingAction } from './action.ts';
import type { RolloutDecision } from './decision.ts';

/** Unanswered actions by service. */
export type ActionsByService = Readonly<Record<string, readonly PendingAction[]>>;

type Said = { readonly service: string; readonly result?: ActionResult };

/**
 * An action for several services takes effect in all of them or in none. Gives the actions to decide with instead, where
 * one of these would split; undefined where none does. An Abort takes what it can get.
 */
export function unsplit(
  actions: ActionsByService,
  decisions: readonly RolloutDecision[],
): ActionsByService | undefined {
  const joint = Object.values(actions)
    .flat()
    .filter(
      ({ joint: isJoint, refused, verb }) => isJoint === true && refused === undefined && verb !== 'Abort',
    );
  for (const { uid } of joint) {
    const said = saidOf(uid, actions, decisions);
    if (said.some(({ result }) => result === undefined)) return without(uid, actions);
    const no = said.find(({ result }) => result?.result === 'Rejected');
    const yes = said.some(({ result }) => result?.result === 'Applied');
    if (no?.result === undefined || !yes) continue;
    const { reason, message } = no.result;
    return refusedWith(
      uid,
      { reason, message: `${no.service}: ${message}; no service was changed` },
      actions,
    );
  }
  return undefined;
}

/** The one answer to each action, whatever number of services had a say. */
export function answersOf(actions: ActionsByService, decisions: readonly RolloutDecision[]): ActionResult[] {
  const uids = new Set(
    Object.values(actions)
      .flat()
      .map(({ uid }) => uid),
  );
  return [...uids].flatMap((uid) => {
    const said = saidOf(uid, actions, decisions).filter(({ result }) => result !== undefined);
    const first = said.find(({ result }) => result?.result === 'Applied') ?? said[0];
    if (first?.result === undefined) return [];
    const texts = new Set(said.map(({ result }) => result?.message ?? ''));
    const message =
      texts.size === 1
        ? first.result.message
        : said.map(({ service, result }) => `${service}: ${result?.message ?? ''}`).join('; ');
    return [{ ...first.result, message }];
  });
}

function saidOf(uid: string, actions: ActionsByService, decisions: readonly RolloutDecision[]): Said[] {
  return Object.entries(actions)
    .filter(([, some]) => some.some((action) => action.uid === uid))
    .map(([service]) => {
      const turn = decisions.find((decision) => decision.service === service)?.turn;
      const result = turn?.results.find((one) => one.uid === uid);
      return { service, ...(result && { result }) };
    });
}

/** Nothing of it this time: a service has too much to judge at once. */
function without(uid: string, actions: ActionsByService): ActionsByService {
  return mapped(actions, (some) => some.filter((action) => action.uid !== uid));
}

function refusedWith(
  uid: string,
  refused: NonNullable<PendingAction['refused']>,
  actions: ActionsByService,
): ActionsByService {
  return mapped(actions, (some) =>
    some.map((action) => (action.uid === uid ? { ...action, refused } : action)),
  );
}

function mapped(
  actions: ActionsByService,
  change: (some: readonly PendingAction[]) => PendingAction[],
): ActionsByService {
  return Object.fromEntries(Object.entries(actions).map(([service, some]) => [service, change(some)]));
}
