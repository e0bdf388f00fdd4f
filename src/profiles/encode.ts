import type { FaultCode } from '../domain/faults.ts';
import type { DeviceAction, FallbackSettings } from '../ports/device.ts';
import type { Allowance, ProfileData, WriteFunction } from './profileSchema.ts';
import { parseRegisterUnit, type Scale, scaleToRaw, scaleToValue } from './units.ts';

interface Write {
  readonly functionCode: WriteFunction;
  readonly address: number;
  readonly values: readonly number[];
}

/** A write that the profile's allow-list permits; only `allow` makes one. */
export interface AllowedWrite extends Write {
  readonly allowance: Allowance;
}

export type Encoded =
  | { readonly ok: true; readonly writes: readonly AllowedWrite[] }
  | { readonly ok: false; readonly fault: FaultCode; readonly detail: string };

/**
 * The raw requests for an action. A current is rounded down to the device's step, below its least current it
 * becomes 0 (paused), above its most it becomes the most: what is sent is never more than what was asked.
 * Faults: write-refused for what the device has not, for numbers that are none, and for all that the
 * allow-list does not name.
 */
export function encodeAction(data: ProfileData, action: DeviceAction): Encoded {
  return action.kind === 'setChargeCurrent'
    ? encodeChargeCurrent(data, action.currentA)
    : encodeSwitch(data, action.relayChannel, action.position);
}

function encodeChargeCurrent(data: ProfileData, askedA: number): Encoded {
  const command = data.commands.setChargeCurrent;
  if (command === undefined) return refuse(`${data.maker} ${data.model} has no charging current to set`);
  if (!Number.isFinite(askedA) || askedA < 0)
    return refuse(`a charging current of ${askedA} A is not possible`);
  const scale = scaleOf(command.unit);
  const cutA = Math.min(askedA, command.maximumA);
  const steps = Math.floor(cutA / command.stepA + 1e-6);
  const raw = cutA < command.minimumA ? 0 : scaleToRaw(steps * command.stepA, scale);
  return allow(data, [{ functionCode: command.function, address: command.address, values: [raw] }]);
}

function encodeSwitch(data: ProfileData, relayChannel: number, position: 'open' | 'closed'): Encoded {
  const command = data.commands.setSwitch;
  if (command === undefined) return refuse(`${data.maker} ${data.model} has no switch`);
  const index = relayChannel - command.firstChannel;
  if (!Number.isInteger(index) || index < 0 || index >= command.channels) {
    const last = command.firstChannel + command.channels - 1;
    return refuse(
      `channel ${relayChannel} is not one of ${command.firstChannel} to ${last}; correct the site plan`,
    );
  }
  const write = command[position];
  return allow(data, [
    { functionCode: write.function, address: write.address + index, values: [write.word] },
  ]);
}

/** What the device will hold after the settings are written; rounded down to what its registers can say. */
export interface EncodedFallback {
  readonly writes: readonly AllowedWrite[];
  readonly settings: FallbackSettings;
}

/**
 * The writes for the fall-back settings: the current first, since the time-out may arm the watchdog.
 * Faults: write-refused for settings outside of the device's ranges; a time-out of 0 is never written.
 */
export function encodeFallback(
  data: ProfileData,
  wanted: FallbackSettings,
): { readonly ok: true; readonly fallback: EncodedFallback } | Extract<Encoded, { ok: false }> {
  if (data.fallback === undefined) return refuse(`${data.maker} ${data.model} has no fall-back settings`);
  const { current, timeout } = data.fallback;
  const isZeroFine = wanted.currentA === 0 && current.zeroMeans === 'stopsCharging';
  if (!isZeroFine && !(wanted.currentA >= current.minimumA && wanted.currentA <= current.maximumA)) {
    const zero = current.zeroMeans === 'stopsCharging' ? '0 or ' : '';
    return refuse(
      `fall-back current of ${wanted.currentA} A; expected ${zero}${current.minimumA} to ${current.maximumA} A; correct the site plan`,
    );
  }
  if (!(wanted.timeoutMs >= timeout.minimumMs && wanted.timeoutMs <= timeout.maximumMs)) {
    return refuse(
      `fall-back time-out of ${wanted.timeoutMs} ms; expected ${timeout.minimumMs} to ${timeout.maximumMs} ms; correct the site plan`,
    );
  }
  const currentScale = scaleOf(current.unit);
  const timeoutScale = scaleOf(timeout.unit);
  const rawCurrent = scaleToRaw(wanted.currentA, currentScale);
  const rawTimeout = scaleToRaw(wanted.timeoutMs, timeoutScale);
  const encoded = allow(data, [
    { functionCode: current.function, address: current.address, values: [rawCurrent] },
    { functionCode: timeout.function, address: timeout.address, values: [rawTimeout] },
  ]);
  if (!encoded.ok) return encoded;
  const settings = {
    currentA: scaleToValue(rawCurrent, currentScale),
    timeoutMs: scaleToValue(rawTimeout, timeoutScale),
  };
  return { ok: true, fallback: { writes: encoded.writes, settings } };
}

/** The writes that the device wants before anything else. */
export function encodePreparation(data: ProfileData): Encoded {
  return allow(
    data,
    data.prepare.map((write) => ({
      functionCode: write.function,
      address: write.address,
      values: [write.word],
    })),
  );
}

/** The gate before the wire: every write passes here, and only what the allow-list names comes through. */
export function allow(data: ProfileData, writes: readonly Write[]): Encoded {
  const allowed: AllowedWrite[] = [];
  for (const write of writes) {
    const allowance = data.writes.find((entry) => isCovered(entry, write));
    if (allowance === undefined) {
      const found = `function ${write.functionCode}, address ${write.address}, value ${write.values.join(' ')}`;
      return refuse(`${found} is not on the allow-list of ${data.maker} ${data.model}`);
    }
    allowed.push({ ...write, allowance });
  }
  return { ok: true, writes: allowed };
}

function isCovered(entry: Allowance, write: Write): boolean {
  return (
    entry.function === write.functionCode &&
    write.values.length > 0 &&
    write.address >= entry.address &&
    write.address + write.values.length <= entry.address + entry.addresses &&
    write.values.every((value) => entry.values.some((range) => value >= range.from && value <= range.to))
  );
}

function scaleOf(unit: string): Scale {
  return parseRegisterUnit(unit)?.scale ?? { multiply: 1, divide: 1 };
}

function refuse(detail: string): Extract<Encoded, { ok: false }> {
  return { ok: false, fault: 'write-refused', detail };
}
