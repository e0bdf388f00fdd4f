import { describe, expect, it } from 'vitest';
import { EMPTY_LOAD_MEMORY, type PhaseMemory } from '../../src/core/memory.ts';
import { countedPhases } from '../../src/core/phases.ts';
import type { DeviceReadings } from '../../src/domain/point.ts';
import { measured, unknown } from '../../src/domain/reading.ts';
import {
  chargingOnOne,
  chargingOnThree,
  REST_MS,
  SWITCHING,
  SwitchingHome,
  THREE_PHASES,
} from './switchingHome.ts';

const REST_S = REST_MS / 1_000;

describe('on how many phases a charge point counts', () => {
  const TOLD_AT_MS = 900_000;
  const NOW_MS = 940_000;
  const countedWith = (readings: DeviceReadings, phases: Partial<PhaseMemory> = {}) =>
    countedPhases({
      plan: SWITCHING,
      readings,
      known: { ...EMPTY_LOAD_MEMORY, phases: { told: 1, switchedAtMs: TOLD_AT_MS, ...phases } },
      nowMs: NOW_MS,
    });
  const saysOne = (atMs: number): DeviceReadings => ({ onePhase: measured(true, atMs) });

  it('is one, the supply phase that is wired to its own L1, once it has read so', () => {
    expect(countedWith(saysOne(NOW_MS - 1_000))).toMatchObject({ phases: 1, phaseMap: { L2: 'L1' } });
  });

  it.each<[string, DeviceReadings, Partial<PhaseMemory>]>([
    ['nothing was read', {}, {}],
    ['it reads three', { onePhase: measured(false, NOW_MS) }, {}],
    ['it was read before it was told', saysOne(NOW_MS - 20_000), { switchedAtMs: NOW_MS - 10_000 }],
    ['it was read too long ago', saysOne(NOW_MS - 30_001), {}],
    ['it cannot be read', { onePhase: unknown('device-timeout', NOW_MS) }, {}],
    ['it was told three', saysOne(NOW_MS), { told: 3 }],
    ['it draws on its L3', { ...saysOne(NOW_MS), 'phaseCurrentA.L3': measured(6, NOW_MS) }, {}],
    ['it once did', saysOne(NOW_MS), { isDoubted: true }],
  ])('is three where %s', (_, readings, phases) => {
    expect(countedWith(readings, phases)).toMatchObject({ phases: 3, phaseMap: SWITCHING.phaseMap });
  });

  it('is one where what flowed on the others was read before it was told', () => {
    const readings = { ...saysOne(NOW_MS), 'phaseCurrentA.L2': measured(16, TOLD_AT_MS - 1) };
    expect(countedWith(readings).phases).toBe(1);
  });
});

describe('from three phases to one', () => {
  it('when three do not fit and one does: paused at once, told a minute later, resumed at the least half a minute after that', () => {
    const home = chargingOnThree();
    home.householdA.L3 = 36;
    home.pass(130);
    const [pause, ...rest] = home.log;
    expect(pause).toBe('1 s: 0 A');
    expect(rest[0]).toBe('61 s: one phase');
    expect(rest[1]).toBe('92 s: 6 A');
    expect(home.decision?.explanation.loads[0]?.commandedA).toBeGreaterThan(30);
    expect(home.phases).toMatchObject({
      counted: 1,
      reason: { limitId: 'supply:rating:import', phase: 'L3' },
    });
  });

  it('nothing of its current counts on the other phases from then on', () => {
    const home = chargingOnOne();
    home.householdA.L1 = 39;
    home.householdA.L3 = 39;
    home.pass(30);
    expect(home.log).toEqual([]);
    home.householdA.L2 = 20;
    home.pass(2);
    expect(home.log).toEqual(['31 s: 19.2 A']);
  });

  it('not when the one phase has no room either', () => {
    const home = chargingOnThree();
    home.householdA.L2 = 36;
    home.pass(1_000);
    expect(home.log).toEqual(['1 s: 0 A']);
  });

  it('not for an oven of less than a minute', () => {
    const home = chargingOnThree();
    home.householdA.L3 = 36;
    home.pass(50);
    home.householdA.L3 = 2;
    home.pass(1_000);
    expect(home.log.filter((line) => line.endsWith('phase'))).toEqual([]);
  });

  it('not without a car', () => {
    const home = chargingOnThree();
    home.hasCar = false;
    home.householdA.L3 = 36;
    home.pass(1_000);
    expect(home.log.filter((line) => line.endsWith('phase'))).toEqual([]);
  });

  it('not in a plan that does not say so', () => {
    const { phaseSwitching: _, ...fixed } = SWITCHING;
    const home = new SwitchingHome({ ...THREE_PHASES, loads: [fixed] }).pass(120);
    home.householdA.L3 = 36;
    home.pass(1_000);
    expect(home.log.filter((line) => line.endsWith('phase'))).toEqual([]);
    expect(home.phases).toBeUndefined();
  });
});

describe('from one phase back to three', () => {
  it('when all have had room for the rest: paused, told as soon as that is seen, resumed a minute after the pause', () => {
    const home = chargingOnOne();
    home.householdA.L3 = 2;
    home.pass(REST_S + 80);
    expect(home.log.slice(0, 3)).toEqual([
      `${REST_S + 2} s: 0 A`,
      `${REST_S + 3} s: three phases`,
      `${REST_S + 62} s: 6 A`,
    ]);
    expect(home.phases).toEqual({ counted: 3 });
  });

  it('room that is gone for a second begins the rest anew', () => {
    const home = chargingOnOne();
    home.householdA.L3 = 2;
    home.pass(REST_S - 10);
    home.householdA.L3 = 36;
    home.pass(1);
    home.householdA.L3 = 2;
    expect(home.passUntil('three phases')).toBeGreaterThan(REST_S);
  });

  it('one late answer of the meter does not, a lost meter does', () => {
    const late = chargingOnOne();
    late.householdA.L3 = 2;
    late.pass(REST_S - 10);
    late.isMeterSilent = true;
    late.pass(1);
    late.isMeterSilent = false;
    expect(late.passUntil('three phases')).toBeLessThan(30);
    const lost = chargingOnOne();
    lost.householdA.L3 = 2;
    lost.pass(REST_S - 10);
    lost.isMeterSilent = true;
    lost.pass(10);
    lost.isMeterSilent = false;
    expect(lost.passUntil('three phases')).toBeGreaterThan(REST_S);
  });

  it('not where three would be less than one', () => {
    const home = chargingOnOne();
    home.householdA.L3 = 30;
    home.pass(2 * REST_S);
    expect(home.log).toEqual([]);
    expect(home.phases?.back?.atMs).toBeUndefined();
  });

  it('says from when on', () => {
    const home = chargingOnOne();
    home.householdA.L3 = 2;
    home.pass(1);
    const { leastA = 0, forMs, atMs = 0 } = home.phases?.back ?? {};
    expect([leastA, forMs]).toEqual([6 + THREE_PHASES.timing.marginA, REST_MS]);
    home.emptyLog();
    const tookS = home.passUntil('0 A');
    expect(home.nowMs - 1_000).toBe(atMs);
    expect(tookS).toBe(REST_S + 1);
  });
});

describe('the rest', () => {
  it('is kept between two switchings, whatever the household does', () => {
    const home = chargingOnThree();
    const toldAtMs: number[] = [];
    for (let minute = 0; minute < 120; minute += 1) {
      home.householdA.L3 = minute % 7 < 3 ? 36 : 2;
      for (let second = 0; second < 60; second += 1) {
        home.pass(1);
        if (home.decision?.commands.some(({ kind }) => kind === 'setPhases') === true)
          toldAtMs.push(home.nowMs);
      }
    }
    const rests = toldAtMs.slice(1).map((atMs, index) => atMs - (toldAtMs[index] ?? 0));
    expect(rests.every((restMs) => restMs >= REST_MS)).toBe(true);
  });

  it('survives a restart', () => {
    const home = chargingOnOne();
    const { switchedAtMs } = home.memory.loads.car?.phases ?? {};
    const restored = JSON.parse(JSON.stringify(home.memory));
    expect(restored).toEqual(home.memory);
    expect(restored.loads.car.phases).toMatchObject({ told: 1, switchedAtMs });
  });
});

describe('a charge point that is not as it was told', () => {
  it('counts as on three phases, is named, and is told again after the rest and no sooner', () => {
    const home = chargingOnThree();
    home.arePhasesStuck = true;
    home.householdA.L3 = 36;
    home.pass(61 + REST_S - 1);
    expect(home.log).toEqual(['1 s: 0 A', '61 s: one phase']);
    expect([home.phases?.counted, home.faults]).toEqual([3, ['phases-not-confirmed']]);
    home.arePhasesStuck = false;
    home.pass(120);
    expect(home.log[2]).toBe(`${61 + REST_S} s: one phase`);
    expect([home.phases?.counted, home.faults]).toEqual([1, []]);
  });

  it('is not believed once it drew on another phase than it says, until it is told again', () => {
    const home = chargingOnThree();
    home.arePhasesStuck = true;
    home.says = true;
    home.householdA.L3 = 36;
    home.pass(300);
    // What it says is taken at its word once, as long as nothing speaks against it.
    expect(home.log.slice(0, 4)).toEqual(['1 s: 0 A', '61 s: one phase', '92 s: 6 A', '93 s: 0 A']);
    expect(home.log).toHaveLength(4);
    expect([home.phases?.counted, home.faults]).toEqual([3, ['phases-not-confirmed']]);
  });

  it('counts as on three while it says nothing of its phases', () => {
    const home = chargingOnOne();
    home.says = 'nothing';
    home.pass(40);
    expect(home.log[0]).toMatch(/s: 0 A$/);
    expect([home.phases?.counted, home.faults]).toEqual([3, ['phases-not-confirmed']]);
  });

  it('told three and still on one it goes on with what three leave, and is told again after the rest', () => {
    const home = chargingOnOne();
    home.householdA.L3 = 2;
    home.arePhasesStuck = true;
    home.passUntil('three phases');
    home.emptyLog();
    home.pass(REST_S - 10);
    expect(home.log[0]).toBe('59 s: 6 A');
    expect(home.setpointA).toBe(32);
    expect([home.phases?.counted, home.faults]).toEqual([3, ['phases-not-confirmed']]);
    home.arePhasesStuck = false;
    expect(home.passUntil('three phases')).toBeLessThan(20);
    home.pass(100);
    expect([home.isOnOnePhase, home.faults]).toEqual([false, []]);
  });

  it('that was switched by somebody else counts on three from the first look', () => {
    const home = chargingOnOne();
    home.isOnOnePhase = false;
    home.pass(1);
    expect(home.log).toEqual(['1 s: 0 A']);
    expect(home.phases?.counted).toBe(3);
  });
});

describe('a changeover', () => {
  it('that cannot be seen paused is given up after half a minute, and rests', () => {
    const home = chargingOnOne();
    home.householdA.L3 = 2;
    home.pass(REST_S);
    home.isDeaf = true;
    home.pass(40);
    expect(home.log.some((line) => line.endsWith('three phases'))).toBe(false);
    expect(home.phases?.changingTo).toBeUndefined();
    home.isDeaf = false;
    expect(home.passUntil('three phases')).toBeGreaterThan(REST_S - 40);
  });

  it('does not begin without a record', () => {
    const home = chargingOnThree();
    home.canRecord = false;
    home.householdA.L3 = 36;
    home.pass(1_000);
    expect(home.log).toEqual(['1 s: 0 A']);
    home.canRecord = true;
    home.pass(2);
    expect(home.log[1]).toMatch('one phase');
  });
});
