import { describe, expect, test } from 'vitest';
import {
  admit,
  type BreakerRule,
  closedBreaker,
  secondsUntilTry,
  settle,
  takeBack,
} from '../../src/domain/breaker.ts';
import { endpointOf, noteEnd, pickEndpoint } from '../../src/domain/endpoints.ts';
import { admitsCountry } from '../../src/domain/geography.ts';

const rule: BreakerRule = { minimum: 10, failurePercent: 50, windowMs: 10_000, openMs: 2000 };

describe('the breaker', () => {
  const after = (ends: readonly boolean[], at = 1000) => {
    const breaker = closedBreaker();
    for (const failed of ends) settle(breaker, rule, at, { failed, admission: 'yes' });
    return breaker;
  };
  const half = [true, false, true, false, true, false, true, false, true, true];

  test('opens when enough failed, not before, and counts by window', () => {
    expect(admit(after(half.slice(0, 9)), 1000)).toBe('yes');
    const open = after(half);
    expect(admit(open, 1000)).toBe('no');
    expect(secondsUntilTry(open, 1000)).toBe(2);
    const aged = after(half.slice(0, 9));
    settle(aged, rule, 11_001, { failed: true, admission: 'yes' });
    expect(admit(aged, 11_001)).toBe('yes');
  });

  test('then lets one request try, which decides for all', () => {
    const open = after(half);
    expect(admit(open, 3000)).toBe('trial');
    expect(admit(open, 3000)).toBe('no');
    settle(open, rule, 3100, { failed: false, admission: 'yes' });
    expect(admit(open, 3100)).toBe('no');
    expect(settle(open, rule, 3200, { failed: true, admission: 'trial' })).toBe(true);
    expect(admit(open, 5100)).toBe('no');
    expect(admit(open, 5200)).toBe('trial');
    settle(open, rule, 5300, { failed: false, admission: 'trial' });
    expect(admit(open, 5300)).toBe('yes');
  });

  test('a trial whose client left is taken back', () => {
    const open = after(half);
    takeBack(open, admit(open, 3000));
    expect(admit(open, 3000)).toBe('trial');
  });
});

describe('endpoints', () => {
  const ejection = { failuresInRow: 3, baseMs: 1000 };
  const fail = (endpoint: ReturnType<typeof endpointOf>, times: number, now = 0) => {
    for (let index = 0; index < times; index += 1) noteEnd(endpoint, ejection, now, true);
  };

  test('take turns, the less busy first', () => {
    const all = [endpointOf('a'), endpointOf('b'), endpointOf('c')];
    expect([0, 1, 2, 3].map((turn) => pickEndpoint(all, 0, turn)?.origin)).toEqual(['a', 'b', 'c', 'a']);
    for (const endpoint of all.slice(0, 2)) endpoint.inFlight = 1;
    expect(pickEndpoint(all, 0, 0)?.origin).toBe('c');
    expect(pickEndpoint(all, 0, 0, all[2])?.origin).toBe('a');
    expect(pickEndpoint([], 0, 0)).toBeUndefined();
  });

  test('are left out after failures in a row, longer each time, and never more than half of them', () => {
    const all = ['a', 'b', 'c', 'd'].map(endpointOf);
    const [a, b, c] = all;
    if (a === undefined || b === undefined || c === undefined) throw new Error('there are four');
    fail(a, 2);
    noteEnd(a, ejection, 0, false);
    fail(a, 2);
    expect(a.ejectedUntil).toBe(0);
    fail(a, 1);
    expect(a.ejectedUntil).toBe(1000);
    fail(a, 3, 1000);
    expect(a.ejectedUntil).toBe(3000);
    const picked = () => new Set([0, 1, 2, 3].map((turn) => pickEndpoint(all, 1500, turn)?.origin));
    expect(picked()).toEqual(new Set(['b', 'c', 'd']));
    fail(b, 3, 1500);
    fail(c, 3, 1500);
    expect(picked()).toEqual(new Set(['a', 'b', 'c', 'd']));
  });
});

test.each([
  ['Allow', 'DE', true],
  ['Allow', 'FR', false],
  ['Allow', undefined, false],
  ['Deny', 'DE', false],
  ['Deny', 'FR', true],
  ['Deny', undefined, true],
] as const)('countries: %s [DE], from %s: %s', (mode, country, expected) => {
  expect(admitsCountry({ mode, countries: ['DE'] }, country)).toBe(expected);
});
