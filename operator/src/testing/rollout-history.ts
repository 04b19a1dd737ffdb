import type { PendingAction } from '../rollout/action.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import type { RolloutWish } from '../rollout/seen.ts';
import {
  ask,
  decide,
  type RolloutWorld,
  rolloutWorld,
  routeWeights,
  runPods,
  sameWeights,
  settle,
  syncProxies,
  takeTurn,
} from './rollout-world.ts';

/** A whole number in [0, below). */
export type Draw = (below: number) => number;

/** What one history did: how often which state was reached, and the first rule that was broken. */
export type HistoryResult = {
  readonly turns: number;
  readonly states: Readonly<Record<string, number>>;
  /** A sentence with the events that led there. */
  readonly failure?: string;
};

/** Facts that the judge collects beside the world, from events alone. */
type Ledger = {
  /** Attempts that somebody aborted. */
  readonly aborted: Set<string>;
  /** Revision that was aborted last, until a retry or another wish. */
  latched?: string;
  /** Uids that took effect, with how often. */
  readonly effects: Map<string, number>;
  readonly expired: Set<string>;
  events: string[];
};

const verbs = ['SetWeight', 'Promote', 'PromoteFully', 'Pause', 'Resume', 'Abort', 'Retry', 'Undo'] as const;
const revisions = ['r1', 'r2', 'r3', 'r4'] as const;
const stepLists: readonly RolloutWish['steps'][] = [
  [{ weight: 10, holdSeconds: 60 }, { weight: 50 }],
  [{ weight: 0 }, { weight: 5, holdSeconds: 30 }, { weight: 100, holdSeconds: 30 }],
  [{ weight: 25, holdSeconds: 0 }],
  [{ weight: 50 }, { weight: 75, holdSeconds: 600 }],
];

function pick<T>(draw: Draw, items: readonly [T, ...T[]] | readonly T[], fallback: T): T {
  return items[draw(items.length)] ?? fallback;
}

/** Lives through `length` drawn events and says whether every rule of a rollout held at each of them. */
export function liveHistory(draw: Draw, length: number): HistoryResult {
  const world = rolloutWorld({
    replicas: 1 + draw(6),
    steps: pick(draw, stepLists, []),
    ...(draw(4) === 0 && {
      metrics: [{ name: 'good', min: 0.9, onFailure: draw(4) === 0 ? 'Hold' : 'Abort' }],
      failureLimit: draw(2),
    }),
  });
  const ledger: Ledger = { aborted: new Set(), effects: new Map(), expired: new Set(), events: [] };
  const states: Record<string, number> = {};
  let turns = 0;
  for (let index = 0; index < length; index++) {
    const broken = draw(2) === 0 ? happen(world, ledger, draw) : live(world, ledger, draw);
    const state = world.status.rollout?.state ?? 'Stable';
    states[state] = (states[state] ?? 0) + 1;
    turns++;
    if (broken !== undefined)
      return { turns, states, failure: `${broken} after ${ledger.events.join(', ')}` };
  }
  const end = judgeEnd(world);
  return end === undefined
    ? { turns, states }
    : { turns, states, failure: `${end} after ${ledger.events.join(', ')}` };
}

/** A turn of the operator; in half of them the world then does what it was told. */
function live(world: RolloutWorld, ledger: Ledger, draw: Draw): string | undefined {
  const calm = draw(2) === 0;
  const broken = judgedTurn(world, ledger, draw, calm);
  if (!calm) return broken;
  runPods(world);
  syncProxies(world);
  ledger.events.push('all follow');
  return broken;
}

/** Something that is not the operator. */
function happen(world: RolloutWorld, ledger: Ledger, draw: Draw): undefined {
  const kind = draw(16);
  const say = (text: string): undefined => void ledger.events.push(text);
  const { wish } = world;
  if (kind < 4) {
    runPods(world);
    return say('pods run');
  }
  if (kind < 7) {
    syncProxies(world);
    return say('proxies follow');
  }
  if (kind < 9) {
    const seconds = pick(draw, [1, 20, 45, 90, 400, 700], 1);
    world.now += seconds * 1000;
    return say(`${seconds} s`);
  }
  if (kind < 11) return say(request(world, ledger, draw));
  switch (kind) {
    case 11: {
      world.wish = { ...wish, revision: pick(draw, revisions, 'r1') };
      world.records.add(world.wish.revision);
      return say(`spec ${world.wish.revision}`);
    }
    case 12:
      return say(sicken(world, draw));
    case 13:
      return say(edit(world, draw));
    case 14: {
      world.meshReadable = draw(3) > 0;
      return say(world.meshReadable ? 'mesh readable' : 'mesh unreadable');
    }
    default:
      return say(measure(world, draw));
  }
}

function sicken(world: RolloutWorld, draw: Draw): string {
  const all = [...world.deployments.values()];
  const one = all[draw(all.length)];
  if (one === undefined) return 'nothing';
  one.ready = draw(one.ready + 1);
  return `${one.revision} has ${one.ready} ready`;
}

function edit(world: RolloutWorld, draw: Draw): string {
  const { weight, freeze, ...rest } = world.wish;
  const kept = { ...(weight !== undefined && { weight }), ...(freeze && { freeze }) };
  const choice = draw(6);
  const next: readonly RolloutWish[] = [
    { ...rest, ...kept, paused: !rest.paused },
    { ...rest, ...kept, stackPaused: !rest.stackPaused },
    { ...rest, ...kept, steps: pick(draw, stepLists, []) },
    { ...rest, ...(freeze && { freeze }), ...(weight === undefined && { weight: draw(101) }) },
    { ...rest, ...(weight !== undefined && { weight }), ...(!freeze && { freeze: {} }) },
    { ...rest, ...kept, replicas: 1 + draw(6) },
  ];
  world.wish = next[choice] ?? world.wish;
  return `wish ${['paused', 'stackPaused', 'steps', 'weight', 'freeze', 'replicas'][choice]}`;
}

function measure(world: RolloutWorld, draw: Draw): string {
  const value = pick(draw, [1, 1, 0.95, 0.1, Number.NaN], 1);
  const seen = draw(5) === 0 ? {} : { value };
  const measurements = [{ name: 'good', at: world.now, ...seen }];
  world.round = { rolloutID: world.status.rolloutID ?? '', measurements };
  return `measured ${seen.value ?? 'nothing'}`;
}

function request(world: RolloutWorld, ledger: Ledger, draw: Draw): string {
  const verb = pick(draw, verbs, 'Abort');
  const late = draw(8) === 0;
  const fields: Partial<PendingAction> = {
    uid: `u${ledger.events.length}`,
    ...(verb === 'SetWeight' && { weight: draw(101) }),
    ...(draw(8) === 0 && { rolloutID: 'r9-9' }),
    ...(draw(6) === 0 && { expectedStep: draw(3) }),
    ...(late && { expiresAt: world.now - 1 }),
  };
  const uid = ask(world, verb, fields);
  if (late) ledger.expired.add(uid);
  return `${verb}${late ? ' (expired)' : ''}`;
}

/** A turn of the operator, which dies in one of three, judged at every write. */
function judgedTurn(world: RolloutWorld, ledger: Ledger, draw: Draw, calm: boolean): string | undefined {
  const before = structuredClone(world);
  const again = decide(world);
  const decision = decide(world);
  if (JSON.stringify(again) !== JSON.stringify(decision)) return 'the same inputs gave two decisions';
  const after = !calm && draw(2) === 0 ? draw(6) : Number.POSITIVE_INFINITY;
  takeTurn(world, { after });
  ledger.events.push(after === Number.POSITIVE_INFINITY ? 'turn' : `turn that dies after ${after} writes`);
  return (
    judgeDecision(before, decision) ??
    judgeMemory(before, decision, ledger, after > 0) ??
    judgeActions(decision, ledger, after > 0) ??
    judgeRepeat(world, decision, after)
  );
}

function readyOf(world: RolloutWorld, revision: string): number {
  return [...world.deployments.values()].find((one) => one.revision === revision)?.ready ?? 0;
}

function judgeDecision(world: RolloutWorld, decision: RolloutDecision): string | undefined {
  const weights = routeWeights(decision);
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  if (Object.keys(weights).length > 0 && total !== 100) return `weights sum to ${total}`;
  const { stable, canary } = decision;
  if (canary !== undefined && canary.weight > 0) {
    const [mine, theirs] = [readyOf(world, canary.revision), readyOf(world, stable.revision)];
    const carries = mine >= world.wish.replicas || theirs === 0;
    if (mine === 0) return `a canary without a ready pod is given ${canary.weight} %`;
    if (!carries && canary.weight > (100 * mine) / (mine + theirs)) {
      return `${canary.weight} % for ${mine} of ${mine + theirs} ready pods`;
    }
  }
  const subsets = new Set([
    stable.revision,
    ...(canary ? [canary.revision] : []),
    ...(decision.leaving ?? []).map(({ revision }) => revision),
    ...(decision.coming === undefined ? [] : [decision.coming]),
    ...decision.retiring.map(({ revision }) => revision),
  ]);
  const missing = [...Object.keys(weights), ...Object.keys(world.proxies)].find((one) => !subsets.has(one));
  if (missing !== undefined) return `a route names the subset of ${missing}, which is not there`;
  return judgeRemovals(world, decision);
}

/** What loses pods or its Deployment in this turn. */
function judgeRemovals(world: RolloutWorld, decision: RolloutDecision): string | undefined {
  const { stable, canary, leaving = [] } = decision;
  const built = new Map([
    ...leaving.map((one) => [one.deployment, one.replicas] as const),
    ...(canary ? [[canary.deployment, canary.replicas] as const] : []),
    [stable.deployment, world.wish.replicas] as const,
  ]);
  for (const [name, one] of world.deployments) {
    const left = built.get(name) ?? 0;
    if (left > 0 || one.ready === 0) continue;
    const share = world.proxies[one.revision] ?? 0;
    if (share > 0) return `${one.revision} goes while proxies send it ${share} %`;
    const others = [...world.deployments].some(
      ([other, { ready }]) => other !== name && ready > 0 && built.has(other),
    );
    if (!others) return `the last healthy revision ${one.revision} is removed`;
  }
  const names = [stable, ...(canary ? [canary] : []), ...leaving].map(({ deployment }) => deployment);
  if (new Set(names).size !== names.length) return `two revisions share a Deployment: ${names.join(' ')}`;
  const restarted = [stable, ...(canary ? [canary] : []), ...leaving].find(({ deployment, revision }) => {
    const known = world.deployments.get(deployment);
    return known !== undefined && known.pods > 0 && known.template !== revision;
  });
  const proven = world.status.history?.some(
    ({ revision, result }) => result === 'Promoted' && revision === world.status.stableRevision,
  );
  if (restarted !== undefined && proven === true) return `pods of ${restarted.deployment} are restarted`;
  return undefined;
}

function judgeMemory(
  before: RolloutWorld,
  decision: RolloutDecision,
  ledger: Ledger,
  stored: boolean,
): string | undefined {
  const [was, is] = [before.status, decision.turn?.memory];
  const id = is?.rolloutID ?? '';
  if (stored && is?.attempt?.ended === 'Aborted') ledger.aborted.add(id);
  if (ledger.aborted.has(id) && is?.attempt?.ended !== 'Promoted' && (decision.canary?.weight ?? 0) > 0) {
    return `the aborted ${id} is given ${decision.canary?.weight} %`;
  }
  const again = judgeLatch(before, decision, ledger, stored);
  if (again !== undefined) return again;
  const promoted = is?.stableRevision !== was.stableRevision && was.stableRevision !== undefined;
  const { wish } = before;
  if (promoted && is?.attempt?.state === 'Keeping') {
    if (!before.meshReadable) return 'a promotion with a mesh that cannot be read';
    if ((before.proxies[is.stableRevision ?? ''] ?? 0) !== 100)
      return 'a promotion before the proxies had it';
    if (wish.weight !== undefined && was.pin === undefined) return 'a promotion although canary.weight holds';
    if (wish.paused || wish.stackPaused) return 'a promotion while paused';
    if (was.rollout?.paused === true) return 'a promotion while held by a Pause';
  }
  const held = wish.paused || wish.stackPaused || was.rollout?.paused === true;
  const same = was.rolloutID === id && was.canaryRevision === is?.attempt?.revision;
  const rose = same && (is?.attempt?.desired ?? 0) > (was.desiredWeight ?? 0);
  const resumed = decision.turn?.results.some(({ result }) => result === 'Applied') === true;
  if (held && rose && !resumed) return `the weight rose from ${was.desiredWeight} while paused`;
  return judgeHold(before, decision, resumed);
}

/** What was aborted is tried again for a Retry or another wish only. */
function judgeLatch(
  { status, wish }: RolloutWorld,
  { turn }: RolloutDecision,
  ledger: Ledger,
  stored: boolean,
): string | undefined {
  const is = turn?.memory;
  const begun = is?.rolloutID !== status.rolloutID ? is?.attempt?.revision : undefined;
  const acted = turn?.results.some(({ result }) => result === 'Applied') === true;
  if (begun !== undefined && begun === ledger.latched && !acted) return `the aborted ${begun} is tried again`;
  const target = is?.pin?.revision ?? wish.revision;
  if (!stored) return undefined;
  if (acted || begun !== undefined || target !== ledger.latched) delete ledger.latched;
  if (is?.attempt?.ended === 'Aborted' && is.attempt.revision === target) ledger.latched = target;
  return undefined;
}

/** A step ends by its clock with good measurements, or by a person. */
function judgeHold(before: RolloutWorld, { turn }: RolloutDecision, asked: boolean): string | undefined {
  const { status: was, wish } = before;
  const attempt = turn?.memory.attempt;
  const next = was.rollout?.state === 'Holding' && attempt?.state === 'Scaling';
  if (!next || asked || turn?.memory.rolloutID !== was.rolloutID || wish.weight !== undefined)
    return undefined;
  if (attempt.step !== (was.step ?? 0) + 1 || was.pin !== undefined) return undefined;
  const here = wish.steps[was.step ?? 0];
  if (here === undefined || here.weight !== was.desiredWeight) return undefined;
  if (here.holdSeconds === undefined) return `step ${was.step} ended without approval`;
  const value = before.round?.measurements[0]?.value;
  const good = wish.metrics.length === 0 || (value !== undefined && value >= 0.9);
  return good ? undefined : `step ${was.step} ended with ${value === undefined ? 'no data' : value}`;
}

function judgeActions({ turn }: RolloutDecision, ledger: Ledger, stored: boolean): string | undefined {
  const known = new Set(ledger.effects.keys());
  for (const { uid, result } of turn?.results ?? []) {
    if (result !== 'Applied') continue;
    if (ledger.expired.has(uid)) return `the expired action ${uid} was applied`;
    if (stored && !known.has(uid)) ledger.effects.set(uid, 1);
  }
  const handled = turn?.memory.handled ?? [];
  if (new Set(handled.map(({ uid }) => uid)).size !== handled.length) return 'an action took effect twice';
  return undefined;
}

/** A decision that was stored is made again from what was stored, in a world in which nothing else happened. */
function judgeRepeat(world: RolloutWorld, decision: RolloutDecision, after: number): string | undefined {
  if (after !== 1) return undefined;
  const again = decide(world);
  const [one, other] = [routeWeights(decision), routeWeights(again)];
  const unknown = !sameWeights(world.proxies, one);
  const grows = (other[again.canary?.revision ?? ''] ?? 0) > (one[decision.canary?.revision ?? ''] ?? 0);
  return unknown && grows
    ? 'a stored decision that was not acted on was overtaken by a larger weight'
    : undefined;
}

/** Left alone, with pods that run and proxies that follow, every rollout comes to rest. */
function judgeEnd(world: RolloutWorld): string | undefined {
  world.wish = { ...world.wish, stackPaused: false };
  world.meshReadable = true;
  try {
    for (let hour = 0; hour < 6; hour++) {
      settle(world);
      world.now += 3_600_000;
    }
    settle(world);
  } catch (error) {
    return String(error);
  }
  const state = world.status.rollout?.state ?? 'Stable';
  const rests = ['Stable', 'Holding', 'Aborted', 'Scaling', 'Shifting', 'Pinning'];
  if (!rests.includes(state)) return `it rests in ${state}`;
  const blocked =
    world.wish.paused || world.wish.freeze !== undefined || world.status.rollout?.paused === true;
  return ['Stable', 'Holding', 'Aborted'].includes(state) || blocked ? undefined : `it is stuck in ${state}`;
}
