import { GuardedLine } from '../../src/adapters/modbus/guardedLine.ts';
import { DEFAULT_LINE_OPTIONS } from '../../src/adapters/modbus/lineOptions.ts';
import { findBroadcastMistake, RtuProtocol } from '../../src/adapters/modbus/rtuProtocol.ts';
import { BUSY_UNITS, BUSY_WIRE, NotedLine } from './busyLine.ts';
import { RecordingLog } from './recordingLog.ts';
import { SteppedClock } from './steppedClock.ts';
import { plainUnit, SteppedWire } from './steppedWire.ts';

const TIMING = { lateWindowMs: 300, turnaroundMs: 200, forgetAfterMs: 5_000 };

/** The line of BUSY_UNITS with exact bit times, opened. */
export async function openSteppedBusyLine() {
  const clock = new SteppedClock();
  const units = new Map(BUSY_UNITS.map(({ unit, turnaroundMs }) => [unit, plainUnit(turnaroundMs)]));
  const wire = new SteppedWire({ clock, ...BUSY_WIRE, units });
  const guarded = new GuardedLine({
    name: 'ttyTest',
    clock,
    log: new RecordingLog(),
    options: DEFAULT_LINE_OPTIONS,
    protocol: new RtuProtocol({ ...BUSY_WIRE, ...TIMING }),
    connect: wire.connect,
    findMistake: findBroadcastMistake,
  });
  await clock.advance(1_000);
  return { clock, wire, line: new NotedLine(guarded, clock) };
}
