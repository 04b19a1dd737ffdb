import type { ReleaseWindow } from '../api/completed.ts';
import { toMilliseconds } from '../api/duration.ts';
import type { Freeze } from './seen.ts';

const dayMs = 86_400_000;
/** No schedule of five fields is silent for longer than from one 29 February to the next. */
const mostDays = 8 * 366;

/**
 * Whether release windows keep rollouts now: inside a Freeze, or outside every Allow where there is one. A schedule that
 * cannot be read keeps them: nothing moves on a guess.
 */
export function freezeAt(windows: readonly ReleaseWindow[], now: number): Freeze | undefined {
  const frozen = windows
    .filter(({ type }) => type === 'Freeze')
    .flatMap((window) => {
      const end = windowEnd(window, now);
      return end === undefined ? [] : [end];
    });
  if (frozen.length > 0) return untilTime(Math.max(...frozen));
  const allowed = windows.filter(({ type }) => type === 'Allow');
  if (allowed.length === 0 || allowed.some((window) => isAllowed(window, now))) return undefined;
  return untilTime(Math.min(...allowed.map((window) => nextStart(window, now))));
}

const untilTime = (until: number): Freeze => (Number.isFinite(until) ? { until } : {});

function isAllowed(window: ReleaseWindow, now: number): boolean {
  const end = windowEnd(window, now);
  return end !== undefined && Number.isFinite(end);
}

/** When the window around `now` ends; infinity for a schedule that cannot be read, undefined outside of it. */
function windowEnd(window: ReleaseWindow, now: number): number | undefined {
  const schedule = parseSchedule(window.schedule);
  if (schedule === undefined) return Number.POSITIVE_INFINITY;
  const length = toMilliseconds(window.duration);
  const days = Math.min(mostDays, Math.ceil(length / dayMs) + 2);
  for (let back = 0; back <= days; back++) {
    const starts = startsOn(schedule, window.timeZone, now - back * dayMs);
    const start = starts.findLast((time) => time <= now);
    if (start !== undefined) return now < start + length ? start + length : undefined;
  }
  return undefined;
}

function nextStart(window: ReleaseWindow, now: number): number {
  const schedule = parseSchedule(window.schedule);
  if (schedule === undefined) return Number.POSITIVE_INFINITY;
  for (let ahead = 0; ahead <= mostDays; ahead++) {
    const start = startsOn(schedule, window.timeZone, now + ahead * dayMs).find((time) => time > now);
    if (start !== undefined) return start;
  }
  return Number.POSITIVE_INFINITY;
}

type Schedule = {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  readonly weekdays: readonly number[];
  /** Where both days are restricted, either is enough, as in every cron. */
  readonly eitherDay: boolean;
};

const monthNames = ['', ...'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')];
const dayNames = 'SUN MON TUE WED THU FRI SAT'.split(' ');

function parseSchedule(text: string): Schedule | undefined {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = text.trim().split(/ +/);
  const minutes = parseField(minute, 0, 59);
  const hours = parseField(hour, 0, 23);
  const days = parseField(day, 1, 31);
  const months = parseField(month, 1, 12, monthNames);
  const weekdays = parseField(weekday, 0, 7, dayNames)?.map((one) => one % 7);
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  const eitherDay = !day.startsWith('*') && !weekday.startsWith('*');
  return { minutes, hours, days, months, weekdays, eitherDay };
}

/** The values of one field, ascending; undefined where it cannot be read. */
function parseField(
  text: string,
  low: number,
  high: number,
  words: readonly string[] = [],
): number[] | undefined {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [, range = '', stride] = /^([^/]+)(?:\/([0-9]+))?$/.exec(part) ?? [];
    const [first, last] = boundsOf(range, stride !== undefined, low, high, words);
    const by = stride === undefined ? 1 : Number(stride);
    if (!(first >= low && last <= high && first <= last && by > 0)) return undefined;
    for (let value = first; value <= last; value += by) found.add(value);
  }
  return [...found].toSorted((one, other) => one - other);
}

function boundsOf(
  range: string,
  strided: boolean,
  low: number,
  high: number,
  words: readonly string[],
): [number, number] {
  if (range === '*') return [low, high];
  const value = (text: string): number => {
    const index = words.indexOf(text.toUpperCase());
    if (index !== -1 && text !== '') return index;
    return /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  };
  const [from = '', to] = range.split('-');
  return [value(from), to === undefined ? (strided ? high : value(from)) : value(to)];
}

/** The starts of a schedule on the local day around `time`, ascending. */
function startsOn(schedule: Schedule, timeZone: string, time: number): number[] {
  const local = new Date(time + offsetOf(time, timeZone));
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  const byDay = schedule.days.includes(day);
  const byWeekday = schedule.weekdays.includes(local.getUTCDay());
  const fits = schedule.eitherDay ? byDay || byWeekday : byDay && byWeekday;
  if (!fits || !schedule.months.includes(month + 1)) return [];
  return schedule.hours.flatMap((hour) =>
    schedule.minutes.map((minute) => toUtc(Date.UTC(year, month, day, hour, minute), timeZone)),
  );
}

/** The moment at which clocks of the zone show this time. */
function toUtc(local: number, timeZone: string): number {
  const guess = local - offsetOf(local, timeZone);
  return local - offsetOf(guess, timeZone);
}

function offsetOf(time: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(
    time,
  );
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name) ?? [];
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -size : size;
}
