import type { Mutant } from '../mutants/mutant.ts';

const kit = 'packages/service-kit/src';

/** Bugs of the machinery under the money path: relay, inbox, follower, idempotency keys. */
export const kitMutants: readonly Mutant[] = [
  {
    name: 'relay-forgets',
    sentence: 'The relay goes on when the broker did not take its messages.',
    module: `${kit}/events/relay.ts`,
    find: 'await bus.publish(published);',
    replace: 'await bus.publish(published).catch(() => {});',
  },
  {
    name: 'relay-skips',
    sentence: 'The first message of a batch is not published.',
    module: `${kit}/events/relay.ts`,
    find: 'await bus.publish(published);',
    replace: 'await bus.publish(published.slice(1));',
  },
  {
    name: 'place-before-work',
    sentence: 'The place in the log is remembered before what lies there is carried out.',
    module: `${kit}/events/follower.ts`,
    find: 'await spec.handle(followed.events, followed.from);',
    replace:
      'await store.follow({ name, owner, leaseMs, limit: 1, done: last.position }); await spec.handle(followed.events, followed.from);',
  },
  {
    name: 'follower-overtakes',
    sentence: 'A batch that failed is left behind.',
    module: `${kit}/events/follower.ts`,
    find: 'await spec.handle(followed.events, followed.from);',
    replace: 'await spec.handle(followed.events, followed.from).catch(() => {});',
  },
  {
    name: 'ack-before-commit',
    sentence: 'A message counts as handled before its effect is committed.',
    module: `${kit}/handling.ts`,
    find: 'await inbox.take(event, open.handle);',
    replace: 'void inbox.take(event, open.handle);',
  },
  {
    name: 'stale-is-done',
    sentence: 'A message whose commit lost a race counts as handled.',
    module: `${kit}/events/inbox.ts`,
    find: "if (outcome.outcome !== 'stale') return toTaken(outcome);",
    replace: "if (outcome.outcome === 'stale') return 'committed'; return toTaken(outcome);",
  },
  {
    name: 'no-second-attempt',
    sentence: 'A message is given up when the store cannot be reached for a moment.',
    module: `${kit}/events/inbox.ts`,
    find: "if (kind === 'unavailable') throw error;",
    replace: "if (kind === 'unavailable') return await park(event, error, attempts);",
  },
  {
    name: 'receipt-alone',
    sentence: 'That a message came is kept without its effect.',
    module: `${kit}/events/inbox.ts`,
    find: 'withTrace({ ...effect, ...how }, event.traceparent)',
    replace: 'withTrace({ ...effect, appends: [], rows: [], ...how }, event.traceparent)',
  },
  {
    name: 'key-forgotten',
    sentence: 'The answer of an idempotency key is not kept.',
    module: `${kit}/http/execution.ts`,
    find: "identity === 'none' ? effect : { ...effect, answer: toAnswer(identity, rendered) },",
    replace: 'effect,',
  },
  {
    name: 'answers-anew',
    sentence: 'A second request under a key is answered with an order that was never placed.',
    module: `${kit}/http/execution.ts`,
    find: "if (outcome.outcome === 'answered' && identity !== 'none')\n        return replay(keep(store), identity, renderRefusal);",
    replace: "if (outcome.outcome === 'answered') return rendered;",
  },
];
