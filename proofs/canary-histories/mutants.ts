import type { Mutant } from '../mutants/mutant.ts';

const bug = (name: string, sentence: string, file: string, find: string, replace: string): Mutant => ({
  ...{ name, sentence, find, replace },
  module: `operator/src/rollout/${file}.ts`,
});

/** Bugs of rollout machines, most of them seen in others; `canary-histories` has to catch each. */
export const canaryMutants: readonly Mutant[] = [
  bug(
    'weight-before-pods',
    'The weight is told to the mesh once one pod is ready, however many it needs.',
    'capacity',
    'return Math.floor((100 * canaryReady) / (canaryReady + stableReady));',
    'return 100;',
  ),
  bug(
    'weight-stays-without-pods',
    'A weight stays where ready pods go.',
    'weight',
    "return state === 'Shifting' || state === 'Holding' ? Math.min(desired, limit) : 0;",
    "return state === 'Shifting' || state === 'Holding' ? desired : 0;",
  ),
  bug(
    'weight-before-subset',
    'A subset goes with the first write of a withdrawal, while the route names it.',
    'posture',
    'return [placeOf(other, other.wanted)];',
    'return [];',
  ),
  bug(
    'scales-down-before-the-proxies',
    'A withdrawn canary loses its pods while proxies still send to it.',
    'guards',
    'return isConfirmed(given) && mayRemove(given) && (stableReady > 0 || otherReady === 0);',
    'return mayRemove(given) && (stableReady > 0 || otherReady === 0);',
  ),
  bug(
    'removes-the-last-healthy',
    'A withdrawn canary is taken away although stable has no ready pod.',
    'posture',
    'facts.stableReady > 0 || other.ready === 0 ? 0 : Math.max(other.wanted, other.ready)',
    '0',
  ),
  bug(
    'abort-does-not-latch',
    'An aborted revision that is still specified is tried again.',
    'guards',
    "const latched = attempt.ended === 'Aborted' && facts.target === attempt.revision;",
    "const latched = attempt.ended === 'Superseded' && facts.target === attempt.revision;",
  ),
  bug(
    'abort-keeps-its-weight',
    'An abort leaves the mesh its weight.',
    'weight',
    "return state === 'Shifting' || state === 'Holding' ? Math.min(desired, limit) : 0;",
    "return state === 'Shifting' || state === 'Holding' ? Math.min(desired, limit) : state === 'Reverting' ? Math.min(limit, 10) : 0;",
  ),
  bug(
    'promotes-before-the-proxies',
    'A canary becomes stable when all traffic is told, not when the proxies have it.',
    'guards',
    'Carried: (given) => isConfirmed(given) && isLast(given) && isFree(given),',
    'Carried: (given) => isLast(given) && isFree(given),',
  ),
  bug(
    'promotion-restarts',
    'A promoted revision is rolled into the Deployment of the former one.',
    'facts',
    'return labelled(mine) ?? mine[0] ?? labelled(deployments);',
    'return labelled(deployments);',
  ),
  bug(
    'applies-what-expired',
    'An action that is too old takes effect.',
    'answer',
    'if (facts.now >= action.expiresAt)',
    'if (facts.now >= action.expiresAt + 1e15)',
  ),
  bug(
    'nan-is-a-pass',
    'A measurement that is no number counts as good.',
    'analysis',
    "if (value === undefined || !Number.isFinite(value)) return 'NoData';",
    "if (value === undefined || !Number.isFinite(value)) return 'Pass';",
  ),
  bug(
    'approval-by-time',
    'A hold for a person ends by itself.',
    'guards',
    'const seconds = holdSeconds(facts, attempt);\n  if (seconds',
    'const seconds = holdSeconds(facts, attempt) ?? 0;\n  if (seconds',
  ),
  bug(
    'rises-while-paused',
    'A paused rollout takes larger weights.',
    'weight',
    'return asked < attempt.desired ? { ...attempt, desired: asked } : attempt;',
    'return { ...attempt, desired: asked };',
  ),
  bug(
    'clock-forgets',
    'A promoted revision keeps the former one for ever.',
    'guards',
    'const over = elapsed(attempt, facts.now) >= keepSeconds || isThird(given);',
    'const over = isThird(given);',
  ),
];
