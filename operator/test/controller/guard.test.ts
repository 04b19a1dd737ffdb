import { ApiError } from '@ecommercestack/controller-runtime';
import { expect, test } from 'vitest';
import { actionGuard } from '../../src/controller/guard.ts';

/** A guard over an API server that answers the trial with these, one after the other. */
function guardOver(...answers: (ApiError | undefined)[]) {
  const asked: number[] = [];
  const guard = actionGuard({
    cluster: {
      tryCreate: async () => {
        const answer = answers[asked.push(0) - 1];
        if (answer !== undefined) throw answer;
      },
    },
    monotonic: () => 1000,
    namespaces: ['shops'],
    onChange: () => undefined,
  });
  return { guard, asked };
}

const refusal = new ApiError(403, { message: 'requestedBy has to be your own name' });

test('a guarded API server is asked once, and then by actions only', async () => {
  const { guard, asked } = guardOver(refusal);
  expect(await guard.renew()).toEqual({ waits: false });
  expect(guard.seen('shops')?.state).toBe('Guarded');
  expect(asked).toHaveLength(1);
});

test('one that takes false names is asked again after ten minutes', async () => {
  const { guard } = guardOver(undefined, refusal);
  expect(await guard.renew()).toEqual({ requeueAfter: 600_000, waits: false });
  expect(guard.seen('shops')?.state).toBe('Open');
  expect(await guard.renew()).toEqual({ waits: false });
  expect(guard.seen('shops')?.state).toBe('Guarded');
});

test.each([409, 429, 503])(
  'one that answers %i is asked again soon, then ever more seldom',
  async (status) => {
    const away = new ApiError(status, { message: 'away' });
    const { guard } = guardOver(...Array.from({ length: 12 }, () => away), undefined, away);
    const pauses: (number | undefined)[] = [];
    for (let time = 0; time < 14; time++) {
      pauses.push((await guard.renew()).requeueAfter);
      expect(guard.seen('shops')?.state).toBe(time === 12 ? 'Open' : 'Unknown');
    }
    expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(pauses.slice(10)).toEqual([600_000, 600_000, 600_000, 1_000]);
  },
);
