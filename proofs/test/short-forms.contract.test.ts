import { expect, test } from 'vitest';
import { leadership } from '../leadership/leadership.ts';
import type { Proof } from '../proof.ts';
import { freshSeed, randomFrom } from '../random.ts';
import { watchSweep } from '../watch-sweep/watch-sweep.ts';

// The same code and the same judgement over fewer samples. `npm run prove -- NAME --seed S` draws them again.
test.each([
  [leadership, 1.3],
  [watchSweep, 1.2],
] satisfies [Proof, number][])('$name, its short form', { timeout: 600_000 }, async (proof, minutes) => {
  const seed = freshSeed();
  const say = (line: string) => console.log(line);
  say(`${proof.name}: seed ${seed}`);
  const outcome = await proof.run({
    random: randomFrom(seed),
    endsAt: Date.now() + minutes * 60_000,
    stopAtFailure: false,
    target: async () => {
      throw new Error(`${proof.name} starts its own control plane`);
    },
    say,
  });
  say(`sampled ${outcome.done} of ${outcome.of}: ${JSON.stringify(outcome.figures)}`);
  expect(outcome.failures).toEqual([]);
  expect(outcome.done).toBeGreaterThan(3);
});
