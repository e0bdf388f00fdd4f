import { join } from 'node:path';
import { type Stand, type StandOptions, standDevice } from '../../firmware-sim/stand.ts';
import type { StandTruth } from '../../firmware-sim/standTruth.ts';
import type { OnWire } from '../../firmware-sim/standWire.ts';
import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import { openRtuLine } from '../../src/adapters/modbus/rtuLine.ts';
import { openTcpLine } from '../../src/adapters/modbus/tcpLine.ts';
import type { DeviceReadings, PointName } from '../../src/domain/point.ts';
import type { Device, FallbackSettings } from '../../src/ports/device.ts';
import type { LineStatistics, ModbusLine, ModbusRequest, ModbusResult } from '../../src/ports/modbusLine.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock, settle } from '../support/steppedClock.ts';
import { WallClock } from '../support/wallClock.ts';

const START_AT_MS = Date.UTC(2026, 5, 1, 12);
/** The wire runs faster than the clock that is stepped by hand, so that turnarounds cost little. */
const WIRE_SPEED = 20;
const BAUD_RATE = 115_200;
const STEP_MS = 50;
const LONGEST_CONNECT_MS = 5_000;
const { profiles } = loadProfiles(join(import.meta.dirname, '../../drivers'));

export function profileOf(id: string): Profile {
  const profile = profiles.get(id);
  if (profile === undefined) throw new Error(`no profile ${id}`);
  return profile;
}

/** Knows whether a request is under way, and keeps what was sent. */
class WatchedLine implements ModbusLine {
  inFlight = 0;
  readonly writes: ModbusRequest[] = [];
  readonly #line: ModbusLine;

  constructor(line: ModbusLine) {
    this.#line = line;
  }

  async request(request: ModbusRequest): Promise<ModbusResult> {
    this.inFlight++;
    if (request.values !== undefined) this.writes.push(request);
    try {
      // What the maker wants of silence passes at the speed of the wire.
      const silenceMs = (request.silenceMs ?? 0) / WIRE_SPEED;
      return await this.#line.request({ ...request, silenceMs });
    } finally {
      this.inFlight--;
    }
  }

  isOpen(): boolean {
    return this.#line.isOpen();
  }

  statistics(): LineStatistics {
    return this.#line.statistics();
  }

  close(): Promise<void> {
    return this.#line.close();
  }
}

export interface WireBench {
  readonly stand: Stand;
  readonly profile: Profile;
  readonly device: Device;
  /** Each truth with its instant on the clock of the readings. */
  readonly truths: readonly { readonly atMs: number; readonly truth: StandTruth }[];
  readonly writes: readonly ModbusRequest[];
  nowMs(): number;
  statistics(): LineStatistics;
  /** Polls and keeps alive each second, as the gateway does. */
  pollFor(seconds: number): Promise<DeviceReadings>;
  /** The bench goes on, and nobody asks the device anything. */
  silence(seconds: number): Promise<void>;
  /** Waits for what the device does on its own clock. */
  during<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface WireBenchOptions extends Partial<StandOptions> {
  readonly fallback?: FallbackSettings;
}

/** One simulated device on a real wire, and its shipped profile on a real line. */
export async function openWireBench(
  model: string,
  { fallback, ...options }: WireBenchOptions = {},
): Promise<WireBench> {
  const profile = profileOf(model);
  const { link } = profile.data;
  const stand = standDevice(model, { startAtMs: START_AT_MS, unit: link.unit, ...options });
  const clock = new SteppedClock();
  const serial = { baudRate: BAUD_RATE, parity: 'none', stopBits: 1 } as const;
  const wire = await stand.putOnWire(
    link.transport === 'tcp'
      ? { wire: 'tcp', speed: WIRE_SPEED }
      : { wire: 'pty', speed: WIRE_SPEED, line: serial },
  );
  const line = new WatchedLine(openLine(wire));
  const device = createProfileDevice({
    deviceId: model,
    profile,
    unit: options.unit ?? link.unit,
    line,
    clock,
    log: new RecordingLog(),
    ...(fallback === undefined ? {} : { fallback }),
  });
  const truths: { atMs: number; truth: StandTruth }[] = [];

  async function step(delayMs: number): Promise<void> {
    stand.advanceTo(Math.max(stand.nowMs, START_AT_MS + clock.runningMs() + delayMs));
    await clock.advance(stand.nowMs - START_AT_MS - clock.runningMs());
    truths.push({ atMs: clock.runningMs(), truth: stand.truth() });
  }

  /** The wire moves the bench on as well. */
  async function catchUp(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await step(0);
  }

  async function during<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    for (;;) {
      await settle();
      if (isDone) return work;
      if (line.inFlight > 0) await catchUp();
      else await step(STEP_MS);
    }
  }

  /** The line connects in the time of the machine. */
  async function untilOpen(): Promise<void> {
    const givenUpMs = performance.now() + LONGEST_CONNECT_MS;
    while (!line.isOpen() && performance.now() < givenUpMs) await catchUp();
  }

  async function untilIdle(): Promise<void> {
    await settle();
    while (line.inFlight > 0) {
      await catchUp();
      await settle();
    }
  }

  async function pollFor(seconds: number): Promise<DeviceReadings> {
    const untilMs = clock.runningMs() + seconds * 1000;
    for (;;) {
      await untilOpen();
      const nextMs = clock.runningMs() + 1000;
      const readings = await during(device.poll());
      device.keepAlive();
      await untilIdle();
      while (clock.runningMs() < nextMs) await step(STEP_MS * 5);
      if (clock.runningMs() >= untilMs) return readings;
    }
  }

  return {
    stand,
    profile,
    device,
    truths,
    writes: line.writes,
    nowMs: () => clock.runningMs(),
    statistics: () => line.statistics(),
    pollFor,
    silence: async (seconds) => {
      const untilMs = clock.runningMs() + seconds * 1000;
      while (clock.runningMs() < untilMs) await step(250);
    },
    during,
    close: async () => {
      await device.close();
      await line.close();
      await wire.close();
    },
  };
}

/** On the time of the machine: what waits for bytes must not hurry. */
export function openLine({ endpoint }: OnWire): ModbusLine {
  const common = { clock: new WallClock(), log: new RecordingLog() };
  return endpoint.kind === 'tcp'
    ? openTcpLine({ ...common, host: endpoint.host, port: endpoint.port })
    : openRtuLine({ ...common, ...endpoint });
}

/** The value of a point, or its state. */
export function valueOf(readings: DeviceReadings, point: PointName): unknown {
  const reading = readings[point];
  return reading?.state === 'measured' ? reading.value : (reading?.state ?? 'none');
}
