import type { Mutant } from '../mutants/mutant.ts';

/** Bugs of operators that outlive their lease; `leadership` has to catch each. */
export const leadershipMutants: readonly Mutant[] = [
  {
    name: 'unconditional',
    sentence:
      'An apply names the object and not its version, so one that was under way changes what came after it.',
    module: 'operator/src/cluster/apply.ts',
    find: 'uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion',
    replace: 'uid: live.metadata.uid',
  },
  {
    name: 'timeless',
    sentence: 'Who led once believes to lead for ever.',
    module: 'packages/controller-runtime/src/leader.ts',
    find: 'return this.#clock.monotonic() < this.#renewedAt + this.#leaseMs * 0.9;',
    replace: 'return this.#renewedAt > Number.NEGATIVE_INFINITY;',
  },
  {
    name: 'keeps-its-lease',
    sentence: 'SIGTERM ends the operator and leaves its lease to run out.',
    module: 'packages/controller-runtime/src/controller.ts',
    find: 'await this.#options.leader?.stop();',
    replace: '',
  },
];
