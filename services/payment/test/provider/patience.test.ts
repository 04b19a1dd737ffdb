import { Unavailable } from '@ecommercestack/service-kit';
import { expect, test } from 'vitest';
import type { ProviderCall } from '../../src/domain/provider.ts';
import { withPatience } from '../../src/provider/patience.ts';

const call: ProviderCall = {
  operation: 'capture',
  key: 'k',
  paymentId: 'pay_1',
  token: 'tok_visa',
  amount: { currency: 'EUR', minor: '5' },
};

function open(errors: readonly Error[]) {
  const keys: string[] = [];
  const pauses: number[] = [];
  const perform = async ({ key }: ProviderCall) => {
    const error = errors[keys.length];
    keys.push(key);
    if (error !== undefined) throw error;
    return { outcome: 'approved' } as const;
  };
  const patient = withPatience({ perform }, async (milliseconds) => {
    pauses.push(milliseconds);
  });
  return { patient, keys, pauses };
}

const silence = new Unavailable('no answer');

test('silence is asked again under the same key, each time later', async () => {
  const { patient, keys, pauses } = open([silence, silence, silence]);
  expect(await patient.perform(call)).toEqual({ outcome: 'approved' });
  expect({ keys, pauses }).toEqual({ keys: ['k', 'k', 'k', 'k'], pauses: [50, 250, 1000] });
});

test('a provider that stays silent is unavailable', async () => {
  const { patient, keys } = open([silence, silence, silence, silence]);
  await expect(patient.perform(call)).rejects.toBe(silence);
  expect(keys).toHaveLength(4);
});

test('an error of ours is no silence', async () => {
  const { patient, keys } = open([new TypeError('a bug')]);
  await expect(patient.perform(call)).rejects.toThrow('a bug');
  expect(keys).toHaveLength(1);
});
