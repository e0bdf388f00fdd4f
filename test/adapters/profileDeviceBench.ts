import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import type { FaultCode } from '../../src/domain/faults.ts';
import type { DeviceReadings } from '../../src/domain/point.ts';
import type { FallbackSettings } from '../../src/ports/device.ts';
import type { LineStatistics, ModbusLine, ModbusRequest, ModbusResult } from '../../src/ports/modbusLine.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';

const DRIVERS = new URL('../../drivers', import.meta.url).pathname;
const shipped = loadProfiles(DRIVERS);

export function shippedProfile(id: string): Profile {
  const profile = shipped.profiles.get(id);
  if (profile === undefined) throw new Error(`no profile ${id}`);
  return profile;
}

export interface SeenRequest extends ModbusRequest {
  readonly atMs: number;
}

/** A line with one scripted unit: registers by read function and address, faults on demand, every request noted. */
export class ScriptedLine implements ModbusLine {
  readonly seen: SeenRequest[] = [];
  readonly registers = new Map<string, number>();
  /** Where a write shows, when that is not where it was written: "address written" to "function:address". */
  readonly readBackAt = new Map<number, string>();
  /** All requests fail with it. */
  fault: FaultCode | undefined;
  /** Requests for which this holds are refused by the unit. */
  refuses: (request: ModbusRequest) => boolean = () => false;
  /** Holds requests back until it resolves, to let others overtake. */
  hold: (request: ModbusRequest) => Promise<void> | undefined = () => undefined;
  readonly #clock: SteppedClock;

  constructor(clock: SteppedClock) {
    this.#clock = clock;
  }

  set(functionCode: number, address: number, ...words: readonly number[]): void {
    for (const [index, word] of words.entries())
      this.registers.set(`${functionCode}:${address + index}`, word);
  }

  async request(request: ModbusRequest): Promise<ModbusResult> {
    await this.hold(request);
    this.seen.push({ ...request, atMs: this.#clock.runningMs() });
    if (this.fault !== undefined) return { ok: false, fault: this.fault, detail: 'scripted' };
    if (this.refuses(request)) {
      return { ok: false, fault: 'device-exception', detail: 'exception 2', exceptionCode: 2 };
    }
    if (request.values === undefined) {
      const words = Array.from(
        { length: request.count },
        (_, index) => this.registers.get(`${request.functionCode}:${request.address + index}`) ?? 0,
      );
      return { ok: true, words };
    }
    const place = this.readBackAt.get(request.address);
    if (place !== undefined) this.registers.set(place, request.values[0] ?? 0);
    return { ok: true, words: [] };
  }

  reads(): SeenRequest[] {
    return this.seen.filter(({ values }) => values === undefined);
  }

  writes(): SeenRequest[] {
    return this.seen.filter(({ values }) => values !== undefined);
  }

  isOpen(): boolean {
    return true;
  }

  statistics(): LineStatistics {
    throw new Error('not used');
  }

  async close(): Promise<void> {}
}

/** A device on a scripted line, polled by hand with a stepped clock. */
export function benchDevice(profile: Profile, fallback?: FallbackSettings) {
  const clock = new SteppedClock({ runningMs: 1_000_000 });
  const line = new ScriptedLine(clock);
  if (profile.id === 'keba-p30') {
    line.readBackAt.set(5004, '3:1101').set(5016, '3:1601').set(5018, '3:1603');
    line.set(3, 1001, 2);
    line.set(3, 1005, 7);
    line.set(3, 1101, 16_000);
  } else {
    for (const { address } of profile.data.writes) line.readBackAt.set(address, `3:${address}`);
  }
  const log = new RecordingLog();
  const device = createProfileDevice({
    deviceId: 'bench',
    profile,
    unit: 9,
    line,
    clock,
    log,
    ...(fallback === undefined ? {} : { fallback }),
  });
  /** Polls each second like the gateway does; paced reads have their time in between. Gives the last readings. */
  const pollFor = async (seconds: number): Promise<DeviceReadings> => {
    let last: DeviceReadings = {};
    for (let second = 0; second < seconds; second++) {
      const polled = device.poll();
      await clock.advance(1000);
      last = await polled;
    }
    return last;
  };
  return { clock, line, log, device, pollFor };
}
