import type { ChargeSocket } from '../../chargeSocket.ts';
import type { Firmware } from '../firmware.ts';
import type { RegisterBank } from '../registerBank.ts';
import { type Terminals, terminalsOf, type WiredPlace } from './terminals.ts';

export interface ChargePointPlace extends WiredPlace {
  readonly unit: number;
  /** Set by the installer, 6 to 32 A. */
  readonly hardwareMaximumA: number;
  readonly startAtMs: number;
}

/** The one time that is stated anywhere is ten seconds; the contactor moves in the middle of it. */
const CHANGEOVER = { movesAfterMs: 5_000, lastsMs: 10_000 } as const;

export interface ChargePointFirmware extends Firmware {
  /** True while it obeys its fall-back and not the gateway. */
  readonly isFailSafe: boolean;
  /** Accepted writes of its set-point. */
  readonly setpointWrites: number;
  /** Accepted writes that go into memory which wears out, or into its event log. */
  readonly wearWrites: number;
  /** Accepted writes that may ruin it, as those of a firmware upload. */
  readonly harmfulWrites: number;
  /** Requests beyond the maker's pace, where there is one. */
  readonly paceViolations: { readonly reads: number; readonly writes: number };
}

/**
 * What all charge points here have in common: a clock, a session, a pilot that follows their decision, and a
 * supply that can fail. A model adds its registers, its watchdog and what it allows.
 */
export abstract class ChargePoint implements ChargePointFirmware {
  abstract readonly turnaroundMs: number;
  abstract readonly bootMs: number;
  abstract readonly isFailSafe: boolean;
  readonly unit: number;
  readonly hearsBroadcast = false;
  readonly paceViolations = { reads: 0, writes: 0 };
  setpointWrites = 0;
  wearWrites = 0;
  harmfulWrites = 0;
  protected readonly place: ChargePointPlace;
  protected readonly socket: ChargeSocket;
  protected readonly terminals: Terminals;
  protected nowMs: number;
  /** Ended by the station; a new session begins when a car is plugged in. */
  protected isSessionEnded = false;
  #bootedAtMs: number;
  #changeover: { readonly isToOne: boolean; readonly sinceMs: number; hasMoved: boolean } | undefined;
  #wasPlugged = false;
  #sessionFromWh = 0;
  #pluggedMs = 0;
  #chargedMs = 0;

  constructor(place: ChargePointPlace) {
    this.unit = place.unit;
    this.place = place;
    this.socket = place.socket;
    this.terminals = terminalsOf(place);
    this.nowMs = place.startAtMs;
    this.#bootedAtMs = place.startAtMs;
  }

  protected abstract readonly bank: RegisterBank;

  /** What its settings and its watchdog allow at this instant, A; below 6 A for no permission. */
  protected abstract allowedA(): number;

  /** Puts back to its default what does not outlive the supply. */
  protected abstract forget(readyAtMs: number): void;

  /** What happens with time: its watchdog, the end of a session. */
  protected attend(): void {}

  /** Sees the function of each request before it is answered. */
  protected hear(_functionCode: number): void {}

  protected answer(pdu: Buffer, _unit: number): Buffer | undefined {
    return this.bank.respond(pdu, this.nowMs);
  }

  /**
   * From three phases to one or back. The pilot is withdrawn first, the contactor moves when nothing flows, and
   * charging goes on by itself where the set-point allows it.
   */
  protected changeOver(isToOne: boolean): void {
    const isAlreadySo = isToOne === this.socket.isOnOnePhase && !this.isChangingOver;
    if (!isAlreadySo) this.#changeover = { isToOne, sinceMs: this.nowMs, hasMoved: false };
  }

  protected get isChangingOver(): boolean {
    return this.#changeover !== undefined;
  }

  /** On which it is, or is about to be. */
  protected get isMeantForOnePhase(): boolean {
    return this.#changeover?.isToOne ?? this.socket.isOnOnePhase;
  }

  protected get isBooting(): boolean {
    return this.nowMs < this.#bootedAtMs;
  }

  protected get sessionWh(): number {
    return this.socket.flow.totalImportWh() - this.#sessionFromWh;
  }

  protected get pluggedS(): number {
    return this.#pluggedMs / 1000;
  }

  protected get chargedS(): number {
    return this.#chargedMs / 1000;
  }

  advanceTo(nowMs: number): void {
    const passedMs = nowMs - this.nowMs;
    this.nowMs = nowMs;
    const { socket } = this;
    if (socket.car.isPlugged && !this.#wasPlugged) this.startSession();
    if (socket.car.isPlugged) this.#pluggedMs += passedMs;
    if (socket.isCharging) this.#chargedMs += passedMs;
    this.#wasPlugged = socket.car.isPlugged;
    this.attend();
    this.#followChangeover();
    const isOff = this.isBooting || this.isSessionEnded || this.isChangingOver;
    socket.showPilot(isOff ? 0 : this.allowedA(), nowMs);
  }

  respond(pdu: Buffer, nowMs: number, unit = this.unit): Buffer | undefined {
    // A car that has just been plugged in, or a watchdog that has just run out, comes before the request.
    this.advanceTo(nowMs);
    this.hear(pdu[0] ?? 0);
    const reply = this.answer(pdu, unit);
    this.advanceTo(nowMs);
    return reply;
  }

  powerCycle(nowMs: number): void {
    this.#bootedAtMs = nowMs + this.bootMs;
    this.isSessionEnded = false;
    this.#changeover = undefined;
    this.forget(this.#bootedAtMs);
    this.advanceTo(nowMs);
  }

  #followChangeover(): void {
    if (this.#changeover === undefined) return;
    const { isToOne, sinceMs, hasMoved } = this.#changeover;
    const passedMs = this.nowMs - sinceMs;
    if (!hasMoved && passedMs >= CHANGEOVER.movesAfterMs && this.socket.car.drawA === 0) {
      this.socket.useOnePhase(isToOne);
      this.#changeover.hasMoved = true;
    }
    if (passedMs >= CHANGEOVER.lastsMs && this.#changeover.hasMoved) this.#changeover = undefined;
  }

  protected startSession(): void {
    this.#sessionFromWh = this.socket.flow.totalImportWh();
    this.#pluggedMs = 0;
    this.#chargedMs = 0;
    this.isSessionEnded = false;
  }
}
