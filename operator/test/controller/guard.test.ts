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

test('one that takes false names, or cannot be asked, is asked again after ten minutes', async () => {
  const { guard } = guardOver(undefined, new ApiError(503, { message: 'away' }), refusal);
  expect(await guard.renew()).toEqual({ requeueAfter: 600_000, waits: false });
  expect(guard.seen('shops')?.state).toBe('Open');
  expect(await guard.renew()).toEqual({ requeueAfter: 600_000, waits: false });
  expect(await guard.renew()).toEqual({ waits: false });
  expect(guard.seen('shops')?.state).toBe('Guarded');
});
