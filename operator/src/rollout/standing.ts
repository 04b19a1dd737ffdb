import { troublesOf } from './analysis.ts';
import { blockOf, elapsed, type Facts, heldWeight, holdSeconds } from './facts.ts';
import type { Attempt, RolloutMemory } from './memory.ts';

/** How a rollout stands, in a word for programs and a sentence that says what it waits for and what to do. */
export type Standing = {
  readonly code:
    | 'Alone'
    | 'Undone'
    | 'Starting'
    | 'Progressing'
    | 'AwaitingApproval'
    | 'Holding'
    | 'NoData'
    | 'Blocked'
    | 'MeshUnknown'
    | 'Paused'
    | 'Frozen'
    | 'Keeping'
    | 'Leaving'
    | 'Aborted';
  readonly message: string;
};

/** How the rollout of one service stands. */
export function standingOf(memory: RolloutMemory, facts: Facts): Standing {
  const { attempt } = memory;
  const block = blockOf(facts, attempt);
  if (attempt === undefined) {
    if (facts.target !== facts.stableRevision && block !== undefined) return blocked(block, facts, 'starts');
    if (facts.target !== facts.stableRevision) return say('Starting', `revision ${facts.target} is next`);
    return facts.undoing
      ? say('Undone', `an Undo holds revision ${facts.target}; another spec ends it`)
      : say('Alone', 'one revision runs');
  }
  switch (attempt.state) {
    case 'Keeping':
      return say('Keeping', `promoted; revision ${attempt.revision} is kept for a moment: undo goes back`);
    case 'Reverting':
    case 'Draining':
    case 'Clearing':
      return leaving(attempt, facts);
    case 'Aborted':
      return say(
        'Aborted',
        `revision ${attempt.revision} was aborted (${attempt.why ?? 'by hand'}); retry, or change the spec`,
      );
    default:
      if (block !== undefined) return blocked(block, facts, `stays at ${attempt.given} %`);
      return attempt.state === 'Holding' ? holding(attempt, facts) : progressing(attempt, facts);
  }
}

const say = (code: Standing['code'], message: string): Standing => ({ code, message });

function blocked(block: NonNullable<ReturnType<typeof blockOf>>, facts: Facts, what: string): Standing {
  if (block === 'Frozen') {
    const until = facts.wish.freeze?.until;
    const when = until === undefined ? 'a release window allows it' : new Date(until).toISOString();
    return say('Frozen', what === 'starts' ? `nothing starts before ${when}` : `${what} until ${when}`);
  }
  const cure = block === 'StackPaused' || facts.wish.paused ? 'set paused to false' : 'resume it';
  return say('Paused', `${what === 'starts' ? 'nothing starts while paused' : `${what}, paused`}; ${cure}`);
}

function leaving({ revision, ended, why }: Attempt, facts: Facts): Standing {
  const stuck = facts.stableReady === 0 && facts.otherReady > 0;
  const rest = stuck ? '; it keeps its pods because the stable revision has none that is ready' : '';
  const code = ended === 'Aborted' ? 'Aborted' : 'Leaving';
  const cause = why === undefined ? '' : `: ${why}`;
  if (facts.confirmation !== 'Confirmed') {
    return say(
      code,
      `revision ${revision} is to get no traffic${cause}; not confirmed yet${waiting(facts)}${rest}`,
    );
  }
  return say(code, `revision ${revision} gets no traffic and goes${cause}${rest}`);
}

function progressing(attempt: Attempt, facts: Facts): Standing {
  const { state, desired, revision } = attempt;
  if (facts.confirmation === 'Unknown') {
    const why = facts.because ?? 'the proxies cannot be asked what they have';
    return say('MeshUnknown', `${why}; nothing but an abort goes on`);
  }
  if (state === 'Shifting') return say('Progressing', `the proxies are given ${desired} %${waiting(facts)}`);
  if (state === 'Scaling' && facts.limit < desired) {
    return say(
      'Starting',
      `ready pods of revision ${revision} carry ${facts.limit} % of the ${desired} % wanted`,
    );
  }
  return say('Progressing', `revision ${revision} is on its way to ${desired} %${waiting(facts)}`);
}

/** Whom a rollout waits for, where the proxies do not have yet what they were told. */
function waiting({ confirmation, because }: Facts): string {
  return confirmation === 'Confirmed' || because === undefined ? '' : `: ${because}`;
}

function holding(attempt: Attempt, facts: Facts): Standing {
  const held = heldWeight(facts, attempt);
  const at = `at ${attempt.given} %`;
  const bad = facts.undoing ? '' : troublesOf(facts.wish.metrics, attempt.analysis ?? []).join('; ');
  const also = bad === '' ? '' : `; ${bad}`;
  if (held !== undefined) {
    const cure =
      facts.wish.weight === undefined ? 'promote, or set another weight' : 'change rollout.canary.weight';
    return say('AwaitingApproval', `${at}, held there; ${cure}, abort, or revert the spec${also}`);
  }
  const seconds = holdSeconds(facts, attempt);
  if (facts.verdict === 'Fail' || facts.verdict === 'Blocked') {
    return say('Blocked', `${at}: ${bad}; it goes on by good measurements, an abort or PromoteFully`);
  }
  if (seconds === undefined) {
    return say('AwaitingApproval', `${at}, step ${attempt.step}; promote, abort, or revert the spec${also}`);
  }
  const isOver = elapsed(attempt, facts.now) >= seconds;
  // What only a person can mend is told at once, not when the hold is over.
  if (!isOver && !(attempt.analysis ?? []).some(({ message }) => message !== undefined)) {
    return say('Holding', `${at}, step ${attempt.step}, for ${seconds} s${also}`);
  }
  const what = bad === '' ? 'there are no measurements of this step yet' : bad;
  return say('NoData', `${at}: ${what}; look at the metrics, promote, or abort`);
}
