import { createProfileDevice } from '../adapters/modbus/profileDevice.ts';
import { openRtuLine } from '../adapters/modbus/rtuLine.ts';
import { openTcpLine } from '../adapters/modbus/tcpLine.ts';
import { createLog } from '../adapters/pino/pinoLog.ts';
import { withoutWrites } from '../discovery/liveValues.ts';
import { LATE_WINDOW_MS, TCP_TIMES } from '../discovery/tryTime.ts';
import type { Wire } from '../discovery/wire.ts';
import type { Clock } from '../ports/clock.ts';
import type { Device } from '../ports/device.ts';
import type { ModbusLine } from '../ports/modbusLine.ts';
import type { Profile } from '../profiles/profile.ts';

/** A wire for looking only: every write is refused before it reaches it. */
export function openForReading(wire: Wire, clock: Clock): ModbusLine {
  const log = createLog({ level: 'error', fileDescriptor: 2 });
  if (wire.kind === 'tcp') {
    const { connectMs: connectTimeoutMs, firstRetryMs, lastRetryMs } = TCP_TIMES;
    const options = { readOnly: true, connectTimeoutMs, firstRetryMs, lastRetryMs };
    return openTcpLine({ ...wire, clock, log, options });
  }
  return openRtuLine({ ...wire, clock, log, options: { readOnly: true, lateWindowMs: LATE_WINDOW_MS } });
}

/** A device on a wire for looking only, by a profile from which everything that is written is taken out. */
export function createDeviceToRead(line: ModbusLine, unit: number, profile: Profile, clock: Clock): Device {
  const log = createLog({ level: 'error', fileDescriptor: 2 });
  return createProfileDevice({
    deviceId: profile.id,
    profile: withoutWrites(profile),
    unit,
    line,
    clock,
    log,
  });
}
