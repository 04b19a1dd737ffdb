import type { Mutant } from '../mutants/mutant.ts';

/** Bugs that a failing request brings to light; `fault-sweep` has to catch each. */
export const faultMutants: readonly Mutant[] = [
  {
    name: 'swallows-errors',
    sentence: 'A status that the API server would not take now is not tried again.',
    module: 'operator/src/controller/report.ts',
    find: `    throw error;`,
    replace: `    return undefined;`,
  },
  {
    name: 'gives-up-reconciles',
    sentence: 'A reconcile that failed is not queued again.',
    module: 'packages/controller-runtime/src/controller.ts',
    find: `const retryIn = this.queue.retry(key);`,
    replace: `const retryIn = 0;
      this.queue.forget(key);`,
  },
  {
    name: 'expects-nothing',
    sentence: 'The operator does not wait until its caches have seen its own writes.',
    module: 'packages/controller-runtime/src/expectations.ts',
    find: `    const open = (this.#byKey.get(key) ?? []).filter((expectation) => !this.#isOver(expectation));`,
    replace: `    const open: Expectation[] = [];`,
  },
  {
    name: 'lets-a-rejection-go',
    sentence: 'Nobody catches what a watch throws whose connection fails.',
    module: 'packages/controller-runtime/src/reflector.ts',
    find: `        wait = this.#afterFailure(error);`,
    replace: `        if (error instanceof ConnectionError) void Promise.reject(error);
        wait = this.#afterFailure(error);`,
  },
  {
    name: 'hurries',
    sentence: 'A Retry-After is not waited for.',
    module: 'packages/controller-runtime/src/requests.ts',
    find: `      return Math.min(error.retryAfterMs, this.#options.maxRetryAfterMs ?? 30_000) * (1 + random() * 0.2);`,
    replace: `      return 1;`,
  },
];
