import { describe, expect, it } from 'vitest';
import { EMPTY_LOAD_MEMORY, EMPTY_MEMORY, type LoadMemory, type Memory } from '../../../src/core/memory.ts';
import type { Snapshot } from '../../../src/domain/point.ts';
import { measured } from '../../../src/domain/reading.ts';
import type { SitePlan } from '../../../src/domain/sitePlan.ts';
import { correctSnapshot } from '../../../src/gateway/whatIf/correctSnapshot.ts';
import { mergeMemory } from '../../../src/gateway/whatIf/mergeMemory.ts';
import type { RecordedDecision } from '../../../src/gateway/whatIf/recordedDecisions.ts';
import { RecordedDraws } from '../../../src/gateway/whatIf/recordedDraws.ts';
import { SimulatedLoads } from '../../../src/gateway/whatIf/simulatedLoads.ts';
import { examplePlan } from '../../support/steppedHome.ts';

const LONG_AGO = { ...EMPTY_LOAD_MEMORY, commandedAtMs: 0 };
const told = (commanded: number, change: Partial<LoadMemory> = {}): LoadMemory => ({
  ...LONG_AGO,
  commanded,
  ...change,
});

interface Moment {
  readonly snapshot: Snapshot;
  readonly was: Readonly<Record<string, LoadMemory>>;
  readonly is: Readonly<Record<string, LoadMemory>>;
}

interface Given extends Moment {
  readonly site?: SitePlan;
  /** A second earlier. */
  readonly before?: Moment;
}

const NOW_MS = 100_000;

/** The readings of one moment as they would have been. */
function corrected({ site = examplePlan('single-phase'), before, ...now }: Given): Snapshot {
  const draws = new RecordedDraws();
  const loads = new SimulatedLoads(draws);
  const live = ({ snapshot, was, is }: Moment, runningMs: number): void => {
    const recorded = {
      input: {
        site,
        snapshot,
        now: { runningMs, utcMs: runningMs, clockLevel: 'synced' },
        memory: { ...EMPTY_MEMORY, loads: was },
      },
    } as unknown as RecordedDecision;
    draws.learn(recorded);
    loads.advance(recorded, { ...EMPTY_MEMORY, loads: is });
  };
  if (before !== undefined) live(before, NOW_MS - 1_000);
  live(now, NOW_MS);
  return correctSnapshot(site, now.snapshot, loads);
}

const at = <T>(value: T) => measured(value, NOW_MS - 500);

function readings(gridA: number, gridW: number, carA: number): Snapshot {
  return {
    'grid-meter': {
      'phaseCurrentA.L1': at(gridA),
      'phasePowerW.L1': at(gridW),
      'phaseVoltageV.L1': at(240),
    },
    'immersion-meter': { 'phaseCurrentA.L1': at(0), 'phasePowerW.L1': at(0) },
    relay: { 'relayClosed.1': at(false), 'relayClosed.2': at(true) },
    'charge-point': {
      setpointA: at(16),
      'phaseCurrentA.L1': at(carA),
      totalPowerW: at(carA * 240),
      chargingState: at('C'),
      carConnected: at(true),
    },
  };
}

function value(snapshot: Snapshot, device: string, point: string): unknown {
  const reading = snapshot[device]?.[point as keyof Snapshot[string]] as { value?: unknown } | undefined;
  return typeof reading?.value === 'number' ? Math.round(reading.value * 100) / 100 : reading?.value;
}

describe('the readings under another set-point', () => {
  it('are the recorded ones, the same objects, while the load was told the same', () => {
    const snapshot = readings(26, 6_240, 16);
    const same = corrected({ snapshot, was: { 'charge-point': told(16) }, is: { 'charge-point': told(16) } });
    expect(same).toEqual(snapshot);
  });

  it('show the car, the charge point and the meter above it lower by the same', () => {
    const then = corrected({
      snapshot: readings(26, 6_240, 16),
      was: { 'charge-point': told(16) },
      is: { 'charge-point': told(10) },
    });
    expect(value(then, 'charge-point', 'setpointA')).toBe(10);
    expect(value(then, 'charge-point', 'phaseCurrentA.L1')).toBe(10);
    expect(value(then, 'charge-point', 'totalPowerW')).toBe(2_400);
    expect(value(then, 'grid-meter', 'phasePowerW.L1')).toBe(4_800);
    expect(value(then, 'grid-meter', 'phaseCurrentA.L1')).toBe(20);
  });

  it('turn an import into an export where the sun gives more than is left', () => {
    const then = corrected({
      snapshot: readings(4, 960, 16),
      was: { 'charge-point': told(16) },
      is: { 'charge-point': told(0) },
    });
    expect(value(then, 'grid-meter', 'phasePowerW.L1')).toBe(-2_880);
    expect(value(then, 'grid-meter', 'phaseCurrentA.L1')).toBe(12);
    expect(value(then, 'charge-point', 'chargingState')).toBe('B');
  });

  it('keep the sign of a meter whose current transformers point the other way', () => {
    const site = examplePlan('single-phase');
    const inverted = {
      ...site,
      meters: site.meters.map((meter) => (meter.meterId === 'grid' ? { ...meter, isInverted: true } : meter)),
    };
    const then = corrected({
      site: inverted,
      snapshot: readings(26, -6_240, 16),
      was: { 'charge-point': told(16) },
      is: { 'charge-point': told(6) },
    });
    expect(value(then, 'grid-meter', 'phasePowerW.L1')).toBe(-3_840);
    expect(value(then, 'grid-meter', 'phaseCurrentA.L1')).toBe(16);
  });

  it('leave the reactive current of the house as it was', () => {
    const then = corrected({
      snapshot: readings(Math.hypot(20, 5), 4_800, 16),
      was: { 'charge-point': told(16) },
      is: { 'charge-point': told(8) },
    });
    expect(value(then, 'grid-meter', 'phaseCurrentA.L1')).toBe(13);
  });

  it('give a car that stopped at less by itself no more than that', () => {
    const then = corrected({
      snapshot: readings(20, 4_800, 10),
      was: { 'charge-point': told(16) },
      is: { 'charge-point': told(24) },
    });
    expect(value(then, 'charge-point', 'setpointA')).toBe(24);
    expect(value(then, 'charge-point', 'phaseCurrentA.L1')).toBe(10);
    expect(value(then, 'grid-meter', 'phaseCurrentA.L1')).toBe(20);
  });

  it('remember what a car stopped at by itself while the recording paused it', () => {
    const earlier = readings(20, 4_800, 10);
    const then = corrected({
      before: { snapshot: earlier, was: { 'charge-point': told(16) }, is: { 'charge-point': told(16) } },
      snapshot: readings(10, 2_400, 0),
      was: { 'charge-point': told(0, { commandedAtMs: NOW_MS - 1_000 }) },
      is: { 'charge-point': told(24) },
    });
    expect(value(then, 'charge-point', 'phaseCurrentA.L1')).toBe(10);
  });

  it('let a car that took all it had take more', () => {
    const then = corrected({
      snapshot: readings(20, 4_800, 16),
      was: { 'charge-point': told(16) },
      is: { 'charge-point': told(24) },
    });
    expect(value(then, 'charge-point', 'phaseCurrentA.L1')).toBe(24);
    expect(value(then, 'grid-meter', 'phaseCurrentA.L1')).toBe(28);
  });

  it('draw nothing below the minimum, and nothing without a car', () => {
    const away = readings(10, 2_400, 0);
    const without = corrected({
      snapshot: {
        ...away,
        'charge-point': { ...away['charge-point'], chargingState: at('A'), carConnected: at(false) },
      },
      was: { 'charge-point': told(6, { commandedAtMs: NOW_MS - 2_000 }) },
      is: { 'charge-point': told(32) },
    });
    expect(value(without, 'grid-meter', 'phaseCurrentA.L1')).toBe(10);
    const below = corrected({
      snapshot: readings(26, 6_240, 16),
      was: { 'charge-point': told(16) },
      is: { 'charge-point': told(5) },
    });
    expect(value(below, 'grid-meter', 'phaseCurrentA.L1')).toBe(10);
  });

  it('count a heater that was not seen closed yet as its rating, at its own meter too', () => {
    const then = corrected({
      snapshot: readings(26, 6_240, 16),
      was: { immersion: told(0) },
      is: { immersion: told(1) },
    });
    expect(value(then, 'relay', 'relayClosed.1')).toBe(true);
    expect(value(then, 'immersion-meter', 'phaseCurrentA.L1')).toBe(13);
    expect(value(then, 'grid-meter', 'phaseCurrentA.L1')).toBe(39);
  });

  it('show nothing at the meter of a load that is open, whatever its power factor', () => {
    const snapshot = readings(26, 6_240, 0);
    const then = corrected({
      snapshot: {
        ...snapshot,
        relay: { 'relayClosed.1': at(true), 'relayClosed.2': at(true) },
        'immersion-meter': {
          'phaseCurrentA.L1': at(10),
          'phasePowerW.L1': at(1_920),
          'phaseVoltageV.L1': at(240),
        },
      },
      was: { immersion: told(1) },
      is: { immersion: told(0) },
    });
    expect(value(then, 'immersion-meter', 'phaseCurrentA.L1')).toBe(0);
    expect(value(then, 'grid-meter', 'phasePowerW.L1')).toBe(4_320);
  });

  it('take from a generator without a meter at least what leaves the house and what the car takes', () => {
    const then = corrected({
      snapshot: readings(4, -960, 6),
      was: { solar: told(1) },
      is: { solar: told(0) },
    });
    expect(value(then, 'grid-meter', 'phasePowerW.L1')).toBe(1_440);
    expect(value(then, 'relay', 'relayClosed.2')).toBe(false);
  });

  it('keep a silent device silent', () => {
    const snapshot = readings(26, 6_240, 16);
    const silent = { state: 'unknown', fault: 'device-timeout', sinceMs: 90_000 } as const;
    const then = corrected({
      snapshot: { ...snapshot, 'grid-meter': { 'phaseCurrentA.L1': silent } },
      was: { 'charge-point': told(16) },
      is: { 'charge-point': told(10) },
    });
    expect(then['grid-meter']).toEqual({ 'phaseCurrentA.L1': silent });
  });
});

it('lays what a load drew between two of its readings on the line between them', () => {
  const site = examplePlan('single-phase');
  const [car] = site.loads;
  if (car === undefined) throw new Error('no load');
  const draws = new RecordedDraws();
  for (const [atMs, carA] of [
    [10_000, 6],
    [14_000, 16],
  ] as const) {
    const snapshot = {
      'charge-point': { 'phaseCurrentA.L1': measured(carA, atMs), totalPowerW: measured(carA * 240, atMs) },
    };
    const now = { runningMs: atMs + 500, utcMs: 0, clockLevel: 'synced' };
    draws.learn({ input: { site, snapshot, now } } as unknown as RecordedDecision);
  }
  expect([9_000, 10_000, 11_000, 13_000, 20_000].map((atMs) => draws.at(car, atMs).L1)).toEqual([
    6, 6, 8.5, 13.5, 16,
  ]);
});

describe('the simulated memory at a new segment', () => {
  const before: Memory = { ...EMPTY_MEMORY, loads: { car: told(16), heater: told(1) } };
  const restarted: Memory = {
    ...EMPTY_MEMORY,
    loads: { car: told(6), heater: told(0), sun: told(1) },
    faults: [{ code: 'meter-stale', subject: 'grid', sinceMs: 5 }],
  };

  it('goes on where the recording went on', () => {
    const simulated: Memory = { ...before, loads: { car: told(10), heater: told(1) } };
    expect(mergeMemory(simulated, before, structuredClone(before))).toBe(simulated);
  });

  it('begins as recorded after a restart, except for what had come out otherwise', () => {
    const simulated: Memory = { ...before, loads: { car: told(10), heater: told(1) } };
    expect(mergeMemory(simulated, before, restarted)).toEqual({
      ...restarted,
      loads: { car: told(10), heater: told(0), sun: told(1) },
    });
  });

  it('forgets the excursion under way with a restart, and keeps a lock-out of its own', () => {
    const scheme = {
      circuitId: 'supply',
      direction: 'import',
      countedAtMs: [],
      lockedAtMs: 3,
      lockOutsAtMs: [3],
    } as const;
    const above = { sinceMs: 1, lastMs: 2, isCounted: false };
    const merged = mergeMemory({ ...before, schemes: [{ ...scheme, above }] }, before, restarted);
    expect(merged.schemes).toEqual([scheme]);
  });
});
