import type { CommandEffect } from '../../domain/command.ts';
import type { RunningMs } from '../../domain/instant.ts';
import { measured, type Reading, unknown } from '../../domain/reading.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ActionResult } from '../../ports/device.ts';
import type { Log } from '../../ports/log.ts';
import type { ControllerReport, ControllerSettings } from './controllerTypes.ts';
import { nameDeviceClass } from './deviceClass.ts';
import type { HanContact } from './hanContact.ts';
import { HanLiveness } from './hanLiveness.ts';
import { HanMessenger } from './hanMessenger.ts';
import type { HanRadio, HanResult } from './hanRadio.ts';
import type { IeeeAddress } from './ieeeAddress.ts';
import type { IssuerEventIds } from './issuerEventIds.ts';
import { cancelOf, cancelOfAll, shedEvent } from './shedCommands.ts';
import { SwitchRecord } from './switchRecord.ts';
import {
  isInForce,
  isTaken,
  type SwitchState,
  unconfirmed,
  withIssuedEvent,
  withNoEvents,
  withReport,
  withTime,
} from './switchState.ts';
import { decodeZcl, ZCL_STATUS, type ZclMessage } from './zclMessages.ts';

interface ControllerParts {
  readonly settings: ControllerSettings;
  readonly radio: HanRadio;
  readonly clock: Clock;
  readonly log: Log;
  readonly ids: IssuerEventIds;
}

const MINUTE_MS = 60_000;
/** A switch reports within a second; then the event is issued again under a new number. */
const REPORT_WITHIN_MS = 2_000;
/** When the switch holds no event although it should, it gets one this often. */
const REISSUE_EVERY_MS = 10_000;
/** A switch that has just refused an event is not asked again at once. */
const REFUSED_REST_MS = 1_000;
const CANCEL_ALL_COMMAND = 0x02;

/** One load controller: issues, renews and cancels its events, and keeps what the switch says of them. */
export class HanController {
  readonly settings: ControllerSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #ids: IssuerEventIds;
  readonly #messenger: HanMessenger;
  readonly #liveness: HanLiveness;
  readonly #record: SwitchRecord;
  readonly #createdAtMs: RunningMs;
  /** The event whose delivery has not been acknowledged: tried again under its own number. */
  #undeliveredId: number | undefined;
  #issuedAtMs: RunningMs = Number.NEGATIVE_INFINITY;
  #refusedAtMs: RunningMs = Number.NEGATIVE_INFINITY;
  /** Its cancel is under way: it holds nothing any more, whatever the switch has yet to say. */
  #cancelledId: number | undefined;
  #cancelAllTransaction: number | undefined;
  #isClosed = false;

  constructor({ settings, radio, clock, log, ids }: ControllerParts) {
    this.settings = settings;
    this.#clock = clock;
    this.#log = log.child({ relayChannel: settings.relayChannel });
    this.#ids = ids;
    this.#messenger = new HanMessenger(radio, settings.address, settings.endpoint);
    this.#liveness = new HanLiveness({ messenger: this.#messenger, clock, log: this.#log });
    this.#record = new SwitchRecord(clock, this.#log);
    this.#createdAtMs = clock.runningMs();
  }

  get contact(): HanContact {
    return this.#liveness.contact;
  }

  /** Asks for a sign of life when one is due; the answer comes later. */
  poll(): void {
    const nowMs = this.#clock.runningMs();
    this.#record.change(withTime(this.#state, nowMs));
    this.#settleByTime(nowMs);
    this.#liveness.askWhenDue(nowMs);
  }

  reading(): Reading<boolean> {
    const { contact } = this;
    const { confirmed } = this.#state;
    if (contact.state === 'notYet') return unknown('not-yet-read', this.#createdAtMs);
    if (contact.state === 'lost') return unknown(contact.fault, contact.failingSinceMs);
    if (confirmed === undefined) return unknown('switch-not-confirmed', contact.answeringSinceMs);
    return measured(confirmed.isClosed, contact.answeredAtMs ?? confirmed.sinceMs);
  }

  apply(position: 'open' | 'closed', effect: CommandEffect): Promise<ActionResult> {
    this.#record.change({ ...this.#state, commanded: position });
    return position === 'open' ? this.#open() : this.#close(effect);
  }

  /** Only from a finished cycle: an event is renewed in its second half, and issued again where the switch holds none. */
  keepAlive(): void {
    const nowMs = this.#clock.runningMs();
    if (this.#isClosed || this.#state.commanded !== 'open') return;
    const { current } = this.#state;
    if (nowMs - this.#issuedAtMs < REISSUE_EVERY_MS) return;
    if (current !== undefined && this.#isHolding(nowMs)) {
      // A user who has opted out is not overruled by another event before this one ends.
      const isInFirstHalf = current.endsAtMs - nowMs > (this.settings.eventMinutes * MINUTE_MS) / 2;
      if (current.stage === 'optedOut' || (isTaken(this.#state) && isInFirstHalf)) return;
    }
    void this.#issue(this.settings.eventMinutes);
  }

  /** A message of this controller; false when it is of another. */
  take(address: IeeeAddress, endpoint: number, payload: Uint8Array): boolean {
    if (address !== this.settings.address || endpoint !== this.settings.endpoint) return false;
    const decoded = decodeZcl(payload);
    if (!decoded.ok) {
      this.#log.warn({ reason: decoded.reason }, 'A message of the load switch was not understood');
      return true;
    }
    if (decoded.value.isFromServer) return true;
    if (this.#liveness.heard(decoded.value)) this.#begin();
    this.#obey(decoded.value, this.#clock.runningMs());
    return true;
  }

  /** Why its events can do nothing; nothing when they can. */
  findMismatch(): string | undefined {
    const { deviceClass } = this.settings;
    const { deviceClass: own } = this.#liveness;
    if (own === undefined || (own & deviceClass) !== 0) return undefined;
    return `its device class is ${nameDeviceClass(own)}, the site plan sends events for ${nameDeviceClass(deviceClass)}; correct the site plan`;
  }

  report(): ControllerReport {
    const { commanded, confirmed, current, because } = this.#state;
    const isCurrent = current !== undefined && current.stage !== 'ended';
    return {
      relayChannel: this.settings.relayChannel,
      commanded: commanded ?? 'nothing',
      confirmed: confirmed === undefined ? 'unknown' : confirmed.isClosed ? 'closed' : 'open',
      because,
      ...(isCurrent ? { issuerEventId: current.issuerEventId, eventEndsAtMs: current.endsAtMs } : {}),
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#liveness.close();
    this.#record.close();
  }

  async #open(): Promise<ActionResult> {
    const nowMs = this.#clock.runningMs();
    const { current, because } = this.#state;
    if (nowMs - this.#refusedAtMs < REFUSED_REST_MS) return this.#refuse(because);
    if (current !== undefined && this.#isHolding(nowMs)) {
      if (isTaken(this.#state)) return { ok: true };
      const withinMs = current.stage === 'accepted' ? REISSUE_EVERY_MS : REPORT_WITHIN_MS;
      const isYoung = nowMs - current.issuedAtMs < withinMs;
      if (isYoung && this.#undeliveredId === undefined) return this.#untilTaken(current.issuerEventId);
    }
    return this.#issue(this.settings.eventMinutes);
  }

  async #issue(minutes: number): Promise<ActionResult> {
    const nowMs = this.#clock.runningMs();
    const issuerEventId = this.#undeliveredId ?? this.#ids.next();
    this.#issuedAtMs = nowMs;
    this.#cancelAllTransaction = undefined;
    this.#record.change(
      withIssuedEvent(this.#state, {
        issuerEventId,
        issuedAtMs: nowMs,
        endsAtMs: nowMs + minutes * MINUTE_MS,
      }),
    );
    this.#undeliveredId = issuerEventId;
    const sent = await this.#messenger.send(shedEvent(this.settings, issuerEventId, minutes));
    if (!sent.ok) return sent;
    if (this.#undeliveredId === issuerEventId) this.#undeliveredId = undefined;
    return this.#untilTaken(issuerEventId);
  }

  /** Delivered is not taken: the switch reports that it has the event, or why not. */
  async #untilTaken(issuerEventId: number): Promise<ActionResult> {
    const isDecided = ({ current }: SwitchState) => {
      return current?.issuerEventId !== issuerEventId || current.stage !== 'issued';
    };
    await this.#record.until(isDecided, REPORT_WITHIN_MS);
    const { current, because } = this.#state;
    if (current?.issuerEventId !== issuerEventId) return { ok: true };
    if (current.stage === 'issued') return this.#refuse('the switch has the event, but did not report on it');
    if (current.stage !== 'ended') return { ok: true };
    this.#refusedAtMs = this.#clock.runningMs();
    return this.#refuse(because);
  }

  async #close(effect: CommandEffect): Promise<ActionResult> {
    const nowMs = this.#clock.runningMs();
    const { current, confirmed } = this.#state;
    const isNothingToEnd = current === undefined || current.stage === 'ended';
    if (isNothingToEnd && confirmed?.isClosed === true) return { ok: true };
    this.#undeliveredId = undefined;
    const isRandom = this.settings.randomiseRelease && effect === 'widening';
    // What the switch has confirmed is cancelled by its number; where anything is in doubt, everything is.
    if (current !== undefined && isTaken(this.#state) && isInForce(this.#state, nowMs)) {
      this.#cancelledId = current.issuerEventId;
      return this.#messenger.send(cancelOf(this.settings, current.issuerEventId, isRandom));
    }
    return this.#cancelAll(isRandom);
  }

  #cancelAll(isRandom: boolean): Promise<HanResult> {
    this.#cancelledId = this.#state.current?.issuerEventId;
    const transaction = this.#messenger.nextTransaction();
    this.#cancelAllTransaction = transaction;
    return this.#messenger.send(cancelOfAll(isRandom), transaction);
  }

  get #state(): SwitchState {
    return this.#record.state;
  }

  #isHolding(nowMs: RunningMs): boolean {
    return isInForce(this.#state, nowMs) && this.#state.current?.issuerEventId !== this.#cancelledId;
  }

  #obey({ body, transaction, command, wantsNoDefaultResponse }: ZclMessage, nowMs: RunningMs): void {
    switch (body.kind) {
      case 'reportEventStatus': {
        this.#ids.sawInUse(body.issuerEventId);
        this.#record.change(withReport(this.#state, body, nowMs));
        const isRefusedCancel = body.status === 0xf8 || body.status === 0xf9;
        if (isRefusedCancel && this.#state.commanded === 'closed') void this.#cancelAll(false);
        if (!wantsNoDefaultResponse) {
          void this.#messenger.send(
            { kind: 'defaultResponse', command, status: ZCL_STATUS.success },
            transaction,
          );
        }
        break;
      }
      case 'getScheduledEvents':
        this.#answerWithEvents(transaction, command, nowMs);
        break;
      case 'defaultResponse':
        // To a cancel of all it says that there was nothing to cancel; the others are reported one by one.
        if (body.command === CANCEL_ALL_COMMAND && transaction === this.#cancelAllTransaction) {
          this.#cancelAllTransaction = undefined;
          this.#record.change(withNoEvents(this.#state, 'the switch holds no event', nowMs));
        }
        break;
      default:
        break;
    }
  }

  /**
   * A switch asks when it has restarted or joined again: its events are gone, so its load is on. It gets what is left of
   * the event under a new number, since one that still knew the old number would say nothing.
   */
  #answerWithEvents(transaction: number, command: number, nowMs: RunningMs): void {
    const { current, commanded } = this.#state;
    const isHeld = commanded === 'open' && current !== undefined && this.#isHolding(nowMs);
    const leftMs = isHeld ? current.endsAtMs - nowMs : 0;
    this.#record.change(
      withNoEvents(this.#state, 'the switch has asked for its events, as after a restart', nowMs),
    );
    this.#undeliveredId = undefined;
    if (isHeld) void this.#issue(Math.max(1, Math.ceil(leftMs / MINUTE_MS)));
    else
      void this.#messenger.send(
        { kind: 'defaultResponse', command, status: ZCL_STATUS.notFound },
        transaction,
      );
  }

  /** Contact has begun, maybe anew: what was confirmed before may have been lost with a restart in between. */
  #begin(): void {
    this.#log.info({}, 'The load switch answers');
    const { current, commanded } = this.#state;
    // A user who has opted out is not overruled for having been out of reach.
    if (this.contact.beginnings === 1 || commanded !== 'open' || current?.stage === 'optedOut') return;
    this.#record.change(unconfirmed(this.#state, 'the switch was out of reach and has not reported since'));
    const nowMs = this.#clock.runningMs();
    if (current === undefined || !isInForce(this.#state, nowMs)) return;
    void this.#issue(Math.max(1, Math.ceil((current.endsAtMs - nowMs) / MINUTE_MS)));
  }

  /**
   * An event of an earlier life of the gateway ends within its minutes, as do those of this life. When the switch was in
   * reach for so long, and got no other event, none holds it any more.
   */
  #settleByTime(nowMs: RunningMs): void {
    if (this.#state.confirmed !== undefined || isInForce(this.#state, nowMs)) return;
    if (this.contact.state !== 'answering') return;
    const longestMs = (this.settings.eventMinutes + 1) * MINUTE_MS;
    const sinceMs = Math.max(this.contact.answeringSinceMs, this.#issuedAtMs);
    if (nowMs - sinceMs >= longestMs)
      this.#record.change(withNoEvents(this.#state, 'every event is over by its time', nowMs));
  }

  #refuse(detail: string): ActionResult {
    const { address, endpoint } = this.settings;
    return { ok: false, fault: 'switch-not-confirmed', detail: `${address} endpoint ${endpoint}: ${detail}` };
  }
}
