import { describe, expect, it } from 'vitest';
import {
  age,
  count,
  counted,
  current,
  duration,
  energy,
  percent,
  power,
  powerTick,
} from '../../src/ui/shared/format.ts';
import { clockTime, fromInputValue, localTime, toInputValue, utcTime } from '../../src/ui/shared/instants.ts';
import { withQuery } from '../../src/ui/shared/query.ts';

describe('a number on the page carries its unit', () => {
  it.each([
    [0, '0 W'],
    [-0.2, '0 W'],
    [850, '850 W'],
    [999.6, '1.0 kW'],
    [1_240, '1.2 kW'],
    [-3_600, '-3.6 kW'],
    [99_949, '99.9 kW'],
    [99_951, '100 kW'],
    [604_000, '604 kW'],
    [999_600, '1.00 MW'],
    [12_345_678, '12.35 MW'],
    [undefined, 'unknown'],
  ])('power of %s W is %s', (valueW, text) => {
    expect(power(valueW)).toBe(text);
  });

  it('an axis has one unit and no idle decimals', () => {
    expect([0, 50_000, 200_000].map((valueW) => powerTick(valueW, 200_000))).toEqual([
      '0 kW',
      '50 kW',
      '200 kW',
    ]);
    expect([-500_000, 2_500_000].map((valueW) => powerTick(valueW, 2_500_000))).toEqual([
      '-0.5 MW',
      '2.5 MW',
    ]);
    expect(powerTick(250, 750)).toBe('250 W');
  });

  it('energy and current likewise', () => {
    expect([energy(0), energy(12_400), energy(3_450_000), energy(undefined)]).toEqual([
      '0 Wh',
      '12.4 kWh',
      '3.45 MWh',
      'unknown',
    ]);
    expect([current(6), current(6.5), current(undefined)]).toEqual(['6 A', '6.5 A', 'unknown']);
  });

  it('thousands are set apart, and one is not many', () => {
    expect([count(10_000), counted(1, 'home'), counted(2, 'supply', 'supplies')]).toEqual([
      '10,000',
      '1 home',
      '2 supplies',
    ]);
  });

  it.each([
    [9_999, 10_000, 'over 99 %'],
    [10_000, 10_000, '100 %'],
    [1, 10_000, 'under 1 %'],
    [0, 10_000, '0 %'],
    [1, 0, 'unknown'],
  ])('%s of %s is %s: never all or none when it is not quite so', (part, whole, text) => {
    expect(percent(part, whole)).toBe(text);
  });
});

describe('time on the page', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [45, '45 s'],
    [60, '1 min'],
    [61, '1 min 1 s'],
    [3_600, '1 h'],
    [5_430, '1 h 30 min'],
    [90_000, '1 d 1 h'],
    [undefined, 'unknown'],
  ])('%s seconds last %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it.each([
    [900, 'now'],
    [12_000, '12 s ago'],
    [240_000, '4 min ago'],
    [7_200_000, '2 h ago'],
    [172_800_000, '2 days ago'],
  ])('%s ms back is %s', (ms, text) => {
    expect(age(ms)).toBe(text);
  });

  it('is local, with UTC for the record, in winter and in summer', () => {
    const winter = Date.parse('2026-11-22T18:05:09Z');
    const summer = Date.parse('2026-07-01T23:30:00Z');
    expect(clockTime(winter, 'Europe/London')).toBe('18:05:09');
    expect(clockTime(summer, 'Europe/London')).toBe('00:30:00');
    expect(utcTime(summer)).toBe('1 Jul 2026, 23:30:00 UTC');
  });

  it('names the day when it is not today, by the day of the place', () => {
    const now = Date.parse('2026-07-02T10:00:00Z');
    expect(localTime(Date.parse('2026-07-01T23:30:00Z'), now, 'Europe/London')).toBe('00:30:00');
    expect(localTime(Date.parse('2026-07-01T22:30:00Z'), now, 'Europe/London')).toBe('1 Jul 2026, 23:30:00');
  });

  it('goes into an input and comes back to the minute', () => {
    const at = Date.parse('2026-11-22T18:05:00Z');
    expect(fromInputValue(toInputValue(at))).toBe('2026-11-22T18:05:00.000Z');
    expect(fromInputValue('')).toBeUndefined();
  });
});

it('a query leaves out what is empty', () => {
  expect(withQuery('gateways', { area: 'a b', search: '', page: 2, stage: undefined })).toBe(
    'gateways?area=a+b&page=2',
  );
  expect(withQuery('notices', { state: '' })).toBe('notices');
});
