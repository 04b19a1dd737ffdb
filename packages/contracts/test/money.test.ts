import { expect, test } from 'vitest';
import { isSameMoney, money, totalOf } from '../src/money.ts';

const eur = (minor: string) => ({ currency: 'EUR', minor });

test.each([
  ['digits', '1999', '1999'],
  ['a safe integer', 1999, '1999'],
  ['nothing', '0', '0'],
  ['the most', '9007199254740991', '9007199254740991'],
])('%s are an amount', (_, minor, read) => {
  expect(money.parse({ currency: 'EUR', minor })).toEqual(eur(read));
});

test.each([
  ['a fraction', 19.99],
  ['a fraction as text', '19.99'],
  ['less than nothing', '-1'],
  ['2^53', '9007199254740992'],
  ['2^53 as a number', 9_007_199_254_740_992],
  ['a leading zero', '01'],
  ['an exponent', '1e3'],
  ['nothing at all', ''],
])('%s is no amount', (_, minor) => {
  expect(money.safeParse({ currency: 'EUR', minor }).success).toBe(false);
});

test.each(['EUX', 'eur', 'XXX', ''])('%s is no currency', (currency) => {
  expect(money.safeParse({ currency, minor: '1' }).success).toBe(false);
});

test('totals are exact, in one currency, and end at 2^53 - 1', () => {
  const line = (quantity: number, minor: string, currency = 'EUR') => ({
    quantity,
    unitPrice: { currency, minor },
  });
  expect(totalOf([line(3, '1999'), line(1, '1')])).toEqual(eur('5998'));
  expect(totalOf([line(1, '9007199254740990'), line(1, '1')])).toEqual(eur('9007199254740991'));
  expect(totalOf([line(1, '9007199254740991'), line(1, '1')])).toBe('amount-too-large');
  expect(totalOf([line(1, '1'), line(1, '1', 'USD')])).toBe('mixed-currencies');
});

test('the same money is the same amount of the same currency', () => {
  expect(isSameMoney(eur('1'), eur('1'))).toBe(true);
  expect(isSameMoney(eur('1'), eur('2'))).toBe(false);
  expect(isSameMoney(eur('1'), { currency: 'USD', minor: '1' })).toBe(false);
});
