import type { FallbackSettings } from '../ports/device.ts';
import { type AllowedWrite, allow, type Refusal, refuse, type Write } from './allow.ts';
import { encodeValue } from './encodeValue.ts';
import type { ProfileData } from './profileSchema.ts';
import { scaleOfUnit } from './units.ts';

/** What the device will hold after the settings are written; rounded down to what its registers can say. */
export interface EncodedFallback {
  readonly writes: readonly AllowedWrite[];
  readonly settings: FallbackSettings;
}

export type FallbackResult = { readonly ok: true; readonly fallback: EncodedFallback } | Refusal;
type Part = { readonly ok: true; readonly write?: Write; readonly value: number } | Refusal;
type Fallback = NonNullable<ProfileData['fallback']>;

/**
 * The writes for the fall-back settings: the current first, since the time-out may arm the watchdog. What the maker
 * has fixed is not written; the site plan must say the same.
 * Faults: write-refused for settings outside of the device's ranges; a time-out of 0 is never written.
 */
export function encodeFallback(data: ProfileData, wanted: FallbackSettings): FallbackResult {
  if (data.fallback === undefined) return refuse(`${data.maker} ${data.model} has no fall-back settings`);
  const current = encodeCurrentPart(data, data.fallback.current, wanted.currentA);
  if (!current.ok) return current;
  const timeout = encodeTimeoutPart(data, data.fallback.timeout, wanted.timeoutMs);
  if (!timeout.ok) return timeout;
  const writes = [current.write, timeout.write].filter((write) => write !== undefined);
  const encoded = allow(data, writes);
  if (!encoded.ok) return encoded;
  const settings = { currentA: current.value, timeoutMs: timeout.value };
  return { ok: true, fallback: { writes: encoded.writes, settings } };
}

function encodeCurrentPart(data: ProfileData, part: Fallback['current'], wantedA: number): Part {
  if ('fixedA' in part) {
    if (wantedA === part.fixedA) return { ok: true, value: part.fixedA };
    return refuse(
      `fall-back current of ${wantedA} A; the device has ${part.fixedA} A and no other (${part.why}); write ${part.fixedA} A in the site plan`,
    );
  }
  const isZeroFine = wantedA === 0 && part.zeroMeans === 'stopsCharging';
  if (!isZeroFine && !(wantedA >= part.minimumA && wantedA <= part.maximumA)) {
    const zero = part.zeroMeans === 'stopsCharging' ? '0 or ' : '';
    return refuse(
      `fall-back current of ${wantedA} A; expected ${zero}${part.minimumA} to ${part.maximumA} A; correct the site plan`,
    );
  }
  return encodePart(data, part, wantedA);
}

function encodeTimeoutPart(data: ProfileData, part: Fallback['timeout'], wantedMs: number): Part {
  if ('fixedMs' in part) {
    if (wantedMs === part.fixedMs) return { ok: true, value: part.fixedMs };
    return refuse(
      `fall-back time-out of ${wantedMs} ms; the device has ${part.fixedMs} ms and no other (${part.why}); write ${part.fixedMs} ms in the site plan`,
    );
  }
  if (!(wantedMs >= part.minimumMs && wantedMs <= part.maximumMs)) {
    return refuse(
      `fall-back time-out of ${wantedMs} ms; expected ${part.minimumMs} to ${part.maximumMs} ms; correct the site plan`,
    );
  }
  return encodePart(data, part, wantedMs);
}

type Settable = Extract<Fallback['current'] | Fallback['timeout'], { address: number }>;

function encodePart(data: ProfileData, part: Settable, value: number): Part {
  const { type = 'u16', wordOrder = data.wordOrder } = part;
  const encoded = encodeValue({ type, wordOrder, scale: scaleOfUnit(part.unit) }, value);
  if (encoded === undefined) return refuse(`${value} does not fit its register`);
  const { function: functionCode, model, occurrence, address } = part;
  const write = { functionCode, model, occurrence, address, values: encoded.words };
  return { ok: true, write, value: encoded.value };
}
