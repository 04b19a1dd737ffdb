import { describe, expect, test } from 'vitest';
import { crashSweep } from '../crash-sweep/crash-sweep.ts';
import type { Proof } from '../proof.ts';
import { shortForm } from './short-form.ts';

/** Proofs that start a control plane of their own, with the minutes that the gate gives to each. */
const samples: readonly (readonly [Proof, number])[] = [[crashSweep, 1]];

describe('the operator on a control plane of its own', () => {
  test.each(samples)('$name', { timeout: 600_000 }, async (proof, minutes) => {
    const { failures, done } = await shortForm(proof, minutes);
    expect(failures).toEqual([]);
    expect(done).toBeGreaterThan(0);
  });
});
