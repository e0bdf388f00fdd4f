import type { ModbusRequest, ModbusResult } from '../../ports/modbusLine.ts';
import { type ExpectedReply, expectReply } from './expectedReply.ts';
import { LocalEcho } from './localEcho.ts';
import { decodePdu, describeRequest, encodePdu, isWrite } from './pdu.ts';
import type { GuardCounts, Outcome, Protocol } from './protocol.ts';
import { type Debris, encodeRtuFrame, RTU_OVERHEAD, RtuGuard, rtuReplyLength } from './rtuGuard.ts';
import { SyncLedger, toReadProbe } from './syncLedger.ts';
import { UnitPatience } from './unitPatience.ts';

/** Frames are 3.5 characters apart, above 19200 baud a fixed 1.75 ms. Source: MODBUS over Serial Line V1.02, 2.5.1.1. */
const SILENCE_CHARACTERS = 3.5;
const FAST_BAUD_RATE = 19_200;
const FAST_SILENCE_MS = 1.75;
/** Longer than a USB adapter holds bytes back (16 ms): a pause of this length is the end of a burst. */
const BURST_PAUSE_MS = 50;
/** A line that never falls silent is used all the same: nobody may wait for ever, and the guard sorts it out. */
const MOST_WAITING_MS = 2_000;
/** Units 248 to 255 are reserved. Source: the same, 2.2. */
const MAXIMUM_UNIT = 247;
const BROADCAST = 0;
const ECHO_HINT =
  'The serial adapter gives back what is sent through it; the echo is taken out. Switch the local echo off in the adapter';

export interface RtuTiming {
  readonly baudRate: number;
  /** Start, eight data, parity if any, stops: 10 to 12. */
  readonly bitsPerCharacter: number;
  /** Least time after an unanswered request in which its reply may still come; grows to the slowest reply seen. */
  readonly lateWindowMs: number;
  /** Time that the devices get to carry out a broadcast. */
  readonly turnaroundMs: number;
  /** An unanswered request is forgotten after this long: no device answers later. */
  readonly forgetAfterMs: number;
}

interface Exchange {
  readonly request: ModbusRequest;
  readonly expected: ExpectedReply;
  readonly beganAtMs: number;
  /** When its last character leaves. */
  readonly sentAtMs: number;
}

/**
 * Serial Modbus: silence between frames, one guarded reply, and distrust after a missing one.
 * After a time-out the line is quarantined: bytes are dropped until the late window is over and the line is silent. A unit
 * that was silent before costs no such window and little waiting, so that one dead unit does not stall the others.
 * A narrowing request goes out during the quarantine when no late reply could be taken for its own.
 */
export class RtuProtocol implements Protocol {
  readonly maximumUnit = MAXIMUM_UNIT;
  readonly #timing: RtuTiming;
  readonly #ledger: SyncLedger;
  readonly #echo = new LocalEcho();
  readonly #patience = new UnitPatience();
  #guard = new RtuGuard();
  #exchange: Exchange | undefined;
  #busyUntilMs = Number.NEGATIVE_INFINITY;
  #quarantinedUntilMs = Number.NEGATIVE_INFINITY;
  #wantedSinceMs: number | undefined;
  #slowestReplyMs = 0;
  #badCrc = 0;
  #strayBytes = 0;
  #lateReplies = 0;
  #wrongUnit = 0;

  constructor(timing: RtuTiming) {
    this.#timing = timing;
    this.#ledger = new SyncLedger(timing.forgetAfterMs);
  }

  reset(nowMs: number): void {
    this.#guard = new RtuGuard();
    this.#ledger.clear();
    this.#echo.reset();
    this.#patience.reset();
    this.#exchange = undefined;
    this.#wantedSinceMs = undefined;
    this.#busyUntilMs = nowMs;
    // The driver drops what waited in it when the port is opened. A gateway that was killed may have left a question
    // on the line, and nobody here knows which: its reply must not be taken for the first of ours.
    this.#quarantinedUntilMs = nowMs + Math.max(this.#timing.lateWindowMs, BURST_PAUSE_MS);
  }

  waitMs(request: ModbusRequest, nowMs: number): number {
    const silenceMs = Math.max(frameSilenceMs(this.#timing), request.silenceMs ?? 0);
    const mayPassQuarantine = request.priority === 'narrowing' && !this.#ledger.isConfusable(request, nowMs);
    const untilMs = Math.max(this.#busyUntilMs + silenceMs, mayPassQuarantine ? 0 : this.#quarantinedUntilMs);
    if (untilMs <= nowMs) return 0;
    this.#wantedSinceMs ??= nowMs;
    const latestMs = this.#wantedSinceMs + MOST_WAITING_MS + silenceMs;
    return Math.max(0, Math.min(untilMs, latestMs) - nowMs);
  }

  probeBefore(request: ModbusRequest, nowMs: number): ModbusRequest | undefined {
    if (request.unit === BROADCAST) return undefined;
    const probe = this.#ledger.probeBefore(request, nowMs);
    if (probe !== undefined || this.#echo.isKnown) return probe;
    const pdu = encodePdu(request);
    return looksLikeEcho(expectReply(request, pdu), pdu) ? toReadProbe(request) : undefined;
  }

  begin(request: ModbusRequest, nowMs: number): Uint8Array {
    const pdu = encodePdu(request);
    const expected = expectReply(request, pdu);
    const frame = encodeRtuFrame(request.unit, pdu);
    this.#count(this.#guard.expect(expected));
    this.#echo.begin(frame, request.unit === BROADCAST || !looksLikeEcho(expected, pdu));
    const sentAtMs = nowMs + this.#lineTimeMs(frame.length);
    this.#exchange = { request, expected, beganAtMs: nowMs, sentAtMs };
    this.#wantedSinceMs = undefined;
    this.#busyUntilMs = sentAtMs;
    return frame;
  }

  replyTimeMs(request: ModbusRequest): number {
    const pdu = encodePdu(request);
    const requestMs = this.#lineTimeMs(encodeRtuFrame(request.unit, pdu).length);
    if (request.unit === BROADCAST) return requestMs + this.#timing.turnaroundMs;
    // Only a poll may be cut short: whether a write was obeyed must be known.
    const waitMs =
      request.priority === 'poll'
        ? this.#patience.waitMs(request.unit, request.timeoutMs, this.#exchange?.beganAtMs ?? 0)
        : request.timeoutMs;
    return requestMs + waitMs + this.#lineTimeMs(rtuReplyLength(expectReply(request, pdu)));
  }

  receive(bytes: Uint8Array, nowMs: number): Outcome | undefined {
    this.#busyUntilMs = nowMs;
    if (nowMs < this.#quarantinedUntilMs) this.#quarantineUntil(nowMs + BURST_PAUSE_MS);
    const exchange = this.#exchange;
    const pdu = this.#guard.feed(exchange === undefined ? bytes : this.#echo.strip(bytes));
    if (pdu === undefined || exchange === undefined) return undefined;
    this.#exchange = undefined;
    const debris = this.#guard.release();
    this.#count(debris);
    // More than the reply was on the line: let the rest of it come before anything else is asked.
    if (debris.heard !== undefined) this.#quarantineUntil(nowMs + BURST_PAUSE_MS);
    this.#slowestReplyMs = Math.max(this.#slowestReplyMs, nowMs - exchange.beganAtMs);
    const replyMs = this.#lineTimeMs(pdu.length + RTU_OVERHEAD);
    this.#patience.answered(exchange.request.unit, Math.max(0, nowMs - exchange.sentAtMs - replyMs));
    const result = decodePdu(exchange.request, pdu);
    this.#ledger.addReply(exchange.expected, !result.ok, nowMs);
    return { result, turnaroundMs: Math.max(0, nowMs - exchange.sentAtMs), ...this.#endEcho(true, debris) };
  }

  giveUp(nowMs: number): Outcome {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    const debris = this.#guard.release();
    this.#count(debris);
    const hint = this.#endEcho(false, debris);
    if (exchange === undefined || exchange.request.unit === BROADCAST)
      return { result: { ok: true, words: [] }, ...hint };
    this.#ledger.addMissing(exchange.expected, nowMs);
    // A dead unit must not cost the others a late window with each try; what it may say after all is not theirs.
    if (this.#patience.missed(exchange.request.unit, exchange.beganAtMs) || debris.heard !== undefined) {
      const lateWindowMs = Math.max(this.#timing.lateWindowMs, this.#slowestReplyMs);
      this.#quarantineUntil(nowMs + Math.min(lateWindowMs, MOST_WAITING_MS));
    }
    return { result: describeMissing(exchange.request, debris.heard), ...hint };
  }

  counts(): GuardCounts {
    return {
      badCrc: this.#badCrc,
      strayBytes: this.#strayBytes,
      lateReplies: this.#lateReplies,
      wrongUnit: this.#wrongUnit,
      ...(this.#echo.isEchoing && { hasLocalEcho: true }),
    };
  }

  #endEcho(isAnswered: boolean, { heard }: Debris): Pick<Outcome, 'hint'> {
    return this.#echo.end(isAnswered, heard === undefined) ? { hint: ECHO_HINT } : {};
  }

  #quarantineUntil(untilMs: number): void {
    this.#quarantinedUntilMs = Math.max(this.#quarantinedUntilMs, untilMs);
  }

  #lineTimeMs(bytes: number): number {
    return bytes * characterMs(this.#timing);
  }

  #count({ badCrc, strayBytes, lateReplies, wrongUnit }: Debris): void {
    this.#badCrc += badCrc;
    this.#strayBytes += strayBytes;
    this.#lateReplies += lateReplies;
    this.#wrongUnit += wrongUnit;
  }
}

type CharacterTiming = Pick<RtuTiming, 'baudRate' | 'bitsPerCharacter'>;

function characterMs({ baudRate, bitsPerCharacter }: CharacterTiming): number {
  return (bitsPerCharacter * 1000) / baudRate;
}

/** Least silence between two frames. */
export function frameSilenceMs(timing: CharacterTiming): number {
  return timing.baudRate > FAST_BAUD_RATE ? FAST_SILENCE_MS : SILENCE_CHARACTERS * characterMs(timing);
}

/** Whether a reply could be byte for byte the request: the acknowledgement of a single write always is. */
function looksLikeEcho(expected: ExpectedReply, pdu: Uint8Array): boolean {
  return expected.pduLength === pdu.length;
}

/** Why a request may not be broadcast; nothing when it may or is none. */
export function findBroadcastMistake(request: ModbusRequest): string | undefined {
  if (request.unit !== BROADCAST || isWrite(request.functionCode)) return undefined;
  return 'unit 0 is everybody and nobody answers: it can be written only';
}

function describeMissing(request: ModbusRequest, heard: string | undefined): ModbusResult {
  const what = describeRequest(request);
  if (heard === undefined) {
    const detail = `${what}: no answer within ${request.timeoutMs} ms`;
    return { ok: false, fault: 'device-timeout', detail };
  }
  const detail = `${what}: no matching answer within ${request.timeoutMs} ms, but ${heard}`;
  return { ok: false, fault: 'device-bad-reply', detail };
}
