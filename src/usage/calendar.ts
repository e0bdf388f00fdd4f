import type { UtcMs } from '../domain/instant.ts';

/** A day, month or year as people of a time zone count it. The day of a month or a year is its first. */
export interface LocalDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

export interface Span {
  readonly fromUtcMs: UtcMs;
  /** Just behind it. */
  readonly untilUtcMs: UtcMs;
}

const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment by the clock on the wall. */
export function localPartsOf(
  utcMs: UtcMs,
  timeZone: string,
): LocalDate & { readonly hour: number; readonly minute: number; readonly second: number } {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(timeZone, format);
  const parts = Object.fromEntries(
    format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second };
}

/** When a day begins there; where midnight is skipped, at the first moment of the day. */
function startOfDay({ year, month, day }: LocalDate, timeZone: string): UtcMs {
  const asUtcMs = Date.UTC(year, month - 1, day);
  const wanted = new Date(asUtcMs);
  // The clock of any zone is less than a day off; the change of an hour is found by the second look.
  let atMs = asUtcMs - offsetAt(asUtcMs, timeZone);
  atMs = asUtcMs - offsetAt(atMs, timeZone);
  const found = localPartsOf(atMs, timeZone);
  const isBefore = found.day !== wanted.getUTCDate();
  return isBefore ? atMs + 3_600_000 : atMs;
}

/** Local days, months or years that follow one another, from the one that holds the first instant. */
export function* spansFrom(
  unit: 'day' | 'month' | 'year',
  fromUtcMs: UtcMs,
  timeZone: string,
): Generator<Span & { readonly date: LocalDate }, never> {
  let date = firstOf(unit, localPartsOf(fromUtcMs, timeZone));
  for (;;) {
    const next = dateAfter(unit, date);
    yield { date, fromUtcMs: startOfDay(date, timeZone), untilUtcMs: startOfDay(next, timeZone) };
    date = next;
  }
}

/** The day, month or year that holds a date. */
export function spanOf(unit: 'day' | 'month' | 'year', date: LocalDate, timeZone: string): Span {
  const first = firstOf(unit, date);
  return {
    fromUtcMs: startOfDay(first, timeZone),
    untilUtcMs: startOfDay(dateAfter(unit, first), timeZone),
  };
}

/** The same time of day so many months on; the 31st becomes the last day of a shorter month. */
export function addLocalMonths(utcMs: UtcMs, months: number, timeZone: string): UtcMs {
  const { year, month, day } = localPartsOf(utcMs, timeZone);
  const midnightMs = startOfDay({ year, month, day }, timeZone);
  const target = new Date(Date.UTC(year, month - 1 + months, 1));
  const lastDay = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  const date = {
    year: target.getUTCFullYear(),
    month: target.getUTCMonth() + 1,
    day: Math.min(day, lastDay),
  };
  return startOfDay(date, timeZone) + (utcMs - midnightMs);
}

function firstOf(unit: 'day' | 'month' | 'year', { year, month, day }: LocalDate): LocalDate {
  if (unit === 'day') return { year, month, day };
  return unit === 'month' ? { year, month, day: 1 } : { year, month: 1, day: 1 };
}

function dateAfter(unit: 'day' | 'month' | 'year', { year, month, day }: LocalDate): LocalDate {
  const next =
    unit === 'day'
      ? Date.UTC(year, month - 1, day) + DAY_MS
      : Date.UTC(unit === 'year' ? year + 1 : year, unit === 'month' ? month : 0, 1);
  const date = new Date(next);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function offsetAt(utcMs: UtcMs, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localPartsOf(utcMs, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(utcMs / 1000) * 1000;
}
