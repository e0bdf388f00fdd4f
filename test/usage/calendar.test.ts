import { describe, expect, it } from 'vitest';
import { addLocalMonths, spanOf, spansFrom } from '../../src/usage/calendar.ts';
import { HALF_HOUR_MS } from '../../src/usage/minutes.ts';

const LONDON = 'Europe/London';
const halfHoursOfDay = (year: number, month: number, day: number, zone = LONDON): number => {
  const { fromUtcMs, untilUtcMs } = spanOf('day', { year, month, day }, zone);
  return (untilUtcMs - fromUtcMs) / HALF_HOUR_MS;
};

describe('a local day', () => {
  it('has 46 half-hours when the clocks go forward, 50 when they go back, and 48 otherwise', () => {
    expect(halfHoursOfDay(2026, 3, 29)).toBe(46);
    expect(halfHoursOfDay(2026, 10, 25)).toBe(50);
    expect(halfHoursOfDay(2026, 3, 28)).toBe(48);
    expect(halfHoursOfDay(2028, 2, 29)).toBe(48);
  });

  it.each([
    ['Africa/Cairo', { year: 2024, month: 4, day: 26 }, '2024-04-25T22:00:00.000Z'],
    ['Atlantic/Azores', { year: 2026, month: 3, day: 29 }, '2026-03-29T01:00:00.000Z'],
    ['Pacific/Auckland', { year: 2026, month: 4, day: 5 }, '2026-04-04T11:00:00.000Z'],
  ])('of %s begins with its first moment, also where midnight is skipped', (zone, date, begins) => {
    expect(new Date(spanOf('day', date, zone).fromUtcMs).toISOString()).toBe(begins);
  });

  it('follows the one before without gap through two years with a leap day', () => {
    let untilUtcMs = Date.parse('2027-01-01T00:00:00Z');
    let days = 0;
    for (const span of spansFrom('day', untilUtcMs, LONDON)) {
      if (span.date.year > 2028) break;
      expect(span.fromUtcMs).toBe(untilUtcMs);
      untilUtcMs = span.untilUtcMs;
      days += 1;
    }
    expect(days).toBe(365 + 366);
  });
});

describe('thirteen months before', () => {
  it.each([
    ['2026-03-15T12:00:00.000Z', '2025-02-15T12:00:00.000Z'],
    ['2029-03-31T12:00:00.000Z', '2028-02-29T12:00:00.000Z'],
    ['2026-03-31T12:00:00.000Z', '2025-02-28T12:00:00.000Z'],
    ['2026-01-01T00:00:00.000Z', '2024-12-01T00:00:00.000Z'],
  ])('%s is %s', (now, then) => {
    expect(new Date(addLocalMonths(Date.parse(now), -13, 'UTC')).toISOString()).toBe(then);
  });
});
