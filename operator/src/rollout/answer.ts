import { type ActionResult, inOrder, type PendingAction } from './action.ts';
import { troublesOf } from './analysis.ts';
import { begin, type Ending, leave } from './effects.ts';
import { blockOf, type Facts, heldWeight } from './facts.ts';
import { type Attempt, isTried, type RolloutMemory } from './memory.ts';
import type { RolloutSeen } from './seen.ts';
import { atNextStep } from './weight.ts';

type Answer = {
  readonly memory: RolloutMemory;
  readonly message: string;
  readonly endings?: readonly Ending[];
};
type Refusal = { readonly reason: string; readonly refused: string };

/** What became of the actions of one turn. */
export type Answered = {
  readonly memory: RolloutMemory;
  readonly results: readonly ActionResult[];
  readonly endings: readonly Ending[];
};

/** Actions that one turn judges, so that status has room for their answers; the rest waits for the next turn. */
const mostAtOnce = 8;

/** Judges every action that waits, in order; each sees what the ones before it did. */
export function answer(
  memory: RolloutMemory,
  factsAt: (memory: RolloutMemory) => Facts,
  seen: RolloutSeen,
): Answered {
  const facts = factsAt(memory);
  const done = new Map((memory.handled ?? []).map((one) => [one.uid, one.message]));
  const waiting = seen.actions.filter(({ uid }) => done.has(uid)).length;
  const fresh = inOrder(seen.actions.filter(({ uid }) => !done.has(uid)));
  const room = fresh.slice(0, Math.max(1, mostAtOnce - waiting));
  const abort = fresh.findLast((one) => one.verb === 'Abort' && refusalOf(one, memory, facts) === undefined);
  const taken = abort === undefined || room.includes(abort) ? room : [...room, abort];
  const start: Answered = {
    memory,
    results: seen.actions.flatMap(({ uid }) => {
      const message = done.get(uid);
      return message === undefined ? [] : [applied(uid, message)];
    }),
    endings: [],
  };
  const open = new Set(seen.actions.map(({ uid }) => uid));
  return taken.reduce((so, action) => judged(so, action, abort, factsAt(so.memory), seen, open), start);
}

function judged(
  so: Answered,
  action: PendingAction,
  abort: PendingAction | undefined,
  facts: Facts,
  seen: RolloutSeen,
  open: ReadonlySet<string>,
): Answered {
  const late = abort !== undefined && abort !== action && action.createdAt <= abort.createdAt;
  const verdict: Answer | Refusal = late
    ? refuse('Aborted', `an Abort (${abort.name}) was asked for after it`)
    : (refusalOf(action, so.memory, facts) ?? apply(action, so.memory, facts, seen));
  const { uid } = action;
  if ('refused' in verdict) {
    const { reason, refused: message } = verdict;
    return { ...so, results: [...so.results, { uid, result: 'Rejected', reason, message }] };
  }
  const { message, memory, endings = [] } = verdict;
  const kept = (memory.handled ?? []).filter((one) => open.has(one.uid));
  return {
    memory: { ...memory, handled: [...kept, { uid, message }], lastAction: sentence(action) },
    results: [...so.results, applied(uid, message)],
    endings: [...so.endings, ...endings],
  };
}

const applied = (uid: string, message: string): ActionResult => ({
  uid,
  result: 'Applied',
  reason: 'Applied',
  message,
});

const refuse = (reason: string, refused: string): Refusal => ({ reason, refused });

function sentence({ verb, requestedBy, reason }: PendingAction): string {
  const text = `${verb} by ${requestedBy}: ${reason}`;
  return text.length <= 253 ? text : `${text.slice(0, 251)} …`;
}

const named: readonly string[] = ['Promote', 'PromoteFully', 'SetWeight', 'Retry'];

/** What makes sense, or does no harm, when the rollout that was seen has ended and none has begun since. */
const later: readonly string[] = ['Abort', 'Undo'];

/** Why an action cannot take effect whatever it asks; undefined when it can. */
function refusalOf(action: PendingAction, memory: RolloutMemory, facts: Facts): Refusal | undefined {
  const { verb, rolloutID, expectedStep } = action;
  const { attempt } = memory;
  if (action.refused !== undefined) return refuse(action.refused.reason, action.refused.message);
  if (facts.now >= action.expiresAt)
    return refuse('Expired', 'it was not applied within expiresAfter; ask again');
  if (rolloutID === undefined && named.includes(verb)) {
    return refuse('Stale', `${verb} needs rolloutID, see status.services[].rolloutID`);
  }
  const over = attempt === undefined && !later.includes(verb);
  const gone = rolloutID !== undefined && (over || rolloutID !== memory.rolloutID);
  if (gone || (expectedStep !== undefined && expectedStep !== attempt?.step)) {
    const now = attempt === undefined ? 'nothing' : `${memory.rolloutID} at step ${attempt.step}`;
    return refuse('Stale', `${now} is under way; look at the status and ask again`);
  }
  if (verb === 'Abort') return undefined;
  if (!facts.wish.guarded) {
    return refuse(
      'Unguarded',
      'nothing checks who writes actions; install the admission policies of the chart',
    );
  }
  if (facts.wish.stackPaused) return refuse('Paused', 'spec.paused is true: set it to false first');
  return frozen(action, memory, facts);
}

function frozen(action: PendingAction, memory: RolloutMemory, facts: Facts): Refusal | undefined {
  const rises =
    ['Promote', 'PromoteFully', 'Retry'].includes(action.verb) ||
    (action.verb === 'SetWeight' && (action.weight ?? 0) > (memory.attempt?.desired ?? 0));
  const { freeze } = facts.wish;
  if (!rises || freeze === undefined || action.overrideFreeze) return undefined;
  const until = freeze.until === undefined ? '' : ` until ${new Date(freeze.until).toISOString()}`;
  return refuse('Frozen', `a release window keeps rollouts${until}; wait, or ask with overrideFreeze`);
}

function apply(
  action: PendingAction,
  memory: RolloutMemory,
  facts: Facts,
  seen: RolloutSeen,
): Answer | Refusal {
  switch (action.verb) {
    case 'Abort':
      return abortOf(action, memory);
    case 'Retry':
      return retryOf(action, memory, facts);
    case 'Undo':
      return undoOf(action, memory, facts, seen);
    default:
      return isTried(memory.attempt)
        ? onAttempt(action, memory, memory.attempt, facts)
        : nothingUnderWay(memory, facts);
  }
}

function nothingUnderWay({ attempt }: RolloutMemory, facts: Facts): Refusal {
  if (attempt?.ended === 'Aborted' && attempt.revision === facts.target) {
    return refuse('Aborted', `revision ${attempt.revision} was aborted: Retry it first, or change the spec`);
  }
  return refuse('NothingUnderWay', 'no canary is under way; another version in the spec starts one');
}

function abortOf(action: PendingAction, memory: RolloutMemory): Answer | Refusal {
  const { attempt } = memory;
  if (attempt?.ended === 'Promoted') {
    return refuse('Promoted', 'the revision is the stable one already: Undo goes back');
  }
  if (!isTried(attempt)) return { memory, message: 'no canary is under way; nothing had to change' };
  const { reason: why, requestedBy: by } = action;
  return {
    memory: leave(memory, attempt, 'Aborted', `${by}: ${why}`),
    message: `revision ${attempt.revision} gets no traffic any more`,
    endings: [{ revision: attempt.revision, result: 'Aborted', by, why }],
  };
}

function retryOf(action: PendingAction, memory: RolloutMemory, facts: Facts): Answer | Refusal {
  const { attempt } = memory;
  if (attempt?.ended !== 'Aborted' || attempt.revision !== facts.target) {
    return refuse('NotAborted', 'only an aborted revision that is still wanted can be tried again');
  }
  // Without a subset in the route it has to be pinned first.
  const routed = attempt.state === 'Reverting' || attempt.state === 'Draining';
  const begun = begin(memory, attempt.revision, routed ? 'Scaling' : 'Pinning', facts);
  return { memory: withOverride(begun, action), message: `tried again as ${begun.rolloutID}` };
}

function withOverride(memory: RolloutMemory, action: PendingAction): RolloutMemory {
  if (!action.overrideFreeze || memory.attempt === undefined) return memory;
  return { ...memory, attempt: { ...memory.attempt, unfrozen: true } };
}

function undoOf(
  action: PendingAction,
  memory: RolloutMemory,
  facts: Facts,
  seen: RolloutSeen,
): Answer | Refusal {
  if (facts.wish.paused) return refuse('Paused', 'rollout.paused is true: set it to false first');
  const { attempt, proven } = memory;
  const before = proven.find((one) => one !== facts.stableRevision && seen.recorded.includes(one));
  const wanted = action.revision ?? (isTried(attempt) ? facts.stableRevision : before);
  if (wanted === undefined) return refuse('NoRevision', 'no older revision is kept; set one in the spec');
  if (wanted !== facts.stableRevision && !seen.recorded.includes(wanted)) {
    return refuse('NoRevision', `revision ${wanted} is not kept any more; set its version in the spec`);
  }
  if (wanted === facts.stableRevision && wanted === facts.target) {
    return refuse('NoRevision', `revision ${wanted} is the stable one already`);
  }
  if (attempt?.ended === 'Aborted' && wanted === attempt.revision) {
    return refuse('Aborted', `revision ${wanted} was aborted: Retry it`);
  }
  const pinned: RolloutMemory = {
    ...memory,
    pin: { revision: wanted, over: facts.wish.revision },
    ...(attempt && { attempt: { ...attempt, paused: undefined } }),
  };
  const inPlace =
    facts.wish.strategy === 'Rolling' && attempt === undefined && wanted !== facts.stableRevision;
  const { requestedBy: by, reason: why } = action;
  return {
    memory: pinned,
    message: `goes back to revision ${wanted} until the specification asks for another one`,
    ...(inPlace && { endings: [{ revision: facts.stableRevision, result: 'Undone' as const, by, why }] }),
  };
}

function onAttempt(
  action: PendingAction,
  memory: RolloutMemory,
  attempt: Attempt,
  facts: Facts,
): Answer | Refusal {
  const to = (next: Attempt, message: string): Answer => ({ memory: { ...memory, attempt: next }, message });
  const asked = { by: action.requestedBy, why: action.reason };
  if (action.verb === 'Pause') return to({ ...attempt, paused: true }, 'the weight stays as it is');
  if (action.verb === 'Resume') {
    const { paused: _paused, ...rest } = attempt;
    return to(rest, 'the rollout goes on');
  }
  const { weight = 0 } = action;
  const held = facts.wish.weight;
  if (held !== undefined) {
    return refuse('Held', `rollout.canary.weight holds ${held} %: change or remove it in the spec`);
  }
  const block = blockOf({ ...facts, wish: { ...facts.wish, freeze: undefined } }, attempt);
  if (block !== undefined && !(action.verb === 'SetWeight' && weight <= attempt.desired)) {
    return refuse('Paused', 'the rollout is paused: resume it first');
  }
  const free = action.overrideFreeze ? { ...attempt, unfrozen: true } : attempt;
  if (action.verb === 'SetWeight') {
    const set = { ...free, weight, full: undefined, ...asked };
    return to(rescaled({ ...set, desired: weight }), `the canary is given ${weight} %`);
  }
  if (action.verb === 'PromoteFully') {
    return to(
      rescaled({ ...free, full: true, weight: undefined, desired: 100, ...asked }),
      'the canary is given everything',
    );
  }
  if (attempt.state !== 'Holding') {
    return refuse(
      'NotHolding',
      `the weight of step ${attempt.step} is not in effect yet; wait for it, or PromoteFully`,
    );
  }
  if (facts.verdict === 'Fail' || facts.verdict === 'Blocked') {
    const bad = troublesOf(facts.wish.metrics, attempt.analysis ?? []).join('; ');
    return refuse('AnalysisBlocks', `${bad}; wait for good measurements, abort, or PromoteFully`);
  }
  const manual = heldWeight(facts, attempt) !== undefined;
  const next = atNextStep(free, facts);
  const message =
    next.desired === 100 ? 'the canary is given everything' : `the canary is given ${next.desired} %`;
  return to(rescaled({ ...next, ...asked, ...(manual && { full: undefined }) }), message);
}

/** The attempt on its way to another weight, from the pods on. */
function rescaled(attempt: Attempt): Attempt {
  const { since: _stopped, ...rest } = attempt;
  const state = attempt.state === 'Pinning' ? 'Pinning' : 'Scaling';
  return { ...rest, state, spent: 0 };
}
