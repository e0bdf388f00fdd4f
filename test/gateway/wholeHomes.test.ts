import { afterEach, describe, expect, it } from 'vitest';
import type { HomeName, HomeSpec } from '../../firmware-sim/homeSpec.ts';
import { type Truth, tellTruth } from '../../firmware-sim/truth.ts';
import { BackOffice } from '../support/backOffice.ts';
import { SteppedHome } from '../support/steppedHome.ts';

const MINUTE_MS = 60_000;
/** Both cars and the household are at home, the sun is down. */
const EVENING_MS = Date.parse('2006-12-23T17:26:00Z');
/** An hour before noon of a sunny day. */
const LATE_MORNING_MS = Date.parse('2006-12-22T10:30:00Z');
/** Within which an excursion must be met. */
const MOST_EXCURSION_S = 5;

const standing: SteppedHome[] = [];
afterEach(() => {
  for (const home of standing.splice(0)) home.remove();
});

/** A simulated home with the plan that comes with it, its ledger judging by these ceilings. */
function stand(
  homeName: HomeName,
  startAtMs: number,
  ceilings: { readonly importA: number; readonly exportA: number },
  adaptHome: (spec: HomeSpec) => HomeSpec = (spec) => spec,
): SteppedHome {
  const stepped = new SteppedHome({ homeName, startAtMs, backOffice: new BackOffice(), adaptHome });
  standing.push(stepped);
  stepped.home.ledger.setCeiling('import', ceilings.importA);
  stepped.home.ledger.setCeiling('export', ceilings.exportA);
  stepped.start();
  return stepped;
}

function longestAvoidableS({ ceilings }: Truth): number {
  const phases = [...ceilings.import.phases, ...ceilings.export.phases];
  return Math.max(...phases.map((phase) => phase.longestAvoidableExcursionS));
}

describe('a car park with ten charge points of nine makers, four meters and three relay boards', () => {
  it('holds every limit, shares alike among all cars and has every device answering', async () => {
    const stepped = stand('car-park', EVENING_MS, { importA: 90, exportA: 16 });
    await stepped.clock.advance(45 * MINUTE_MS);
    const truth = tellTruth(stepped.home);
    const status = stepped.gateway.status();
    expect(longestAvoidableS(truth)).toBeLessThanOrEqual(MOST_EXCURSION_S);
    expect(status.devices.filter(({ isAnswering }) => !isAnswering)).toEqual([]);
    expect(status.faults).toEqual([]);
    const cars = Object.values(truth.chargePoints);
    expect(cars).toHaveLength(10);
    for (const { carA, harmfulWrites } of cars) {
      expect(carA).toBeGreaterThanOrEqual(6);
      expect(carA).toBeLessThan(12);
      expect(harmfulWrites).toBe(0);
    }
    // What the cars may have is used: 80 A for all bays, on the phase with the most of them.
    const busiestA = Math.max(...truth.phases.map(({ carA }) => carA));
    expect(busiestA).toBeGreaterThan(75);
    expect(busiestA).toBeLessThanOrEqual(80);
  });
});

describe('a solar home whose inverter takes a limit', () => {
  /** A small tank that is soon hot, so that the sun has nowhere to go. */
  const dull = (spec: HomeSpec): HomeSpec => ({
    ...spec,
    waterHeater: { ...spec.waterHeater, tankKwh: 1, draws: [] },
  });

  it('is turned down and not off when the export would be too much, and set free when it is not', async () => {
    const stepped = stand('solar', LATE_MORNING_MS, { importA: 54, exportA: 16 }, dull);
    const { home, clock } = stepped;
    const [car] = home.chargePoints;
    car?.socket.car.plugOut();
    await clock.advance(60 * MINUTE_MS);
    const limited = tellTruth(home);
    expect(longestAvoidableS(limited)).toBeLessThanOrEqual(MOST_EXCURSION_S);
    const [phase] = limited.phases;
    // 16 A are agreed: it gives these and what the house takes, within the margin and the steps of its limit.
    expect(-(phase?.cutOutW ?? 0)).toBeGreaterThan(0.85 * 16 * 230);
    expect(Number.isFinite(home.generator.limitW)).toBe(true);
    expect(stepped.gateway.status().sentence).toContain('solar may give');
    car?.socket.car.plugIn();
    await clock.advance(20 * MINUTE_MS);
    expect(tellTruth(home).phases[0]?.carA).toBeGreaterThan(20);
    expect(Number.isFinite(home.generator.limitW)).toBe(false);
    expect(longestAvoidableS(tellTruth(home))).toBeLessThanOrEqual(MOST_EXCURSION_S);
  });
});
