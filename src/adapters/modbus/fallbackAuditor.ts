import type { RunningMs } from '../../domain/instant.ts';
import type { DeviceReadings, PointName } from '../../domain/point.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ActionResult, FallbackAudit, FallbackSettings } from '../../ports/device.ts';
import type { Log } from '../../ports/log.ts';
import type { AllowedWrite, RegisterPlace } from '../../profiles/allow.ts';
import { encodePreparation } from '../../profiles/encode.ts';
import { encodeFallback } from '../../profiles/encodeFallback.ts';
import type { ProfileData } from '../../profiles/profileSchema.ts';
import type { ProfileContact } from './profileContact.ts';
import type { ProfilePause } from './profilePause.ts';
import type { ProfileReader } from './profileReader.ts';
import type { ProfileWriter } from './profileWriter.ts';

interface AuditorOptions {
  readonly data: ProfileData;
  readonly clock: Clock;
  readonly log: Log;
  readonly contact: ProfileContact;
  readonly pause: ProfilePause;
  readonly reader: ProfileReader;
  readonly writer: ProfileWriter;
  /** The address on the wire; nothing where the device has no such model. */
  readonly addressOf: (place: RegisterPlace) => number | undefined;
  readonly fallback: FallbackSettings | undefined;
}

const FALLBACK_POINTS: readonly PointName[] = ['fallbackCurrentA', 'fallbackTimeoutMs'];
/** After settings could not be secured, the next try; a faulty device is not written to each second. */
const SECURE_RETRY_MS = 30_000;
/** The settings are looked at this often, whatever the profile's own cadence: somebody may change them by hand. */
const AUDIT_EVERY_MS = 60_000;
/** The read-back of a float or of another unit may differ in what no device can tell apart. */
const SAME_WITHIN = 1e-6;

/**
 * Sees to it that the device itself guards the home when the gateway is gone: writes its preparation and its
 * fall-back settings each time that contact begins, reads them back, looks at them again each minute, and writes
 * them anew when they have drifted.
 */
export class FallbackAuditor {
  readonly #options: AuditorOptions;
  #wanted: FallbackSettings | undefined;
  #securing: Promise<ActionResult> | undefined;
  /** Which of the contact's beginnings the settings were secured for; and the last that it was tried for. */
  #securedFor = 0;
  #triedFor = 0;
  #retryAtMs: RunningMs = 0;
  #glitchesSeen = 0;
  #drifts = 0;
  #lastFailure: { readonly atMs: RunningMs; readonly detail: string } | undefined;

  constructor(options: AuditorOptions) {
    this.#options = options;
    this.#wanted = options.fallback;
  }

  /** Times that the settings were found changed. */
  get drifts(): number {
    return this.#drifts;
  }

  /** True while settings are being written. */
  get isSecuring(): boolean {
    return this.#securing !== undefined;
  }

  /** After how long without the gateway the device acts by itself; absent where it never does. */
  get timeoutMs(): number | undefined {
    const timeout = this.#options.data.fallback?.timeout;
    if (timeout === undefined) return undefined;
    return 'fixedMs' in timeout ? timeout.fixedMs : this.#wanted?.timeoutMs;
  }

  audit(): FallbackAudit {
    const { data, contact, reader } = this.#options;
    if (data.fallback === undefined || this.#wanted === undefined) return { state: 'none' };
    if (this.#lastFailure !== undefined) return { state: 'failed', ...this.#lastFailure };
    const encoded = encodeFallback(data, this.#wanted);
    if (!encoded.ok || this.#securedFor !== contact.beginnings || this.#securedFor === 0)
      return { state: 'notYetVerified' };
    const { fallbackCurrentA: current, fallbackTimeoutMs: timeout } = reader.latest;
    if (current?.state !== 'measured' || timeout?.state !== 'measured') return { state: 'notYetVerified' };
    const atMs = Math.min(current.measuredAtMs, timeout.measuredAtMs);
    return { state: 'verified', atMs, settings: encoded.fallback.settings };
  }

  async secureFallback(settings: FallbackSettings): Promise<ActionResult> {
    if (this.#securing !== undefined) await this.#securing;
    this.#wanted = settings;
    return this.#secure();
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#securing;
  }

  /** After each sweep: has contact begun anew, was there a glitch, does the device still hold its settings? */
  lookAfter(): void {
    const { contact, pause, clock, log } = this.#options;
    if (!contact.isAnswering || pause.isClosed || this.#securing !== undefined) return;
    if (contact.glitches !== this.#glitchesSeen || this.#isAuditDue()) {
      // Even a short silence may have been a reboot with defaults.
      this.#glitchesSeen = contact.glitches;
      this.#wantSettings();
    }
    if (this.#securedFor === contact.beginnings && this.#hasDrifted()) {
      this.#drifts++;
      log.warn({ wanted: this.#wanted }, 'The device lost its fall-back settings; they are written again.');
      this.#securedFor = 0;
      this.#triedFor = 0;
    }
    if (this.#securedFor === contact.beginnings) return;
    if (this.#triedFor === contact.beginnings && clock.runningMs() < this.#retryAtMs) return;
    void this.#secure();
  }

  #wantSettings(): void {
    if (this.#wanted === undefined) return;
    for (const point of FALLBACK_POINTS) this.#options.reader.want(point);
  }

  #isAuditDue(): boolean {
    const { reader, clock } = this.#options;
    return FALLBACK_POINTS.some((point) => {
      const reading = reader.latest[point];
      return reading?.state === 'measured' && clock.runningMs() - reading.measuredAtMs >= AUDIT_EVERY_MS;
    });
  }

  /** One at a time: the preparation that the device wants, then its fall-back settings, then reading them back. */
  #secure(): Promise<ActionResult> {
    this.#securing ??= this.#runSecure();
    return this.#securing;
  }

  async #runSecure(): Promise<ActionResult> {
    const { contact, pause, clock, log } = this.#options;
    const beginning = contact.beginnings;
    const result = await this.#writeSettings();
    if (result.ok) {
      // Contact may have begun with these very writes.
      this.#securedFor = Math.max(beginning, 1);
      this.#lastFailure = undefined;
    } else if (!pause.isClosed) {
      this.#lastFailure = { atMs: clock.runningMs(), detail: result.detail };
      this.#retryAtMs = clock.runningMs() + SECURE_RETRY_MS;
      log.warn({ fault: result.fault, detail: result.detail }, 'The device could not be prepared.');
    }
    this.#triedFor = beginning;
    this.#securing = undefined;
    return result;
  }

  async #writeSettings(): Promise<ActionResult> {
    const { data, writer } = this.#options;
    const preparation = encodePreparation(data);
    if (!preparation.ok) return preparation;
    for (const write of preparation.writes) {
      const prepared = await this.#prepare(write);
      if (!prepared.ok) return prepared;
    }
    if (this.#wanted === undefined) return { ok: true };
    const encoded = encodeFallback(data, this.#wanted);
    if (!encoded.ok) return encoded;
    const { writes, settings } = encoded.fallback;
    // Registers that wear are written only when they differ.
    const isWearing = writes.some(({ allowance }) => allowance.wear === 'kept');
    if (isWearing && (await this.#readBack(settings)).ok) return { ok: true };
    const written = await writer.writeSettings(writes);
    if (!written.ok) return written;
    return this.#readBack(settings);
  }

  /** A register that wears is written only when it differs: a line that flaps brings contact after contact. */
  async #prepare(write: AllowedWrite): Promise<ActionResult> {
    const { reader, writer, addressOf } = this.#options;
    const address = write.allowance.wear === 'kept' ? addressOf(write) : undefined;
    if (address !== undefined) {
      const { functionCode, values } = write;
      const isBits = functionCode === 5 || functionCode === 15;
      const request = { functionCode: isBits ? 1 : 3, address, count: values.length } as const;
      const read = await reader.readRegisters(request, 'refresh');
      if (!read.ok && read.fault !== 'device-exception') return read;
      const wanted = functionCode === 5 ? values.map((word) => (word === 0 ? 0 : 1)) : values;
      if (read.ok && wanted.every((word, index) => read.words[index] === word)) return { ok: true };
    }
    return writer.writeSettings([write]);
  }

  async #readBack(wanted: FallbackSettings): Promise<ActionResult> {
    const { reader } = this.#options;
    const read = await reader.readPoints(FALLBACK_POINTS);
    if (!read.ok) return { ok: false, fault: read.fault, detail: read.detail };
    const currentA = numberOf(reader.latest, 'fallbackCurrentA') ?? 'unknown';
    const timeoutMs = numberOf(reader.latest, 'fallbackTimeoutMs') ?? 'unknown';
    if (isSame(currentA, wanted.currentA) && isSame(timeoutMs, wanted.timeoutMs)) return { ok: true };
    const detail = `expected ${wanted.currentA} A after ${wanted.timeoutMs} ms, the device reads back ${currentA} A after ${timeoutMs} ms`;
    return { ok: false, fault: 'fallback-not-set', detail };
  }

  /** True when the device reports settings that differ; what is unknown is no evidence. */
  #hasDrifted(): boolean {
    const { data, reader } = this.#options;
    if (this.#wanted === undefined) return false;
    const encoded = encodeFallback(data, this.#wanted);
    if (!encoded.ok) return false;
    const { currentA, timeoutMs } = encoded.fallback.settings;
    return (
      !isSame(numberOf(reader.latest, 'fallbackCurrentA') ?? currentA, currentA) ||
      !isSame(numberOf(reader.latest, 'fallbackTimeoutMs') ?? timeoutMs, timeoutMs)
    );
  }
}

function numberOf(readings: DeviceReadings, point: PointName): number | undefined {
  const reading = readings[point];
  return reading?.state === 'measured' && typeof reading.value === 'number' ? reading.value : undefined;
}

function isSame(found: number | string, wanted: number): boolean {
  return typeof found === 'number' && Math.abs(found - wanted) <= SAME_WITHIN * Math.max(1, wanted);
}
