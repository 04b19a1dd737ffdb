import type { Mutant } from '../mutants/mutant.ts';

/** Bugs of operators that go deaf; `watch-sweep` has to catch each. */
export const watchMutants: readonly Mutant[] = [
  {
    name: 'ends-at-an-error',
    sentence:
      'An error that is neither 410 nor a missing Kind or right ends the watch for good, as in the stock informer.',
    module: 'packages/controller-runtime/src/reflector.ts',
    find: 'wait = this.#afterFailure(error);',
    replace: `if (!isExpired(error) && !(error instanceof ApiError && error.status < 410)) return;
        wait = this.#afterFailure(error);`,
  },
  {
    name: 'waits-on-a-dead-line',
    sentence: 'A link that was lost and is back is no reason to doubt a silent watch.',
    module: 'packages/controller-runtime/src/controller.ts',
    find: 'for (const informer of this.#informers) informer.doubt(lostSince);',
    replace: 'void lostSince;',
  },
  {
    name: 'believes-what-it-heard',
    sentence: 'Caches are never compared with the API server.',
    module: 'packages/controller-runtime/src/controller.ts',
    find: 'await Promise.all(this.#informers.map(compare));',
    replace: 'void compare;',
  },
];
