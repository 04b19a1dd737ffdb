import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drift } from '../../proofs/drift/drift.ts';
import { examples } from '../../proofs/examples.ts';
import { invalid } from '../../proofs/invalid.ts';
import { mesh } from '../../proofs/mesh/mesh.ts';
import type { Proof } from '../../proofs/proof.ts';
import { freshSeed, randomFrom } from '../../proofs/random.ts';
import { rollingLoss } from '../../proofs/rolling-loss.ts';
import { silence } from '../../proofs/silence.ts';
import { clusterTarget, type Target } from '../../proofs/target.ts';

// The short form of each proof: the same code and the same judgement over fewer samples, drawn from a fresh seed.
// `npm run prove -- NAME --seed S` repeats one.
const say = (line: string) => console.log(line);
let target: Target;

beforeAll(async () => {
  target = await clusterTarget(say);
});

afterAll(() => target.close());

async function shortForm(proof: Proof, minutes: number) {
  const seed = freshSeed();
  say(`${proof.name}: seed ${seed}`);
  const outcome = await proof.run({
    random: randomFrom(seed),
    endsAt: Date.now() + minutes * 60_000,
    stopAtFailure: false,
    target: async () => target,
    say,
  });
  say(JSON.stringify(outcome.figures));
  return outcome;
}

describe('the running platform', () => {
  test.each([
    [invalid, 1],
    [mesh, 3],
    [rollingLoss, 3],
    [drift, 1.5],
    [silence, 3.5],
    [examples, 0.1],
  ] as const)('$name', { timeout: 600_000 }, async (proof, minutes) => {
    const { failures, done } = await shortForm(proof, minutes);
    expect(failures).toEqual([]);
    expect(done).toBeGreaterThan(0);
  });
});
