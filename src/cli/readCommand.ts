import type { Command } from 'commander';
import { readConfiguration } from '../config/readConfiguration.ts';
import { readDirectorySetting } from '../config/settings.ts';
import type { DescribedReading } from '../contract/devices.ts';
import { readUntilKnown, toReadOnce } from '../discovery/liveValues.ts';
import { untilOpen } from '../discovery/unitReader.ts';
import type { Wire } from '../discovery/wire.ts';
import { wireOf } from '../gateway/describeBus.ts';
import { describeReadings } from '../gateway/describeDevices.ts';
import { isPointName } from '../profiles/pointNames.ts';
import type { Context } from './context.ts';
import { EXIT_CODES, type ExitName } from './exitCodes.ts';
import { fetchDevices } from './localClient.ts';
import { describeValue } from './pointText.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { layersOf } from './settingOptions.ts';
import { alignColumns, duration } from './table.ts';

/** Opening a port or connection on the way to one read. */
const OPEN_WITHIN_MS = 3_000;
/** The slowest profile needs this long for all of its points at the maker's pace. */
const READ_WITHIN_MS = 15_000;

interface DeviceReading {
  readonly deviceId: string;
  /** Who asked the device: the gateway that runs, or this command. */
  readonly source: 'gateway' | 'device';
  /** On the clock of the instants of the readings. */
  readonly runningMs: number;
  readonly readings: readonly DescribedReading[];
  /** Why nothing of the device is believed although it answers. */
  readonly unfit?: string;
}

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly exitCode: number };

/**
 * Live values of one device. A running gateway is asked for its own readings, since many devices take one client only;
 * without one this command reads the device itself.
 */
export async function read(command: Command, context: Context): Promise<number> {
  const [deviceId = '', point] = command.args;
  const layers = layersOf(command, context);
  const directory = readDirectorySetting('runtimeDirectory', layers);
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer = await fetchDevices(directory.value);
  let reading: Outcome<DeviceReading>;
  if (answer.ok) {
    const { devices, runningMs } = answer.value;
    const found = devices.find((device) => device.deviceId === deviceId);
    const known = devices.map((device) => device.deviceId);
    reading =
      found === undefined
        ? unknownDevice(context, deviceId, known)
        : {
            ok: true,
            value: {
              deviceId,
              source: 'gateway',
              runningMs,
              readings: found.readings,
              ...unfitOf(found.contact?.unfit),
            },
          };
  } else if (!answer.isAbsent) return refuse(context, answer.exit, answer.detail);
  else reading = await readDirectly(command, context, deviceId, point);
  if (!reading.ok) return reading.exitCode;
  return show(command, context, reading.value, point);
}

async function readDirectly(
  command: Command,
  context: Context,
  deviceId: string,
  point: string | undefined,
): Promise<Outcome<DeviceReading>> {
  const result = readConfiguration(layersOf(command, context));
  if (!result.ok) return { ok: false, exitCode: refuseMistakes(context, result.mistakes) };
  const { plan, profiles } = result.configuration;
  const device = plan.devices.find((candidate) => candidate.deviceId === deviceId);
  const known = plan.devices.map((candidate) => candidate.deviceId);
  if (device === undefined) return unknownDevice(context, deviceId, known);
  const profile = profiles.get(device.profile);
  const wire = wireOf(device, plan);
  if (profile === undefined || wire.kind === 'han') {
    const sentence = `${deviceId} is behind a radio that only the gateway opens; start it with \`loadgate run\``;
    return fail(context, 'gatewayNotRunning', sentence);
  }
  if (point !== undefined && !(point in profile.data.points))
    return unknownPoint(context, deviceId, point, Object.keys(profile.data.points));
  const points = point !== undefined && isPointName(point) ? [point] : undefined;
  const composition = await context.compose();
  const clock = composition.createClock(1);
  const line = composition.openForReading(toWire(wire), clock);
  let isStopped = false;
  const endSignals = context.onStopSignal(() => {
    isStopped = true;
  });
  try {
    await untilOpen(line, clock, OPEN_WITHIN_MS);
    const once = toReadOnce(profile, READ_WITHIN_MS, points);
    const reader = composition.createDeviceToRead(line, device.unit, once, clock);
    const task = { clock, mostMs: READ_WITHIN_MS, isStopped: () => isStopped };
    const readings = describeReadings(await readUntilKnown(reader, task));
    const { unfit } = reader.report();
    await reader.close();
    return {
      ok: true,
      value: { deviceId, source: 'device', runningMs: clock.runningMs(), readings, ...unfitOf(unfit) },
    };
  } finally {
    endSignals();
    await line.close();
  }
}

function unfitOf(unfit: string | undefined): { readonly unfit?: string } {
  return unfit === undefined ? {} : { unfit };
}

function toWire(wire: Wire): Wire {
  if (wire.kind === 'tcp') return wire;
  const { kind, path, baudRate, parity, stopBits } = wire;
  return { kind, path, baudRate, parity, stopBits };
}

function show(
  command: Command,
  context: Context,
  { deviceId, source, runningMs, readings, unfit }: DeviceReading,
  point: string | undefined,
): number {
  const chosen = point === undefined ? readings : readings.filter((reading) => reading.point === point);
  if (point !== undefined && chosen.length === 0) {
    const known = readings.map((reading) => reading.point);
    return unknownPoint(context, deviceId, point, known).exitCode;
  }
  if (command.opts<{ json?: boolean }>().json === true) {
    const aged = chosen.map((reading) => withAge(reading, runningMs));
    writeJson(context, { deviceId, source, ...unfitOf(unfit), readings: aged });
  } else {
    if (unfit !== undefined) context.errorOutput.write(`loadgate: ${deviceId} is not used: ${unfit}\n`);
    context.standardOutput.write(`${renderReadings(chosen, runningMs)}\n`);
  }
  const isSilent = chosen.every(({ state }) => state === 'unknown');
  return EXIT_CODES[source === 'device' && isSilent ? 'deviceUnreachable' : 'ok'].code;
}

function withAge(reading: DescribedReading, runningMs: number): object {
  if (reading.state === 'absent') return reading;
  if (reading.state === 'unknown') {
    const { sinceMs, ...rest } = reading;
    return { ...rest, unknownForMs: Math.round(runningMs - sinceMs) };
  }
  const { measuredAtMs, ...rest } = reading;
  return { ...rest, ageMs: Math.round(runningMs - measuredAtMs) };
}

/** A row for each point; what is unknown says why, and once what to do. */
function renderReadings(readings: readonly DescribedReading[], runningMs: number): string {
  const advice = new Set<string>();
  const rows = readings.map((reading) => {
    const { point } = reading;
    if (reading.state === 'absent') return [point, 'absent', 'the device has no such value'];
    if (reading.state === 'measured') {
      return [point, describeValue(point, reading.value), `${seconds(runningMs - reading.measuredAtMs)} ago`];
    }
    const { fault, sinceMs } = reading;
    advice.add(`${fault.code} -> ${fault.nextStep}`);
    return [point, 'unknown', `for ${duration(runningMs - sinceMs)}: ${fault.title}`];
  });
  return [...alignColumns(rows), ...advice].join('\n');
}

function seconds(ageMs: number): string {
  return ageMs < 10_000 ? `${(Math.max(0, ageMs) / 1000).toFixed(1)} s` : duration(ageMs);
}

function unknownDevice(context: Context, deviceId: string, known: readonly string[]) {
  const sentence = `the site plan has no device "${deviceId}"; it has ${known.join(', ')}`;
  return fail(context, 'wrongUsage', sentence);
}

function unknownPoint(context: Context, deviceId: string, point: string, known: readonly string[]) {
  return fail(context, 'wrongUsage', `${deviceId} has no point "${point}"; it has ${known.join(', ')}`);
}

function fail(
  context: Context,
  exit: ExitName,
  sentence: string,
): { readonly ok: false; readonly exitCode: number } {
  return { ok: false, exitCode: refuse(context, exit, sentence) };
}
