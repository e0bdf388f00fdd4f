import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { chooseTelling, readUntilKnown, toReadOnce, withoutWrites } from '../../src/discovery/liveValues.ts';
import { modelFactsOf } from '../../src/discovery/modelFacts.ts';
import type { DeviceReadings } from '../../src/domain/point.ts';
import { ABSENT, measured, unknown } from '../../src/domain/reading.ts';
import type { Device, DeviceReport } from '../../src/ports/device.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { drive } from './registerLine.ts';

const { profiles } = loadProfiles(join(import.meta.dirname, '../../drivers'));
const profileOf = (id: string): Profile => {
  const profile = profiles.get(id);
  if (profile === undefined) throw new Error(`no profile ${id}`);
  return profile;
};

describe('a profile for looking only', () => {
  it.each([...profiles.keys()])('%s has nothing left that could be written', (id) => {
    const { data } = withoutWrites(profileOf(id));
    expect(data.prepare).toEqual([]);
    expect(data.writes).toEqual([]);
    expect(data.commands).toEqual({});
    expect(data).not.toHaveProperty('fallback');
    expect(data).not.toHaveProperty('keepAlive');
    expect(data).not.toHaveProperty('refreshEveryMs');
  });

  it('read once, each block has its turn within the time that the maker’s pace takes', () => {
    const { plan } = toReadOnce(profileOf('keba-p30'), 15_000);
    const all = profileOf('keba-p30').plan.blocks.length;
    expect(plan.blocks).toHaveLength(all);
    expect(Math.min(...plan.blocks.map(({ cadenceMs }) => cadenceMs))).toBeGreaterThan(all * 500);
    expect(plan.sweepMs).toBeGreaterThan(all * 500);
  });

  it('of one point, only its own blocks are read', () => {
    const { plan } = toReadOnce(profileOf('keba-p30'), 15_000, ['chargingState']);
    expect(plan.points.map(({ name }) => name)).toEqual(['chargingState']);
    expect(plan.blocks.map(({ name }) => name).toSorted()).toEqual(['cable', 'state']);
  });
});

describe('reading until everything is known', () => {
  let clock = new SteppedClock();
  let polls = 0;
  beforeEach(() => {
    clock = new SteppedClock();
    polls = 0;
  });

  function device(readings: (poll: number) => DeviceReadings, report: Partial<DeviceReport> = {}): Device {
    return {
      poll: async () => readings(++polls),
      report: () => ({ contact: 'answering', ...report }),
    } as unknown as Device;
  }

  const read = (of: Device, isStopped = () => false) =>
    drive(clock, readUntilKnown(of, { clock, mostMs: 5_000, isStopped }));

  it('goes on while a point waits for its turn, and no longer', async () => {
    const found = await read(
      device((poll) => ({ frequencyHz: poll < 3 ? unknown('not-yet-read', 0) : measured(50, poll) })),
    );
    expect([found.frequencyHz?.state, polls]).toEqual(['measured', 3]);
  });

  it('does not wait for what cannot be had: absent, refused, implausible, unfit', async () => {
    await read(
      device(() => ({
        exportEnergyWh: ABSENT,
        frequencyHz: unknown('device-exception', 0),
        totalPowerW: unknown('reading-implausible', 0),
        setpointA: unknown('device-unfit', 0),
      })),
    );
    expect(polls).toBe(1);
  });

  it('gives a silent device up once it is lost, and blames it for what was never read', async () => {
    const silent = device(() => ({ frequencyHz: unknown('not-yet-read', 0) }), {
      contact: 'lost',
      fault: 'device-timeout',
    });
    expect((await read(silent)).frequencyHz).toEqual(unknown('device-timeout', 0));
    expect(polls).toBe(1);
  });

  it('ends when its time is up or the person has had enough', async () => {
    const waiting = device(() => ({ frequencyHz: unknown('not-yet-read', 0) }));
    await read(waiting);
    expect(clock.runningMs()).toBeGreaterThanOrEqual(5_000);
    expect(clock.runningMs()).toBeLessThan(5_200);
    polls = 0;
    await read(waiting, () => true);
    expect(polls).toBe(1);
  });
});

it('a few telling values are shown first, and only what was measured', () => {
  const readings: DeviceReadings = {
    errorCode: measured(0, 0),
    'phaseVoltageV.L1': measured(230, 0),
    totalPowerW: unknown('not-yet-read', 0),
    chargingState: measured('C', 0),
    setpointA: measured(16, 0),
  };
  expect(Object.keys(chooseTelling(readings, 3))).toEqual(['chargingState', 'phaseVoltageV.L1', 'setpointA']);
});

it('a meter is not commanded, a charge point with a settable guard is', () => {
  expect(modelFactsOf(profileOf('eastron-sdm230'))).toMatchObject({ kind: 'meter', isCommanded: false });
  expect(modelFactsOf(profileOf('keba-p30'))).toMatchObject({ isCommanded: true, fallback: 'settable' });
  expect(modelFactsOf(profileOf('go-e-charger')).watchdog.isSafe).toBe(false);
});
