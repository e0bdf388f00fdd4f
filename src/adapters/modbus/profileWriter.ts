import type { CommandEffect } from '../../domain/command.ts';
import type { FaultCode } from '../../domain/faults.ts';
import type { RunningMs } from '../../domain/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ActionResult, DeviceAction, RegisterWrites } from '../../ports/device.ts';
import type { LinePriority, ModbusLine } from '../../ports/modbusLine.ts';
import type { AllowedWrite, RegisterPlace } from '../../profiles/allow.ts';
import type { BlockAnswers } from '../../profiles/decode.ts';
import { encodeAction } from '../../profiles/encode.ts';
import type { Profile } from '../../profiles/profile.ts';
import type { ProfileContact } from './profileContact.ts';
import type { ProfilePause } from './profilePause.ts';
import { WriteLedger } from './writeLedger.ts';

interface WriterOptions {
  readonly profile: Profile;
  readonly unit: number;
  readonly line: ModbusLine;
  readonly clock: Clock;
  readonly contact: ProfileContact;
  readonly pause: ProfilePause;
  /** The address on the wire; nothing where the device has no such model. */
  readonly addressOf: (place: RegisterPlace) => number | undefined;
  /** What was read last, by block index. */
  readonly answers: () => BlockAnswers;
}

/** A widening that comes this little too early waits; one that comes earlier is refused, its proof would go stale. */
const TOLERATED_WAIT_MS = 1_000;

/** What went to one set-point or one relay channel: the order of its commands is kept, whatever overtakes on the line. */
interface Lane {
  issued: number;
  finished: number;
  finishedWrites: readonly AllowedWrite[];
}

interface Sending {
  readonly isOutdated?: () => boolean;
  /** Each write waits for the maker's pace. */
  readonly isUnhurried?: boolean;
}

const CLOSED: ActionResult = {
  ok: false,
  fault: 'device-offline',
  detail: 'not sent: the device was closed',
};

/** What both sides of a bidirectional charge point are limited to. */
interface Sides {
  readonly chargeCurrentA?: number | undefined;
  readonly powerLimitW?: number | undefined;
}

/** Writes to one device: only what the allow-list names, spaced when it widens, never held back when it narrows. */
export class ProfileWriter {
  readonly #options: WriterOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #ledger = new WriteLedger();
  #sides: Sides = {};
  #lastWriteMs: RunningMs = Number.NEGATIVE_INFINITY;
  #orders = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** How often each register was written. */
  report(): readonly RegisterWrites[] {
    return this.#ledger.report(this.#options.clock.runningMs());
  }

  async apply(action: DeviceAction, effect: CommandEffect): Promise<ActionResult> {
    const { profile, contact, pause, clock, answers } = this.#options;
    const encoded = encodeAction(profile.data, action, effect, { answers: answers(), ...this.#sides });
    if (!encoded.ok) return encoded;
    const nowMs = clock.runningMs();
    if (effect !== 'narrowing' && contact.isResting(nowMs)) return notWhileResting(contact.fault);
    // The phases of a paused charge point are in no hurry, and their proof does not go stale: each write waits for its pace.
    const isUnhurried = action.kind === 'setPhases';
    const waitMs = effect === 'widening' && !isUnhurried ? this.#tooEarlyMs(encoded.writes, nowMs) : 0;
    if (waitMs > TOLERATED_WAIT_MS) {
      return refuse(`not sent: ${waitMs} ms too early, the profile wants more time between widening writes`);
    }
    // The other side of a bidirectional device must know of a narrowing at once, of a widening when it is done.
    if (effect === 'narrowing') this.#remember(action);
    const lane = this.#laneOf(action);
    const order = ++this.#orders;
    lane.issued = order;
    if (waitMs > 0) await pause.wait(waitMs);
    if (pause.isClosed) return CLOSED;
    if (lane.issued !== order) return refuse('not sent: a newer command took its place');
    const isOutdated = () => effect !== 'narrowing' && lane.issued !== order;
    const result = await this.#sendAll(encoded.writes, effect, { isOutdated, isUnhurried });
    if (lane.finished > order) {
      // A narrowing overtook this write on the line and was overwritten by it: say it again.
      await this.#sendAll(lane.finishedWrites, 'narrowing');
      return refuse('a newer command took its place');
    }
    lane.finished = order;
    lane.finishedWrites = encoded.writes;
    if (result.ok) this.#remember(action);
    return result;
  }

  /**
   * Settings that guard the home when the gateway is gone. They do not keep the maker's pace: until the last of them
   * is written, a device that loses its gateway goes on with what it has.
   */
  writeSettings(writes: readonly AllowedWrite[]): Promise<ActionResult> {
    return this.#sendAll(writes, 'refresh');
  }

  #remember(action: DeviceAction): void {
    if (action.kind === 'setChargeCurrent') this.#sides = { ...this.#sides, chargeCurrentA: action.currentA };
    if (action.kind === 'setPowerLimit') this.#sides = { ...this.#sides, powerLimitW: action.powerW };
  }

  /** How long a widening has to wait for the device's pace and for that of its registers. */
  #tooEarlyMs(writes: readonly AllowedWrite[], nowMs: RunningMs): number {
    const { writeSpacingMs } = this.#options.profile.data.timing;
    let fromMs = this.#lastWriteMs + writeSpacingMs;
    for (const { allowance } of writes) {
      fromMs = Math.max(fromMs, this.#ledger.lastWriteMs(allowance) + allowance.leastSpacingMs);
    }
    return Math.max(0, fromMs - nowMs);
  }

  async #sendAll(
    writes: readonly AllowedWrite[],
    priority: LinePriority,
    { isOutdated = () => false, isUnhurried = false }: Sending = {},
  ): Promise<ActionResult> {
    const { clock, pause } = this.#options;
    for (const write of writes) {
      const waitMs = isUnhurried ? this.#tooEarlyMs([write], clock.runningMs()) : 0;
      if (waitMs > 0) await pause.wait(waitMs);
      if (pause.isClosed) return CLOSED;
      // What narrows must not be undone by the rest of an older command, such as the "resume" behind a set-point.
      if (isOutdated()) return refuse('not sent to its end: a newer command took its place');
      const result = await this.#send(write, priority);
      if (!result.ok) return result;
    }
    return { ok: true };
  }

  async #send(write: AllowedWrite, priority: LinePriority): Promise<ActionResult> {
    const { profile, unit, line, clock, contact, addressOf } = this.#options;
    const { timeoutMs, silenceMs } = profile.data.timing;
    const { allowance, functionCode, values } = write;
    const address = addressOf(write);
    if (address === undefined)
      return refuse(`not sent: the device has no SunSpec model ${write.model?.join(' or ')}`);
    const startMs = clock.runningMs();
    if (priority !== 'narrowing' && this.#ledger.isSpent(allowance, startMs)) {
      return refuse(
        `not sent: register ${address} wears with each write and its ${allowance.dailyBudget} writes of the day are used up`,
      );
    }
    this.#ledger.count(write, address, startMs);
    this.#lastWriteMs = startMs;
    const count = values.length;
    const request = { unit, functionCode, address, count, values, priority, timeoutMs, silenceMs };
    const result = await line.request(request);
    if (result.ok || result.fault === 'device-exception') contact.answered();
    else contact.failed(result.fault, clock.runningMs());
    return result.ok ? { ok: true } : { ok: false, fault: result.fault, detail: result.detail };
  }

  #laneOf(action: DeviceAction): Lane {
    const isSigned = this.#options.profile.data.commands.setSignedPower !== undefined;
    // Both directions of a bidirectional device are one set-point.
    const name =
      action.kind === 'setSwitch' ? `relay ${action.relayChannel}` : isSigned ? 'power' : action.kind;
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { issued: 0, finished: 0, finishedWrites: [] };
      this.#lanes.set(name, lane);
    }
    return lane;
  }
}

function refuse(detail: string): ActionResult {
  return { ok: false, fault: 'write-refused', detail };
}

/** What is said of a command to a unit that is left alone for a while. */
export function notWhileResting(fault: FaultCode): ActionResult {
  return { ok: false, fault, detail: 'not sent: the unit does not answer and is left to rest' };
}
