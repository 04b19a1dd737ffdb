import { describe, expect, test } from 'vitest';
import type { ReleaseWindow } from '../../src/api/completed.ts';
import { freezeAt } from '../../src/rollout/windows.ts';

const window = (
  type: 'Allow' | 'Freeze',
  schedule: string,
  duration: string,
  timeZone = 'UTC',
): ReleaseWindow => ({
  ...{ type, schedule, duration, timeZone },
});
const time = (text: string): number => Date.parse(text);
const until = (windows: ReleaseWindow[], at: string): string | undefined => {
  const freeze = freezeAt(windows, time(at));
  if (freeze === undefined) return undefined;
  return freeze.until === undefined ? 'for ever' : new Date(freeze.until).toISOString();
};

describe('release windows', () => {
  const office = window('Allow', '0 9 * * MON-FRI', '8h');

  test('without windows nothing is frozen', () => {
    expect(until([], '2026-02-03T04:05:06Z')).toBeUndefined();
  });

  test('outside every Allow rollouts wait for the next one', () => {
    expect(until([office], '2026-02-03T10:00:00Z')).toBeUndefined();
    expect(until([office], '2026-02-03T17:00:00Z')).toBe('2026-02-04T09:00:00.000Z');
    expect(until([office], '2026-02-06T18:00:00Z')).toBe('2026-02-09T09:00:00.000Z');
  });

  test('a Freeze beats an Allow and lasts to its end', () => {
    const lunch = window('Freeze', '0 12 * * *', '1h');
    expect(until([office, lunch], '2026-02-03T12:59:59Z')).toBe('2026-02-03T13:00:00.000Z');
    expect(until([office, lunch], '2026-02-03T13:00:00Z')).toBeUndefined();
  });

  test('a window of days is found from its start', () => {
    const holidays = window('Freeze', '0 0 20 12 *', '336h');
    expect(until([holidays], '2027-01-02T12:00:00Z')).toBe('2027-01-03T00:00:00.000Z');
    expect(until([holidays], '2027-01-03T00:00:00Z')).toBeUndefined();
  });

  test('schedules follow the clocks of their zone, summer time included', () => {
    const berlin = window('Freeze', '30 8 * * *', '1h', 'Europe/Berlin');
    expect(until([berlin], '2026-01-15T07:45:00Z')).toBe('2026-01-15T08:30:00.000Z');
    expect(until([berlin], '2026-07-15T06:45:00Z')).toBe('2026-07-15T07:30:00.000Z');
    expect(until([berlin], '2026-07-15T07:45:00Z')).toBeUndefined();
  });

  test('strides, lists and either day are those of cron', () => {
    const some = window('Freeze', '*/20 1,3 1 * FRI', '10m');
    expect(until([some], '2026-05-01T03:25:00Z')).toBe('2026-05-01T03:30:00.000Z');
    expect(until([some], '2026-05-08T01:05:00Z')).toBe('2026-05-08T01:10:00.000Z');
    expect(until([some], '2026-05-09T01:05:00Z')).toBeUndefined();
  });

  test('what cannot be read keeps rollouts, whatever its type', () => {
    expect(until([window('Freeze', '61 * * * *', '1h')], '2026-02-03T10:00:00Z')).toBe('for ever');
    expect(until([window('Allow', '0 0 * * FRI#2', '1h')], '2026-02-03T10:00:00Z')).toBe('for ever');
  });
});
