import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAND_MODELS } from '../../firmware-sim/stand.ts';
import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import { openTcpLine } from '../../src/adapters/modbus/tcpLine.ts';
import type { DeviceReadings, PointName } from '../../src/domain/point.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { imageOf } from '../devices/vectorImage.ts';
import { aMoment, WatchedLine, whileWaiting } from '../devices/watchedLine.ts';
import { profileOf, shown } from '../devices/wireBench.ts';
import { hasPymodbus, PythonTalk } from '../support/processes/pythonTalk.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { WallClock } from '../support/wallClock.ts';

/** The slowest pace of a maker reads every block within so many polls. */
const MOST_POLLS = 200;

/** It needs next to nothing of the silence that makers want. */
const SPEED = 50;

let slave: PythonTalk;
let line: WatchedLine;

beforeAll(async () => {
  if (!hasPymodbus) return;
  slave = new PythonTalk('registerImageServer.py');
  const { port } = (await slave.hear()) as { port: number };
  const clock = new WallClock();
  const real = openTcpLine({ host: '127.0.0.1', port, clock, log: new RecordingLog() });
  line = new WatchedLine(real, SPEED);
  while (!line.isOpen()) await aMoment();
});

afterAll(async () => {
  await line?.close();
  await slave?.close();
});

/** Polls until every one of these points was read. */
async function readAll(profile: Profile, wanted: readonly PointName[]): Promise<DeviceReadings> {
  const clock = new SteppedClock();
  const log = new RecordingLog();
  const device = createProfileDevice({ deviceId: 'slave', profile, unit: 1, line, clock, log });
  let readings: DeviceReadings = {};
  for (let poll = 0; poll < MOST_POLLS; poll++) {
    const nextMs = clock.runningMs() + 1_000;
    readings = await whileWaiting(device.poll(), line, (delayMs) => clock.advance(delayMs));
    const isRead = wanted.every((name) => {
      const reading = readings[name];
      return reading !== undefined && !(reading.state === 'unknown' && reading.fault === 'not-yet-read');
    });
    if (isRead) break;
    await clock.advance(Math.max(0, nextMs - clock.runningMs()));
  }
  await device.close();
  return readings;
}

describe.skipIf(!hasPymodbus)('a profile reads its own examples from an independent slave (pymodbus)', () => {
  it.each(STAND_MODELS)('%s', async (model) => {
    const profile = profileOf(model);
    expect(profile.data.vectors.reads.length).toBeGreaterThan(0);
    for (const vector of profile.data.vectors.reads) {
      expect(await slave.ask(imageOf(profile, vector))).toEqual({ served: true });
      const names = Object.keys(vector.readings) as PointName[];
      const readings = await readAll(profile, names);
      const found = Object.fromEntries(names.map((name) => [name, shown(readings, name)]));
      expect(found, vector.says).toEqual(vector.readings);
    }
  });
});
