import type { CommandEffect } from '../../domain/command.ts';
import type { RunningMs } from '../../domain/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ActionResult, DeviceAction } from '../../ports/device.ts';
import type { LinePriority, ModbusLine } from '../../ports/modbusLine.ts';
import { type AllowedWrite, encodeAction } from '../../profiles/encode.ts';
import type { Profile } from '../../profiles/profile.ts';
import type { Allowance } from '../../profiles/profileSchema.ts';
import type { ProfileContact } from './profileContact.ts';
import type { ProfilePause } from './profilePause.ts';

interface WriterOptions {
  readonly profile: Profile;
  readonly unit: number;
  readonly line: ModbusLine;
  readonly clock: Clock;
  readonly contact: ProfileContact;
  readonly pause: ProfilePause;
}

/** A widening that comes this little too early waits; one that comes earlier is refused, its proof would go stale. */
const TOLERATED_WAIT_MS = 1_000;
const DAY_MS = 86_400_000;

/** What went to one set-point or one relay channel: the order of its commands is kept, whatever overtakes on the line. */
interface Lane {
  issued: number;
  finished: number;
  finishedWrites: readonly AllowedWrite[];
}

/** What is known of one entry of the allow-list. */
interface Ledger {
  lastWriteMs: RunningMs;
  dayStartMs: RunningMs;
  writesInDay: number;
}

/** Writes to one device: only what the allow-list names, spaced when it widens, never held back when it narrows. */
export class ProfileWriter {
  readonly #options: WriterOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #ledgers = new Map<Allowance, Ledger>();
  #lastWriteMs: RunningMs = Number.NEGATIVE_INFINITY;
  #orders = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  async apply(action: DeviceAction, effect: CommandEffect): Promise<ActionResult> {
    const { profile, contact, pause, clock } = this.#options;
    const encoded = encodeAction(profile.data, action);
    if (!encoded.ok) return encoded;
    const nowMs = clock.runningMs();
    if (effect !== 'narrowing' && contact.isResting(nowMs)) {
      return {
        ok: false,
        fault: contact.fault,
        detail: 'not sent: the unit does not answer and is left to rest',
      };
    }
    const waitMs = effect === 'widening' ? this.#tooEarlyMs(encoded.writes, nowMs) : 0;
    if (waitMs > TOLERATED_WAIT_MS) {
      return refuse(`not sent: ${waitMs} ms too early, the profile wants more time between widening writes`);
    }
    const lane = this.#laneOf(action);
    const order = ++this.#orders;
    lane.issued = order;
    if (waitMs > 0) await pause.wait(waitMs);
    if (pause.isClosed)
      return { ok: false, fault: 'device-offline', detail: 'not sent: the device was closed' };
    if (lane.issued !== order) return refuse('not sent: a newer command took its place');
    const result = await this.#sendAll(encoded.writes, effect);
    if (lane.finished > order) {
      // A narrowing overtook this write on the line and was overwritten by it: say it again.
      await this.#sendAll(lane.finishedWrites, 'narrowing');
      return refuse('a newer command took its place');
    }
    lane.finished = order;
    lane.finishedWrites = encoded.writes;
    return result;
  }

  /**
   * Settings that guard the home when the gateway is gone. They do not keep the maker's pace: until the last of them
   * is written, a device that loses its gateway goes on with what it has.
   */
  writeSettings(writes: readonly AllowedWrite[]): Promise<ActionResult> {
    return this.#sendAll(writes, 'refresh');
  }

  /** How long a widening has to wait for the device's pace and for that of its registers. */
  #tooEarlyMs(writes: readonly AllowedWrite[], nowMs: RunningMs): number {
    const { writeSpacingMs } = this.#options.profile.data.timing;
    let fromMs = this.#lastWriteMs + writeSpacingMs;
    for (const { allowance } of writes) {
      const lastMs = this.#ledgers.get(allowance)?.lastWriteMs ?? Number.NEGATIVE_INFINITY;
      fromMs = Math.max(fromMs, lastMs + allowance.leastSpacingMs);
    }
    return Math.max(0, fromMs - nowMs);
  }

  async #sendAll(writes: readonly AllowedWrite[], priority: LinePriority): Promise<ActionResult> {
    for (const write of writes) {
      const result = await this.#send(write, priority);
      if (!result.ok) return result;
    }
    return { ok: true };
  }

  async #send(write: AllowedWrite, priority: LinePriority): Promise<ActionResult> {
    const { profile, unit, line, clock, contact } = this.#options;
    const { timeoutMs, silenceMs } = profile.data.timing;
    const { allowance, functionCode, address, values } = write;
    const startMs = clock.runningMs();
    const ledger = this.#ledgerOf(allowance, startMs);
    const isSpent = ledger.writesInDay >= (allowance.dailyBudget ?? Number.POSITIVE_INFINITY);
    if (allowance.wear === 'kept' && isSpent && priority !== 'narrowing') {
      return refuse(
        `not sent: register ${address} wears with each write and its ${allowance.dailyBudget} writes of the day are used up`,
      );
    }
    ledger.writesInDay++;
    ledger.lastWriteMs = startMs;
    this.#lastWriteMs = startMs;
    const result = await line.request({
      unit,
      functionCode,
      address,
      count: values.length,
      values,
      priority,
      timeoutMs,
      silenceMs,
    });
    if (result.ok || result.fault === 'device-exception') contact.answered();
    else contact.failed(result.fault, clock.runningMs());
    return result.ok ? { ok: true } : { ok: false, fault: result.fault, detail: result.detail };
  }

  #ledgerOf(allowance: Allowance, nowMs: RunningMs): Ledger {
    let ledger = this.#ledgers.get(allowance);
    if (ledger === undefined) {
      ledger = { lastWriteMs: Number.NEGATIVE_INFINITY, dayStartMs: nowMs, writesInDay: 0 };
      this.#ledgers.set(allowance, ledger);
    }
    if (nowMs - ledger.dayStartMs >= DAY_MS) {
      ledger.dayStartMs = nowMs;
      ledger.writesInDay = 0;
    }
    return ledger;
  }

  #laneOf(action: DeviceAction): Lane {
    const name = action.kind === 'setSwitch' ? `relay ${action.relayChannel}` : 'current';
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
