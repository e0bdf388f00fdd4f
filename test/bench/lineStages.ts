import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildHome } from '../../firmware-sim/home.ts';
import { parseHomeSpec } from '../../firmware-sim/homeSpec.ts';
import { ScaledTime } from '../../firmware-sim/scaledTime.ts';
import { putOnWires } from '../../firmware-sim/wires/houseOnWires.ts';
import { openRtuLine } from '../../src/adapters/modbus/rtuLine.ts';
import { createClock } from '../../src/compose.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { BUSY_UNITS, BUSY_WIRE, NotedLine } from '../support/busyLine.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { openSteppedBusyLine } from '../support/steppedBusyLine.ts';

/** One line of 9600 baud with its four devices, opened. */
export interface LineStage {
  readonly line: NotedLine;
  readonly clock: Clock;
  /** What a device needs to notice the end of a request, where that is not in its turnaround. */
  readonly hearingMs: number;
  wait(delayMs: number): Promise<unknown>;
  setDead(unit: number, isDead: boolean): void;
  close(): Promise<void>;
}

const HOMES = join(import.meta.dirname, '..', '..', 'firmware-sim', 'homes');
/** The devices of the three-phase home that go on the one line, in the order of BUSY_UNITS. */
const ON_THE_LINE = ['grid-meter', 'immersion-meter', 'second-charge-point', 'relay'];

/** Exact bit times on a stepped clock: what the gateway does with the line, whatever the machine is busy with. */
export async function openExactStage(): Promise<LineStage> {
  const { clock, wire, line } = await openSteppedBusyLine();
  return {
    line,
    clock,
    hearingMs: 0,
    wait: (delayMs) => clock.advance(delayMs),
    setDead: (unit, isDead) => void (isDead ? wire.dead.add(unit) : wire.dead.delete(unit)),
    close: () => line.close(),
  };
}

/**
 * Real time: simulated devices that keep the time which the bits of a real one take, on a pseudo-terminal that is opened
 * like any serial port. A busy machine shows.
 */
export async function openRealStage(): Promise<LineStage> {
  const startAtMs = Date.now();
  const home = buildHome(oneLineHome(), { startAtMs });
  const time = new ScaledTime(startAtMs, 1);
  const wires = await putOnWires(home, time, 0);
  const clock = createClock(1);
  const closeWires = async (): Promise<void> => {
    time.stop();
    await wires.close();
  };
  const endpoint = wires.endpoints[ON_THE_LINE[0] ?? ''];
  if (endpoint?.kind !== 'serial') {
    await closeWires();
    throw new Error('the simulated line did not come up');
  }
  const opened = openRtuLine({ ...BUSY_WIRE, path: endpoint.path, clock, log: new RecordingLog() });
  while (!opened.isOpen()) await sleep(10);
  return {
    line: new NotedLine(opened, clock),
    clock,
    // The simulated devices notice the end of a request by the silence after it.
    hearingMs: (3.5 * BUSY_WIRE.bitsPerCharacter * 1000) / BUSY_WIRE.baudRate,
    wait: sleep,
    setDead: (unit, isDead) => {
      const device = home.devices[ON_THE_LINE[BUSY_UNITS.findIndex((each) => each.unit === unit)] ?? ''];
      if (isDead) device?.setFault({ kind: 'silence' }, time.nowMs());
      else device?.clearFaults(time.nowMs());
    },
    close: async () => {
      await opened.close();
      await closeWires();
    },
  };
}

/** The three-phase home with four of its devices on one line, and nothing else. */
function oneLineHome() {
  const raw = JSON.parse(readFileSync(join(HOMES, 'three-phase.json'), 'utf8'));
  const { baudRate, parity, stopBits } = BUSY_WIRE;
  const devices = raw.devices as { deviceId: string }[];
  return parseHomeSpec({
    ...raw,
    lines: [{ lineId: 'house', baudRate, parity, stopBits }],
    devices: ON_THE_LINE.map((deviceId, index) => ({
      ...devices.find((device) => device.deviceId === deviceId),
      lineId: 'house',
      unit: BUSY_UNITS[index]?.unit,
    })),
  });
}
