import type { CommandEffect } from '../../domain/command.ts';
import type { RunningMs } from '../../domain/instant.ts';
import type { DeviceReadings, PointName } from '../../domain/point.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  ActionResult,
  Device,
  DeviceAction,
  DeviceReport,
  DeviceTraits,
  FallbackSettings,
} from '../../ports/device.ts';
import type { Log } from '../../ports/log.ts';
import type { LinePriority, ModbusLine } from '../../ports/modbusLine.ts';
import type { RegisterPlace } from '../../profiles/allow.ts';
import { encodeKeepAlive } from '../../profiles/encode.ts';
import type { Profile } from '../../profiles/profile.ts';
import { keepAliveEveryMs } from '../../profiles/refresh.ts';
import { FallbackAuditor } from './fallbackAuditor.ts';
import { ProfileContact } from './profileContact.ts';
import { ProfileMeeting } from './profileMeeting.ts';
import { ProfilePause } from './profilePause.ts';
import { ProfileReader } from './profileReader.ts';
import { traitsOf } from './profileTraits.ts';
import { notWhileResting, ProfileWriter } from './profileWriter.ts';

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

/** A keep-alive goes out with the cycle that comes this much of its period too early, not with the next. */
const KEEP_ALIVE_TOLERANCE = 1 / 8;

/** A device that is wholly described by its profile. */
export function createProfileDevice(options: ProfileDeviceOptions): Device {
  return new ProfileDevice(options);
}

class ProfileDevice implements Device {
  readonly deviceId: string;
  readonly #profile: Profile;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #contact = new ProfileContact();
  readonly #pause: ProfilePause;
  readonly #meeting: ProfileMeeting;
  readonly #reader: ProfileReader;
  readonly #writer: ProfileWriter;
  readonly #auditor: FallbackAuditor;
  #polling: Promise<DeviceReadings> | undefined;
  #wasLost = false;
  #wasUnfit: string | undefined;
  /** Contact's beginnings and glitches after which the commands in force were read back. */
  #readBackFor = '1 0';
  #keptAliveAtMs: RunningMs = Number.NEGATIVE_INFINITY;
  #isFeeding = false;

  constructor(options: ProfileDeviceOptions) {
    const { profile, unit, line, clock, fallback } = options;
    const { data } = profile;
    this.deviceId = options.deviceId;
    this.#profile = profile;
    this.#clock = clock;
    this.#log = options.log.child({ deviceId: options.deviceId });
    this.#pause = new ProfilePause(clock);
    const contact = this.#contact;
    const addressOf = (place: RegisterPlace) => this.#meeting.addressOf(place);
    const parts = { profile, unit, line, clock, contact, pause: this.#pause, addressOf };
    const reader = new ProfileReader(parts);
    const writer = new ProfileWriter({ ...parts, answers: () => reader.answers });
    this.#reader = reader;
    this.#writer = writer;
    this.#meeting = new ProfileMeeting({
      data,
      clock,
      contact,
      read: (request, priority) => reader.readRegisters(request, priority),
    });
    const guard = { data, clock, log: this.#log, contact, pause: this.#pause, addressOf };
    this.#auditor = new FallbackAuditor({ ...guard, reader, writer, fallback });
  }

  get traits(): DeviceTraits {
    return traitsOf(this.#profile, this.#auditor.timeoutMs);
  }

  /** A poll that comes while one is under way shares its outcome. */
  poll(): Promise<DeviceReadings> {
    this.#polling ??= this.#sweep();
    return this.#polling;
  }

  async #sweep(): Promise<DeviceReadings> {
    try {
      const met = this.#meeting.isMet ? undefined : await this.#meet('poll');
      if (met === undefined || met.ok) {
        await this.#reader.sweep();
        // Contact may have been lost and begun anew within this sweep: then it is met with the next.
        if (this.#meeting.isMet) this.#lookAfter();
      }
      this.#logContact();
      return this.#reader.latest;
    } finally {
      this.#polling = undefined;
    }
  }

  async apply(action: DeviceAction, effect: CommandEffect): Promise<ActionResult> {
    if (!this.#meeting.isMet) {
      const met = await this.#meet(effect === 'narrowing' ? 'narrowing' : 'poll');
      if (!met.ok) return met;
    }
    const result = await this.#writer.apply(action, effect);
    // Read back also when the answer was lost: the write may have been obeyed.
    for (const point of readBackOf(action)) this.#reader.want(point);
    this.#reader.noticeLoss();
    return result;
  }

  async secureFallback(settings: FallbackSettings): Promise<ActionResult> {
    if (!this.#meeting.isMet) {
      const met = await this.#meet('refresh');
      if (!met.ok) return met;
    }
    return this.#auditor.secureFallback(settings);
  }

  keepAlive(): void {
    const everyMs = keepAliveEveryMs(this.#profile.data, this.#auditor.timeoutMs);
    const nowMs = this.#clock.runningMs();
    if (everyMs === undefined || this.#isFeeding || this.#pause.isClosed || !this.#meeting.isMet) return;
    if (this.#contact.beginnings === 0 || this.#contact.isLost) return;
    // What is fed may be part of the preparation too: one of the two would take the other's place on the line.
    if (this.#auditor.isSecuring) return;
    if (nowMs - this.#keptAliveAtMs < everyMs * (1 - KEEP_ALIVE_TOLERANCE)) return;
    void this.#feed(nowMs);
  }

  async #feed(nowMs: RunningMs): Promise<void> {
    const encoded = encodeKeepAlive(this.#profile.data);
    if (!encoded.ok) return;
    this.#isFeeding = true;
    const result = await this.#writer.writeSettings(encoded.writes);
    this.#isFeeding = false;
    if (result.ok) this.#keptAliveAtMs = nowMs;
    this.#reader.noticeLoss();
  }

  report(): DeviceReport {
    const { isAnswering, isLost, beginnings, fault } = this.#contact;
    const { unfit } = this.#meeting;
    const trouble = isLost ? 'lost' : beginnings === 0 ? 'notYet' : 'glitch';
    return {
      deviceId: this.deviceId,
      profile: this.#profile.id,
      contact: isAnswering ? 'answering' : trouble,
      ...(isAnswering || !this.#contact.hasFailed ? {} : { fault }),
      ...(unfit === undefined ? {} : { unfit }),
      contacts: beginnings,
      fallback: this.#auditor.audit(),
      drifts: this.#auditor.drifts,
      writes: this.#writer.report(),
    };
  }

  async close(): Promise<void> {
    this.#pause.close();
    await Promise.allSettled([this.#polling, this.#auditor.settled()]);
  }

  /** Looks where things lie and whether the device is fit, unless it is left to rest; a narrowing does not wait for that. */
  async #meet(priority: LinePriority): Promise<ActionResult> {
    if (priority !== 'narrowing' && this.#contact.isResting(this.#clock.runningMs()))
      return notWhileResting(this.#contact.fault);
    const met = await this.#meeting.meet(priority);
    if (met.ok) this.#reader.placeBlocks();
    else if (met.fault === 'device-unfit') this.#reader.distrust('device-unfit');
    return met;
  }

  #lookAfter(): void {
    const { beginnings, glitches } = this.#contact;
    const contacts = `${beginnings} ${glitches}`;
    if (beginnings > 0 && contacts !== this.#readBackFor) {
      // Even a short silence may have been a reboot: what was commanded may no longer be in force.
      this.#readBackFor = contacts;
      for (const point of ['setpointA', 'powerLimitW'] as const) this.#reader.want(point);
    }
    this.#auditor.lookAfter();
  }

  #logContact(): void {
    const { isLost, fault } = this.#contact;
    const { unfit } = this.#meeting;
    if (isLost !== this.#wasLost) {
      this.#wasLost = isLost;
      if (isLost) this.#log.warn({ fault }, 'The device does not answer.');
      else this.#log.info({}, 'The device answers again.');
    }
    if (unfit === this.#wasUnfit) return;
    this.#wasUnfit = unfit;
    if (unfit !== undefined) this.#log.warn({ why: unfit }, 'Nothing of the device is used: it is unfit.');
    else if (!isLost) this.#log.info({}, 'The device is fit now.');
  }
}

/** The points that tell whether an action is in force. */
function readBackOf(action: DeviceAction): readonly PointName[] {
  switch (action.kind) {
    case 'setSwitch':
      return [`relayClosed.${action.relayChannel}`];
    case 'setChargeCurrent':
      return ['setpointA'];
    case 'setPowerLimit':
      // A bidirectional charge point has one set-point for both directions.
      return ['powerLimitW', 'setpointA'];
    case 'setPhases':
      return ['onePhase'];
  }
}
