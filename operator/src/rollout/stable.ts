import { begin } from './effects.ts';
import { blockOf, type Facts, livingStable } from './facts.ts';
import type { RolloutMemory } from './memory.ts';
import type { DeploymentSeen, RolloutSeen, RolloutWish } from './seen.ts';

/**
 * The memory from which a turn begins. Another revision that lives and of which status knows nothing (it was lost, or
 * restored) is a canary from the start where it is wanted, else on its way out: it has no traffic either way.
 */
export function beginning(
  memory: RolloutMemory,
  wish: RolloutWish,
  seen: RolloutSeen,
  now: number,
): RolloutMemory {
  if (memory.attempt !== undefined) return memory;
  const stable = livingStable(memory, seen.deployments);
  const stray = seen.deployments.find((one) => isStray(one, stable));
  if (stray === undefined) return memory;
  const target = memory.pin?.revision ?? wish.revision;
  const undoing = memory.pin !== undefined;
  const known = stable === undefined ? {} : { stableRevision: memory.stableRevision ?? stable.revision };
  const begun = begin({ ...memory, ...known }, stray.revision, 'Scaling', { now, wish, undoing });
  if (stray.revision === target || begun.attempt === undefined) return begun;
  const over = { state: 'Reverting', desired: 0, ended: 'Superseded' } as const;
  return { ...begun, attempt: { ...begun.attempt, ...over } };
}

function isStray(one: DeploymentSeen, stable: DeploymentSeen | undefined): boolean {
  return stable !== undefined && one !== stable && one.pods > 0 && one.revision !== stable.revision;
}

/**
 * The memory with its stable revision. Where no second revision lives, Rolling and a stable revision that never ran whole
 * are replaced in place: there is nothing to compare with a revision that never came up.
 */
export function settleStable(memory: RolloutMemory, facts: Facts): RolloutMemory {
  const stableRevision = facts.stableRevision;
  const replaced =
    memory.attempt === undefined && facts.target !== stableRevision && isReplaceable(memory, facts);
  return { ...memory, stableRevision: replaced ? facts.target : stableRevision };
}

function isReplaceable(memory: RolloutMemory, facts: Facts): boolean {
  const { wish, stable, stableRevision } = facts;
  const restored = memory.stableRevision === undefined && stable?.settled === true;
  const holds = restored || memory.proven.includes(stableRevision);
  if (!holds) return true;
  return wish.strategy === 'Rolling' && blockOf(facts, undefined) !== 'Frozen';
}
