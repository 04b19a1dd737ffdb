import type { Mutant } from '../mutants/mutant.ts';

const limits = 'services/gateway/src/domain/limits';

/** Bugs that `limiter-truth` has to catch. */
export const mutants: readonly Mutant[] = [
  {
    name: 'bucket-overflows',
    sentence: 'A token bucket goes on filling above its burst.',
    module: `${limits}/token-bucket.ts`,
    find: 'Math.min(full, cell.level + elapsed * limit)',
    replace: 'cell.level + elapsed * limit',
  },
  {
    name: 'bucket-rounds',
    sentence: 'A token bucket drops parts of a token at each look.',
    module: `${limits}/token-bucket.ts`,
    find: 'cell.level + elapsed * limit)',
    replace: 'Math.floor((cell.level + elapsed * limit) / windowMs) * windowMs)',
  },
  {
    name: 'leak-below-empty',
    sentence: 'An empty leaky bucket goes on leaking and admits more later.',
    module: `${limits}/leaky-bucket.ts`,
    find: 'Math.max(0, cell.level - elapsed * limit)',
    replace: 'cell.level - elapsed * limit',
  },
  {
    name: 'window-late',
    sentence: 'A fixed window is counted on for a second window.',
    module: `${limits}/fixed-window.ts`,
    find: 'if (window > cell.window)',
    replace: 'if (window > cell.window + 1)',
  },
  {
    name: 'window-edge',
    sentence: 'A sliding window counts requests a millisecond too long.',
    module: `${limits}/sliding-window.ts`,
    find: 'time <= until',
    replace: 'time < until',
  },
  {
    name: 'all-or-some',
    sentence: 'A request that one rule refuses is charged to the others.',
    module: `${limits}/cells.ts`,
    find: 'if (granted > 0) for (const cell of cells) cell.charge(now, granted);',
    replace: 'for (const cell of cells) if (cell.look(now).available > 0) cell.charge(now, 1);',
  },
  {
    name: 'forgetful-script',
    sentence: 'The script forgets what it added to a sliding window.',
    module: 'services/gateway/src/limiter/script.ts',
    find: 'cell.total = cell.total + count',
    replace: 'cell.total = cell.total',
  },
  {
    name: 'script-leaks',
    sentence: 'The script refills a token bucket twice as fast.',
    module: 'services/gateway/src/limiter/script.ts',
    find: 'cell.level + elapsed * limit)',
    replace: 'cell.level + 2 * elapsed * limit)',
  },
  {
    name: 'endless-lease',
    sentence: 'Spending a lease leaves it as large as it was.',
    module: 'services/gateway/src/limiter/leases.ts',
    find: 'lease.left -= 1;\n        return',
    replace: 'return',
  },
];
