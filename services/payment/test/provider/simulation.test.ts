import { createMemoryTables } from '@ecommercestack/service-kit/testing';
import { expect, test } from 'vitest';
import type { ProviderCall } from '../../src/domain/provider.ts';
import { createSimulation, operationsTable } from '../../src/provider/simulation.ts';

function open() {
  const ledger = createMemoryTables({ now: () => 0 }).table(operationsTable);
  const provider = createSimulation(ledger);
  const call = (
    operation: ProviderCall['operation'],
    token: string,
    key: string = operation,
  ): ProviderCall => {
    return { operation, token, key, paymentId: 'pay_1', amount: { currency: 'EUR', minor: '5' } };
  };
  return { provider, call, keys: async () => (await ledger.list({ limit: 10 })).map(({ id }) => id) };
}

test('the same key is the same operation; another key is another one', async () => {
  const { provider, call, keys } = open();
  for (const key of ['a', 'a', 'b']) await provider.perform(call('capture', 'tok_visa', key));
  expect(await keys()).toEqual(['a', 'b']);
});

test('a declined operation is declined for good', async () => {
  const { provider, call } = open();
  const declined = { outcome: 'declined', reason: 'card-declined' };
  expect(await provider.perform(call('authorize', 'tok_declined'))).toEqual(declined);
  expect(await provider.perform(call('authorize', 'tok_visa'))).toEqual(declined);
  expect(await provider.perform(call('capture', 'tok_nocapture'))).toMatchObject({ outcome: 'declined' });
});

test('a lost answer was carried out, a refused connection was not', async () => {
  const { provider, call, keys } = open();
  await expect(provider.perform(call('capture', 'tok_late', 'late'))).rejects.toThrow('lost');
  await expect(provider.perform(call('capture', 'tok_down', 'down'))).rejects.toThrow('down');
  expect(await keys()).toEqual(['late']);
  expect(await provider.perform(call('capture', 'tok_late', 'late'))).toEqual({ outcome: 'approved' });
  expect(await provider.perform(call('capture', 'tok_down', 'down'))).toEqual({ outcome: 'approved' });
});
