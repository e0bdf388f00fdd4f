import { describe, expect, it, onTestFinished } from 'vitest';
import { ImageDevice, type RecordedImage, readRecordedImage } from '../../firmware-sim/registerImage.ts';
import { putStillDeviceOnWire } from '../../firmware-sim/standWire.ts';
import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import type { PointName } from '../../src/domain/point.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { aMoment, WatchedLine, whileWaiting } from './watchedLine.ts';
import { openLine, profileOf, shown } from './wireBench.ts';

const SPEED = 20;
/** SMA's SunSpec profile lies under this unit. */
const UNIT = 126;

/** A recorded device behind its own socket, read by a shipped profile until all blocks have been read. */
async function readImage(image: RecordedImage, id: string) {
  const wire = await putStillDeviceOnWire(new ImageDevice(UNIT, readRecordedImage(image)), {
    wire: 'tcp',
    speed: SPEED,
  });
  const line = new WatchedLine(openLine(wire), SPEED);
  const clock = new SteppedClock();
  const log = new RecordingLog();
  const device = createProfileDevice({
    deviceId: 'recorded',
    profile: profileOf(id),
    unit: UNIT,
    line,
    clock,
    log,
  });
  onTestFinished(async () => {
    await device.close();
    await line.close();
    await wire.close();
  });
  while (!line.isOpen()) await aMoment();
  const step = (delayMs: number) => clock.advance(delayMs);
  await whileWaiting(device.poll(), line, step);
  await clock.advance(1_000);
  const readings = await whileWaiting(device.poll(), line, step);
  const values = Object.fromEntries(
    (Object.keys(readings) as PointName[]).map((name) => [name, shown(readings, name)]),
  );
  const limit = (powerW: number) =>
    whileWaiting(device.apply({ kind: 'setPowerLimit', powerW }, 'narrowing'), line, step);
  return { values, device, limit, writes: line.writes };
}

describe('recorded devices over the wire', () => {
  it('Sunny Boy 3.6 of August 2023: one phase at 1080 W', async () => {
    const { values } = await readImage('sunspec_sma_sb3.6_2023-08-10', 'sunspec-inverter');
    expect(values).toMatchObject({
      totalPowerW: -1_080,
      'phaseCurrentA.L1': 4.5,
      'phaseVoltageV.L1': 239.2,
      'phaseVoltageV.L2': 'unknown',
      'phaseVoltageV.L3': 'unknown',
      frequencyHz: 49.98,
      exportEnergyWh: 21_707_970,
      ratedPowerW: 3_680,
    });
  });

  it('Sunny Boy 3.6 of May 2025: its read-back says "limited to 0 W" while it gives all that it can', async () => {
    const { values } = await readImage('sunspec_sma_sb3.6_2025-05-18_day', 'sunspec-inverter');
    expect(values).toMatchObject({
      totalPowerW: -3_680,
      'phaseCurrentA.L1': 15.1,
      ratedPowerW: 3_680,
      powerLimitW: 0,
    });
  });

  it('a device with models 701 to 714: three phases unlike each other, and the whole of its rating', async () => {
    const { values, limit, writes } = await readImage('sunspec_emulated_der_701-714', 'sunspec-inverter-704');
    expect(values).toMatchObject({
      totalPowerW: -9_800,
      'phasePowerW.L1': -3_200,
      'phasePowerW.L2': -3_300,
      'phasePowerW.L3': -3_500,
      ratedPowerW: 10_000,
      powerLimitW: 10_000,
    });
    // A recording takes no commands, and says so.
    expect(await limit(1_000)).toMatchObject({ ok: false, fault: 'device-exception' });
    expect(writes).toHaveLength(1);
  });

  it.each([
    ['sunspec_emulated_der_701-714', 'sunspec-inverter'],
    ['sunspec_sma_sb3.6_2023-08-10', 'sunspec-inverter-704'],
    ['sunspec_sma_sb3.6_2023-08-10', 'sunspec-meter'],
  ] as const)('%s does not pass for a %s', async (image, id) => {
    const { values, device } = await readImage(image, id);
    expect(device.report().unfit).toContain('expected one of the SunSpec models');
    expect(values.totalPowerW).toBe('unknown');
  });
});
