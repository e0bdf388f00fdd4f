import { describe, expect, it } from 'vitest';
import { forecastReadyBy } from '../../src/core/forecast.ts';
import { DEFAULT_CHARGING_HOURS } from '../../src/domain/chargingHours.ts';
import type { Preference } from '../../src/domain/preference.ts';
import type { ChargePointPlan } from '../../src/domain/sitePlan.ts';
import { CHARGE_POINT } from './smallHome.ts';

const PLAN = CHARGE_POINT as ChargePointPlan;
/** Monday evening, 18:00 in London, in winter. */
const EVENING = Date.UTC(2026, 0, 5, 18);
const MORNING = Date.UTC(2026, 0, 6, 7);

const wish = (energyWh: number, change = {}): Extract<Preference, { kind: 'readyBy' }> => ({
  kind: 'readyBy',
  loadId: 'car',
  departureUtcMs: MORNING,
  energyWh,
  ...change,
});

const forecast = (energyWh: number, change: Partial<Parameters<typeof forecastReadyBy>[0]> = {}) =>
  forecastReadyBy({
    wish: wish(energyWh),
    plan: PLAN,
    phases: 1,
    hours: DEFAULT_CHARGING_HOURS,
    preferences: [],
    possibleA: 10,
    voltageV: 230,
    energyWh: undefined,
    now: { runningMs: 0, utcMs: EVENING, clockLevel: 'synced' },
    ...change,
  });

describe('the forecast of a ready-by time', () => {
  it('counts the hours that the charging hours leave', () => {
    // 22:00 to 07:00 at 10 A on one phase.
    expect(forecast(20_000)).toMatchObject({
      expectedWh: expect.closeTo(20_700, 3),
      isEnough: true,
      wantedWh: 20_000,
    });
    expect(forecast(20_000).readyAtUtcMs).toBe(Date.UTC(2026, 0, 6, 6, 45));
  });

  it('says so when it will not be enough', () => {
    const short = forecast(30_000);
    expect(short.isEnough).toBe(false);
    expect(short.readyAtUtcMs).toBeUndefined();
  });

  it('counts every hour without charging hours, and under a boost', () => {
    expect(forecast(0, { hours: undefined }).expectedWh).toBeCloseTo(29_900, 3);
    const boost: Preference = { kind: 'boost', loadId: 'car', untilMs: 2 * 3_600_000 };
    expect(forecast(0, { preferences: [boost] }).expectedWh).toBeCloseTo(25_300, 3);
  });

  it('promises nothing below the least that charges', () => {
    expect(forecast(1_000, { possibleA: 5.9 })).toMatchObject({ expectedWh: 0, isEnough: false });
  });

  it('takes off what has come since it was asked for', () => {
    const asked = { wish: wish(20_000, { fromEnergyWh: 500_000 }), energyWh: 508_000 };
    expect(forecast(0, asked).wantedWh).toBe(12_000);
    expect(forecast(0, { ...asked, energyWh: 530_000 })).toMatchObject({
      wantedWh: 0,
      readyAtUtcMs: EVENING,
    });
  });

  it('keeps right over a change of the clocks', () => {
    // The night to Sunday 2026-10-25 has 25 hours by the clock on the wall: one more hour of 10 A.
    const long = forecast(0, {
      wish: wish(0, { departureUtcMs: Date.UTC(2026, 9, 25, 7) }),
      now: { runningMs: 0, utcMs: Date.UTC(2026, 9, 24, 17), clockLevel: 'synced' },
    });
    expect(long.expectedWh).toBeCloseTo(14 * 2_300, 3);
  });
});
