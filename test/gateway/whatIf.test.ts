import { describe, expect, it } from 'vitest';
import type { HomeSpec } from '../../firmware-sim/homeSpec.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import { parsePlanChange } from '../../src/gateway/whatIf/planChange.ts';
import type { WhatIfResult } from '../../src/gateway/whatIf/result.ts';
import { whatIf } from '../../src/gateway/whatIf.ts';
import { tellHouse } from '../scenarios/stages/steppedHouse.ts';
import { atConnection, type Recording, recordHome } from './recordedHome.ts';

/** A Friday evening with a car that has just come, and much cooking. */
const EVENING = '2006-12-22T17:00:00Z';
const NOON = '2006-12-22T10:30:00Z';
const LONGEST_S = 5;

function supposed(recording: Recording, ...settings: readonly string[]): WhatIfResult {
  const changes = settings.map((text) => {
    const parsed = parsePlanChange(text);
    if (!parsed.ok) throw new Error(parsed.detail);
    return parsed.value;
  });
  const result = whatIf(recording.segments, changes);
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}

function energy(
  result: WhatIfResult,
  loadId: string,
): { readonly recordedWh: number; readonly supposedWh: number } {
  const found = result.loads.find((load) => load.loadId === loadId);
  if (found === undefined) throw new Error(`no ${loadId}`);
  return found;
}

function ceiling(result: WhatIfResult, circuitId: string, direction: 'import' | 'export') {
  const found = result.ceilings.find((one) => one.circuitId === circuitId && one.direction === direction);
  if (found?.recorded === undefined || found.supposed === undefined) throw new Error(`no ${circuitId}`);
  return { recorded: found.recorded, supposed: found.supposed };
}

/** Each recording is made when it is first asked for, and once. */
function recorded(options: Parameters<typeof recordHome>[0]): () => Promise<Recording> {
  let made: Promise<Recording> | undefined;
  return () => {
    made ??= recordHome(options);
    return made;
  };
}

const single = (figures: Partial<SitePlan['circuits'][number]>) =>
  recorded({ homeName: 'single-phase', startAt: EVENING, minutes: 60, adaptPlan: atConnection(figures) });
const three = (figures: Partial<SitePlan['circuits'][number]>) =>
  recorded({ homeName: 'three-phase', startAt: EVENING, minutes: 60, adaptPlan: atConnection(figures) });
const solar = (figures: Partial<SitePlan['circuits'][number]>) =>
  recorded({
    homeName: 'solar',
    startAt: NOON,
    minutes: 60,
    adaptPlan: atConnection(figures),
    adaptHome: withMuchSun,
  });

function withOneCar(spec: HomeSpec): HomeSpec {
  const devices = spec.devices.map((device) =>
    'car' in device && device.deviceId === 'second-charge-point'
      ? { ...device, car: { ...device.car, plugInMinute: 0, plugOutMinute: 1 } }
      : device,
  );
  return { ...spec, devices } as HomeSpec;
}

/** The tank is hot and the car is full: what the sun gives goes out. */
function withMuchSun(spec: HomeSpec): HomeSpec {
  const devices = spec.devices.map((device) =>
    'car' in device && device.car !== undefined
      ? { ...device, car: { ...device.car, initialSocPercent: 100 } }
      : device,
  );
  return { ...spec, waterHeater: { ...spec.waterHeater, ratedA: 1 }, devices } as HomeSpec;
}

/** The first charge point may switch its phases; the oven on L3 takes 18 A from the fifth minute on. */
const switching = (figures: Partial<SitePlan['circuits'][number]>) =>
  recorded({
    homeName: 'three-phase',
    startAt: EVENING,
    minutes: 45,
    adaptPlan: (plan) => {
      const adapted = atConnection(figures)(plan);
      const loads = adapted.loads
        .filter(({ loadId }) => loadId !== 'second-charge-point')
        .map((load) =>
          load.kind === 'chargePoint' ? { ...load, phaseSwitching: { restMs: 600_000 } } : load,
        );
      return { ...adapted, loads };
    },
    adaptHome: withOneCar,
    story: async ({ home, clock }) => {
      await clock.advance(5 * 60_000);
      tellHouse(home, { command: 'draw', phase: 'L3', currentA: 18 }, clock.now().utcMs);
    },
  });

const homes = {
  single: single({}),
  singleHeld: single({ maximumImportLimitA: 30 }),
  singleKilled: recorded({
    homeName: 'single-phase',
    startAt: EVENING,
    minutes: 20,
    adaptPlan: atConnection({ maximumImportLimitA: 30 }),
    story: async (stepped) => {
      await stepped.clock.advance(12 * 60_000);
      stepped.kill();
      await stepped.clock.advance(20_000);
      stepped.start();
    },
  }),
  three: three({}),
  threeHeld: three({ maximumImportLimitA: 20 }),
  switching: switching({}),
  switchingHeld: switching({ ratingA: 22, derating: 1 }),
  solar: solar({}),
  solarHeld: solar({ maximumExportLimitA: 6 }),
};

describe('a plan that is not changed', () => {
  it.each([
    ['a single-phase home', homes.single],
    ['a single-phase home at its import limit', homes.singleHeld],
    ['a home whose gateway was killed', homes.singleKilled],
    ['a three-phase home', homes.three],
    ['a home that switches its phases', homes.switchingHeld],
    ['a solar home at its export limit', homes.solarHeld],
  ])('comes out as recorded in %s', { timeout: 60_000 }, async (_, home) => {
    const result = supposed(await home());
    expect(result.decisions).toBeGreaterThan(1_100);
    expect(result.differing).toBe(0);
    for (const { recordedWh, supposedWh } of result.loads) expect(supposedWh).toBeCloseTo(recordedWh, 6);
    for (const each of result.ceilings) expect(each.supposed).toEqual(each.recorded);
    expect(result.moves.supposed).toEqual(result.moves.recorded);
    expect(result.relief).toEqual({
      import: { meanW: 0, greatestW: 0, energyWh: 0 },
      export: { meanW: 0, greatestW: 0, energyWh: 0 },
    });
  });

  it('comes out as recorded on both sides of a stretch that the journal lost', {
    timeout: 60_000,
  }, async () => {
    const recording = await homes.singleHeld();
    const { segments } = recording;
    const [first, second] = [Math.floor(segments.length / 3), Math.floor((2 * segments.length) / 3)];
    const torn = { ...recording, segments: [...segments.slice(0, first), ...segments.slice(second)] };
    const result = supposed(torn);
    expect(result.gapSeconds).toBeGreaterThan(300);
    expect(result.assumptions.at(-1)).toMatch(/^\d+ s without decisions are left out/);
    for (const { recordedWh, supposedWh } of result.loads) expect(supposedWh).toBeCloseTo(recordedWh, 6);
    expect(result.moves.supposed).toEqual(result.moves.recorded);
  });

  it('tells the energy that really went into the car', { timeout: 60_000 }, async () => {
    const recording = await homes.single();
    const { recordedWh } = energy(supposed(recording), 'charge-point');
    expect(recordedWh / recording.truth.energyWh.cars).toBeCloseTo(1, 2);
  });
});

describe('a lower import limit', () => {
  it('gives the car less, as a home that really had it, and no excursion that counts', {
    timeout: 60_000,
  }, async () => {
    const result = supposed(await homes.single(), 'mil=30');
    const really = (await homes.singleHeld()).truth.energyWh.cars;
    const { recordedWh, supposedWh } = energy(result, 'charge-point');
    expect(supposedWh).toBeLessThan(recordedWh * 0.8);
    expect(supposedWh / really).toBeGreaterThan(0.93);
    expect(supposedWh / really).toBeLessThan(1.07);
    const { recorded: was, supposed: would } = ceiling(result, 'connection-point', 'import');
    expect([was.leastCeiling, would.leastCeiling]).toEqual([54, 30]);
    expect(would.longestExcursionSeconds).toBeLessThanOrEqual(LONGEST_S);
    expect(result.relief?.import.energyWh).toBeCloseTo(
      recordedWh -
        supposedWh +
        energy(result, 'immersion').recordedWh -
        energy(result, 'immersion').supposedWh,
      -2,
    );
  });

  it('does so on three phases with two charge points', { timeout: 60_000 }, async () => {
    const result = supposed(await homes.three(), 'mil=20');
    const really = (await homes.threeHeld()).truth.energyWh.cars;
    const { supposedWh } = energy(result, 'charge-point');
    const second = energy(result, 'second-charge-point');
    expect((supposedWh + second.supposedWh) / really).toBeGreaterThan(0.93);
    expect((supposedWh + second.supposedWh) / really).toBeLessThan(1.07);
    expect(
      ceiling(result, 'connection-point', 'import').supposed.longestExcursionSeconds,
    ).toBeLessThanOrEqual(LONGEST_S);
  });

  it('that the household alone exceeds locks the scheme, and says so', { timeout: 60_000 }, async () => {
    const result = supposed(await homes.single(), 'mil=3');
    expect(result.moves.recorded.lockOuts).toBe(0);
    expect(result.moves.supposed.lockOuts).toBeGreaterThan(0);
    expect(result.assumptions.join(' ')).toContain('lock-out');
  });
});

describe('a higher import limit', () => {
  it('gives the car more, as a home that really had it', { timeout: 60_000 }, async () => {
    const result = supposed(await homes.singleHeld(), 'mil=none');
    const really = (await homes.single()).truth.energyWh.cars;
    const { recordedWh, supposedWh } = energy(result, 'charge-point');
    expect(supposedWh).toBeGreaterThan(recordedWh * 1.2);
    expect(supposedWh / really).toBeGreaterThan(0.93);
    expect(supposedWh / really).toBeLessThan(1.07);
    expect(result.relief?.import.energyWh).toBeLessThan(0);
  });

  it('does so on three phases with two charge points', { timeout: 60_000 }, async () => {
    const result = supposed(await homes.threeHeld(), 'mil=none');
    const really = (await homes.three()).truth.energyWh.cars;
    const all = energy(result, 'charge-point').supposedWh + energy(result, 'second-charge-point').supposedWh;
    expect(all / really).toBeGreaterThan(0.9);
    expect(all / really).toBeLessThan(1.1);
  });
});

describe('another rating', () => {
  it('of a circuit without a meter holds its charge points', { timeout: 60_000 }, async () => {
    const result = supposed(await homes.three(), 'circuit.charging.rating=20');
    const { recorded: was, supposed: would } = ceiling(result, 'charging', 'import');
    expect(was.peak).toBeGreaterThan(25);
    expect(would.peak).toBeLessThanOrEqual(20.5);
    expect(ceiling(result, 'connection-point', 'import').supposed.leastCeiling).toBeCloseTo(56.7);
  });

  it('and derating move the protection of the connection point', { timeout: 60_000 }, async () => {
    const result = supposed(await homes.single(), 'rating=40', 'derating=0.8');
    expect(ceiling(result, 'connection-point', 'import').supposed.leastCeiling).toBe(32);
  });
});

describe('phases that are switched', () => {
  it('a lower rating puts the car on one phase, as in a home that really had it', {
    timeout: 60_000,
  }, async () => {
    const result = supposed(await homes.switching(), 'rating=22', 'derating=1');
    const really = (await homes.switchingHeld()).truth.energyWh.cars;
    const { recordedWh, supposedWh } = energy(result, 'charge-point');
    expect(supposedWh).toBeLessThan(recordedWh / 2);
    expect(supposedWh).toBeGreaterThan(500);
    expect(supposedWh / really).toBeGreaterThan(0.9);
    expect(supposedWh / really).toBeLessThan(1.1);
  });

  it('a higher one leaves it on three', { timeout: 60_000 }, async () => {
    const result = supposed(await homes.switchingHeld(), 'rating=63', 'derating=0.9');
    const really = (await homes.switching()).truth.energyWh.cars;
    const { recordedWh, supposedWh } = energy(result, 'charge-point');
    expect(supposedWh).toBeGreaterThan(recordedWh * 2);
    expect(supposedWh / really).toBeGreaterThan(0.9);
    expect(supposedWh / really).toBeLessThan(1.1);
  });
});

describe('another export limit', () => {
  it('takes from a limited generator what a home that really had it lost', { timeout: 60_000 }, async () => {
    const result = supposed(await homes.solar(), 'mel=6');
    const really = (await homes.solarHeld()).truth.energyWh.generator;
    const { recordedWh, supposedWh } = energy(result, 'solar');
    expect(supposedWh).toBeLessThan(recordedWh * 0.9);
    expect(supposedWh / really).toBeGreaterThan(0.9);
    expect(supposedWh / really).toBeLessThan(1.1);
    expect(result.relief?.export.energyWh).toBeCloseTo(recordedWh - supposedWh, -2);
    expect(
      ceiling(result, 'connection-point', 'export').supposed.longestExcursionSeconds,
    ).toBeLessThanOrEqual(LONGEST_S);
  });

  it('gives it back no more than it was seen to give before', { timeout: 60_000 }, async () => {
    const result = supposed(await homes.solarHeld(), 'mel=16');
    const { recordedWh, supposedWh } = energy(result, 'solar');
    expect(supposedWh).toBeGreaterThan(recordedWh);
    expect(supposedWh).toBeLessThanOrEqual((await homes.solar()).truth.energyWh.generator * 1.02);
  });
});

describe('other charging hours', () => {
  it('hold the car back on a weekday evening, and leave everything else', { timeout: 60_000 }, async () => {
    const recording = await homes.single();
    const held = supposed(recording, 'hours=default');
    const { recordedWh, supposedWh } = energy(held, 'charge-point');
    // Only the random delay at the start of the hours is left.
    expect(supposedWh).toBeLessThan(recordedWh / 4);
    expect(energy(supposed(recording, 'hours=none'), 'charge-point').supposedWh).toBeCloseTo(recordedWh, 6);
  });
});

describe('what cannot be', () => {
  it('names the circuits that there are', { timeout: 60_000 }, async () => {
    const parsed = parsePlanChange('circuit.garage.mil=20');
    if (!parsed.ok) throw new Error(parsed.detail);
    expect(whatIf((await homes.three()).segments, [parsed.value])).toEqual({
      ok: false,
      detail: 'circuit garage: the site plan has none of this name, but connection-point, charging',
    });
  });

  it('is nothing in an empty journal', () => {
    expect(whatIf([], [])).toMatchObject({ ok: true, value: { decisions: 0, loads: [], assumptions: [] } });
  });
});
