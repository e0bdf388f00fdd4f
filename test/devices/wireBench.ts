import { join } from 'node:path';
import { type Stand, type StandOptions, standDevice } from '../../firmware-sim/stand.ts';
import type { StandTruth } from '../../firmware-sim/standTruth.ts';
import type { OnWire } from '../../firmware-sim/standWire.ts';
import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import { openRtuLine } from '../../src/adapters/modbus/rtuLine.ts';
import { openTcpLine } from '../../src/adapters/modbus/tcpLine.ts';
import type { CommandEffect } from '../../src/domain/command.ts';
import type { DeviceReadings, PointName } from '../../src/domain/point.ts';
import type { ActionResult, Device, DeviceAction, FallbackSettings } from '../../src/ports/device.ts';
import type { LineStatistics, ModbusLine, ModbusRequest } from '../../src/ports/modbusLine.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock, settle } from '../support/steppedClock.ts';
import { WallClock } from '../support/wallClock.ts';
import { aMoment, WatchedLine, whileWaiting } from './watchedLine.ts';

const START_AT_MS = Date.UTC(2026, 5, 1, 12);
/** The wires run faster than the machine, so that turnarounds cost little; a pty lags too much for more. */
const WIRE_SPEED = { tcp: 20, rtu: 8 } as const;
const BAUD_RATE = 115_200;
const STEP_MS = 50;
const LONGEST_CONNECT_MS = 5_000;
const { profiles } = loadProfiles(join(import.meta.dirname, '../../drivers'));

export function profileOf(id: string): Profile {
  const profile = profiles.get(id);
  if (profile === undefined) throw new Error(`no profile ${id}`);
  return profile;
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
  /** Sends a command; from then on it is repeated as often as the device wants it. */
  apply(action: DeviceAction, effect: CommandEffect): Promise<ActionResult>;
  /** Polls and keeps alive each second, as the gateway does. */
  pollFor(seconds: number): Promise<DeviceReadings>;
  /** The bench goes on, and nobody asks the device anything. */
  silence(seconds: number): Promise<void>;
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
  const speed = WIRE_SPEED[link.transport];
  const serial = { baudRate: BAUD_RATE, parity: 'none', stopBits: 1 } as const;
  const wire = await stand.putOnWire(
    link.transport === 'tcp' ? { wire: 'tcp', speed } : { wire: 'pty', speed, line: serial },
  );
  const line = new WatchedLine(openLine(wire), speed);
  const device = createProfileDevice({
    deviceId: model,
    profile,
    unit: options.unit ?? link.unit,
    line,
    clock,
    log: new RecordingLog(),
    ...(fallback === undefined ? {} : { fallback }),
  });
  let held: { readonly action: DeviceAction; readonly atMs: number } | undefined;
  const truths: { atMs: number; truth: StandTruth }[] = [];

  async function step(delayMs: number): Promise<void> {
    stand.advanceTo(Math.max(stand.nowMs, START_AT_MS + clock.runningMs() + delayMs));
    await clock.advance(stand.nowMs - START_AT_MS - clock.runningMs());
    truths.push({ atMs: clock.runningMs(), truth: stand.truth() });
  }

  /** The wire moves the bench on as well. */
  async function catchUp(): Promise<void> {
    await aMoment();
    await step(0);
  }

  const during = <T>(work: Promise<T>) => whileWaiting(work, line, step);

  /** The line connects in the time of the machine. */
  async function untilOpen(): Promise<void> {
    const givenUpMs = performance.now() + LONGEST_CONNECT_MS;
    while (!line.isOpen() && performance.now() < givenUpMs) await catchUp();
  }

  async function apply(action: DeviceAction, effect: CommandEffect): Promise<ActionResult> {
    await untilOpen();
    const result = await during(device.apply(action, effect));
    held = { action, atMs: clock.runningMs() };
    return result;
  }

  async function refresh(): Promise<void> {
    const { refreshEveryMs } = device.traits;
    if (held === undefined || refreshEveryMs === undefined) return;
    if (clock.runningMs() - held.atMs >= refreshEveryMs) await apply(held.action, 'refresh');
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
      await refresh();
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
    apply,
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
export function shown(readings: DeviceReadings, point: PointName): unknown {
  const reading = readings[point];
  return reading?.state === 'measured' ? reading.value : (reading?.state ?? 'none');
}
