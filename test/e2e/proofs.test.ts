import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drift } from '../../proofs/drift/drift.ts';
import { examples } from '../../proofs/examples.ts';
import { invalid } from '../../proofs/invalid.ts';
import { mesh } from '../../proofs/mesh/mesh.ts';
import { rollingLoss } from '../../proofs/rolling-loss.ts';
import { silence } from '../../proofs/silence.ts';
import { clusterTarget, type Target } from '../../proofs/target.ts';
import { shortForm } from '../../proofs/test/short-form.ts';

let target: Target;

beforeAll(async () => {
  target = await clusterTarget((line) => console.log(line));
});

afterAll(() => target.close());

describe('the running platform', () => {
  test.each([
    [invalid, 1],
    [mesh, 3],
    [rollingLoss, 3],
    [drift, 1.5],
    [silence, 3.5],
    [examples, 0.1],
  ] as const)('$name', { timeout: 600_000 }, async (proof, minutes) => {
    const { failures, done } = await shortForm(proof, minutes, async () => target);
    expect(failures).toEqual([]);
    expect(done).toBeGreaterThan(0);
  });
});
