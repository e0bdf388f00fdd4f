import type { CommandEffect } from '../../domain/command.ts';
import type { DeviceReadings, PointName } from '../../domain/point.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  ActionResult,
  Device,
  DeviceAction,
  DeviceTraits,
  FallbackSettings,
} from '../../ports/device.ts';
import type { Log } from '../../ports/log.ts';
import type { ModbusLine } from '../../ports/modbusLine.ts';
import { encodeFallback, encodePreparation } from '../../profiles/encode.ts';
import type { Profile } from '../../profiles/profile.ts';
import { ProfileContact } from './profileContact.ts';
import { ProfilePause } from './profilePause.ts';
import { ProfileReader } from './profileReader.ts';
import { ProfileWriter } from './profileWriter.ts';

export interface ProfileDeviceOptions {
  readonly deviceId: string;
  readonly profile: Profile;
  readonly unit: number;
  /** Shared with the other units of the wire; whoever opened it closes it. */
  readonly line: ModbusLine;
  readonly clock: Clock;
  readonly log: Log;
  /** What the device must do when the gateway falls silent; kept in force from the first contact on. */
  readonly fallback?: FallbackSettings;
}

const FALLBACK_POINTS: readonly PointName[] = ['fallbackCurrentA', 'fallbackTimeoutMs'];
/** After settings could not be secured, the next try; a faulty device is not written to each second. */
const SECURE_RETRY_MS = 30_000;

/** A device that is wholly described by its profile. */
export function createProfileDevice(options: ProfileDeviceOptions): Device {
  return new ProfileDevice(options);
}

class ProfileDevice implements Device {
  readonly deviceId: string;
  readonly traits: DeviceTraits;
  readonly #profile: Profile;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #contact = new ProfileContact();
  readonly #pause: ProfilePause;
  readonly #reader: ProfileReader;
  readonly #writer: ProfileWriter;
  #fallback: FallbackSettings | undefined;
  #polling: Promise<DeviceReadings> | undefined;
  #securing: Promise<ActionResult> | undefined;
  /** Which of the contact's beginnings the settings were secured for; and the last that it was tried for. */
  #securedFor = 0;
  #triedFor = 0;
  #retryAtMs = 0;
  #glitchesSeen = 0;
  #wasLost = false;

  constructor(options: ProfileDeviceOptions) {
    const { profile, unit, line, clock } = options;
    this.deviceId = options.deviceId;
    this.traits = traitsOf(profile);
    this.#profile = profile;
    this.#clock = clock;
    this.#log = options.log.child({ deviceId: options.deviceId });
    this.#fallback = options.fallback;
    this.#pause = new ProfilePause(clock);
    const parts = { profile, unit, line, clock, contact: this.#contact, pause: this.#pause };
    this.#reader = new ProfileReader(parts);
    this.#writer = new ProfileWriter(parts);
  }

  /** A poll that comes while one is under way shares its outcome. */
  poll(): Promise<DeviceReadings> {
    this.#polling ??= this.#sweep();
    return this.#polling;
  }

  async #sweep(): Promise<DeviceReadings> {
    try {
      await this.#reader.sweep();
      this.#lookAfter();
      return this.#reader.latest;
    } finally {
      this.#polling = undefined;
    }
  }

  async apply(action: DeviceAction, effect: CommandEffect): Promise<ActionResult> {
    const result = await this.#writer.apply(action, effect);
    // Read back also when the answer was lost: the write may have been obeyed.
    this.#reader.want(action.kind === 'setSwitch' ? `relayClosed.${action.relayChannel}` : 'setpointA');
    this.#reader.noticeLoss();
    return result;
  }

  async secureFallback(settings: FallbackSettings): Promise<ActionResult> {
    if (this.#securing !== undefined) await this.#securing;
    this.#fallback = settings;
    return this.#secure();
  }

  async close(): Promise<void> {
    this.#pause.close();
    await Promise.allSettled([this.#polling, this.#securing]);
  }

  /** After each sweep: has contact begun anew, was there a glitch, does the device still hold its settings? */
  #lookAfter(): void {
    const contact = this.#contact;
    this.#logContact();
    if (!contact.isAnswering || this.#pause.isClosed || this.#securing !== undefined) return;
    if (contact.glitches !== this.#glitchesSeen) {
      // Even a short silence may have been a reboot with defaults.
      this.#glitchesSeen = contact.glitches;
      this.#reader.want('setpointA');
      if (this.#fallback !== undefined) for (const point of FALLBACK_POINTS) this.#reader.want(point);
    }
    if (this.#securedFor === contact.beginnings && this.#hasDrifted()) {
      this.#log.warn(
        { wanted: this.#fallback },
        'The device lost its fall-back settings; they are written again.',
      );
      this.#securedFor = 0;
      this.#triedFor = 0;
    }
    if (this.#securedFor === contact.beginnings) return;
    if (this.#triedFor === contact.beginnings && this.#clock.runningMs() < this.#retryAtMs) return;
    void this.#secure();
  }

  #logContact(): void {
    const { isLost, fault } = this.#contact;
    if (isLost === this.#wasLost) return;
    this.#wasLost = isLost;
    if (isLost) this.#log.warn({ fault }, 'The device does not answer.');
    else this.#log.info({}, 'The device answers again.');
  }

  /** One at a time: the preparation that the device wants, then its fall-back settings, then reading them back. */
  #secure(): Promise<ActionResult> {
    this.#securing ??= this.#runSecure();
    return this.#securing;
  }

  async #runSecure(): Promise<ActionResult> {
    const beginning = this.#contact.beginnings;
    const result = await this.#writeSettings();
    if (result.ok) {
      // Contact may have begun with these very writes.
      this.#securedFor = Math.max(beginning, 1);
    } else if (!this.#pause.isClosed) {
      this.#retryAtMs = this.#clock.runningMs() + SECURE_RETRY_MS;
      this.#log.warn({ fault: result.fault, detail: result.detail }, 'The device could not be prepared.');
    }
    this.#triedFor = beginning;
    this.#securing = undefined;
    return result;
  }

  async #writeSettings(): Promise<ActionResult> {
    const preparation = encodePreparation(this.#profile.data);
    if (!preparation.ok) return preparation;
    const prepared = await this.#writer.writeSettings(preparation.writes);
    if (!prepared.ok) return prepared;
    if (this.#fallback === undefined) return { ok: true };
    const encoded = encodeFallback(this.#profile.data, this.#fallback);
    if (!encoded.ok) return encoded;
    const { writes, settings } = encoded.fallback;
    // Registers that wear are written only when they differ.
    const isWearing = writes.some(({ allowance }) => allowance.wear === 'kept');
    if (isWearing && (await this.#readBack(settings)).ok) return { ok: true };
    const written = await this.#writer.writeSettings(writes);
    if (!written.ok) return written;
    return this.#readBack(settings);
  }

  async #readBack(wanted: FallbackSettings): Promise<ActionResult> {
    const read = await this.#reader.readPoints(FALLBACK_POINTS);
    if (!read.ok) return { ok: false, fault: read.fault, detail: read.detail };
    const { fallbackCurrentA, fallbackTimeoutMs } = this.#reader.latest;
    const currentA = fallbackCurrentA?.state === 'measured' ? fallbackCurrentA.value : 'unknown';
    const timeoutMs = fallbackTimeoutMs?.state === 'measured' ? fallbackTimeoutMs.value : 'unknown';
    if (currentA === wanted.currentA && timeoutMs === wanted.timeoutMs) return { ok: true };
    const detail = `expected ${wanted.currentA} A after ${wanted.timeoutMs} ms, the device reads back ${currentA} A after ${timeoutMs} ms`;
    return { ok: false, fault: 'fallback-not-set', detail };
  }

  /** True when the device reports settings that differ; what is unknown is no evidence. */
  #hasDrifted(): boolean {
    if (this.#fallback === undefined) return false;
    const encoded = encodeFallback(this.#profile.data, this.#fallback);
    if (!encoded.ok) return false;
    const { currentA, timeoutMs } = encoded.fallback.settings;
    const { fallbackCurrentA, fallbackTimeoutMs } = this.#reader.latest;
    return (
      (fallbackCurrentA?.state === 'measured' && fallbackCurrentA.value !== currentA) ||
      (fallbackTimeoutMs?.state === 'measured' && fallbackTimeoutMs.value !== timeoutMs)
    );
  }
}

function traitsOf({ data }: Profile): DeviceTraits {
  const command = data.commands.setChargeCurrent;
  const spacings = data.writes
    .filter((entry) => entry.function === command?.function && entry.address === command.address)
    .map((entry) => entry.leastSpacingMs);
  return {
    ...(data.refreshEveryMs === undefined ? {} : { refreshEveryMs: data.refreshEveryMs }),
    writeSpacingMs: Math.max(data.timing.writeSpacingMs, ...spacings),
    setpointStepA: command?.stepA ?? 1,
  };
}
