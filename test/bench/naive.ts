import { join } from 'node:path';
import { buildHome } from '../../firmware-sim/home.ts';
import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import type { DeviceReadings } from '../../src/domain/point.ts';
import { Poller } from '../../src/gateway/poller.ts';
import type { Device } from '../../src/ports/device.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { DirectLine } from '../support/directLine.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import type { Stretch } from './headroomDays.ts';
import { HeadroomTrace } from './headroomTrace.ts';

const DRIVERS = join(import.meta.dirname, '../../drivers');
const NAIVE_EVERY_MS = 30_000;
const LEAST_A = 6;

/** What is set at a moment, amps, from what the two devices say then. */
type Rule = (now: { readonly gridA: number; readonly carA: number }) => number;

/** Every 30 s the headroom of that moment becomes the set-point: no ramp, no rest, nothing in between. */
export function runNaive(stretch: Stretch): Promise<HeadroomTrace> {
  return runByRule(stretch, ({ gridA, carA }) => stretch.ceilingA - (gridA - carA));
}

/** One set-point for ever: what is left beside the highest peak of the household. */
export function runStatic(stretch: Stretch, highestHouseholdA: number): Promise<HeadroomTrace> {
  return runByRule(stretch, () => stretch.ceilingA - highestHouseholdA);
}

/** The meter and the charge point of the home, read and written by their profiles; the water heater is off. */
async function runByRule(stretch: Stretch, rule: Rule): Promise<HeadroomTrace> {
  const { spec, startAtMs, fromMs, untilMs, ceilingA } = stretch;
  const home = buildHome(spec, { startAtMs });
  const trace = new HeadroomTrace(home.plant, ceilingA, fromMs);
  const clock = new SteppedClock({ utcMs: startAtMs });
  const { profiles } = loadProfiles(DRIVERS);
  const latest = new Map<string, DeviceReadings>();
  const stand = (deviceId: string, profileName: string): Device => {
    const device = home.devices[deviceId];
    const profile = profiles.get(profileName);
    if (device === undefined || profile === undefined) throw new Error(`no ${deviceId} as ${profileName}`);
    const line = new DirectLine({
      devices: new Map([[device.unit, device]]),
      clock,
      deviceNowMs: () => clock.now().utcMs,
    });
    return createProfileDevice({
      deviceId,
      profile,
      unit: device.unit,
      line,
      clock,
      log: new RecordingLog(),
    });
  };
  const meter = stand('grid-meter', 'eastron-sdm230');
  const station = stand('charge-point', 'keba-p30');
  const poller = new Poller({
    devices: [meter, station],
    clock,
    log: new RecordingLog(),
    mayPoll: () => true,
    onReadings: (deviceId, readings) => latest.set(deviceId, readings),
  });
  poller.start();
  const set = async (): Promise<void> => {
    const gridA = currentOf(latest.get(meter.deviceId));
    const carA = currentOf(latest.get(station.deviceId));
    if (gridA !== undefined && carA !== undefined) {
      const setA = Math.floor(Math.min(rule({ gridA, carA }), 32) * 10) / 10;
      await station.apply({ kind: 'setChargeCurrent', currentA: setA < LEAST_A ? 0 : setA }, 'widening');
    }
    clock.after(NAIVE_EVERY_MS, () => void set());
  };
  clock.after(1_500, () => void set());
  while (clock.now().utcMs < untilMs) await clock.advance(Math.min(60_000, untilMs - clock.now().utcMs));
  home.advanceTo(untilMs);
  poller.stop();
  return trace;
}

function currentOf(readings: DeviceReadings | undefined): number | undefined {
  const reading = readings?.['phaseCurrentA.L1'];
  return reading?.state === 'measured' ? Number(reading.value) : undefined;
}
