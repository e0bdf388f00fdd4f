import type { ModbusRequest, ModbusResult } from '../../ports/modbusLine.ts';
import { type ExpectedReply, expectReply } from './expectedReply.ts';
import { decodePdu, describeRequest, encodePdu, isWrite } from './pdu.ts';
import type { GuardCounts, Outcome, Protocol } from './protocol.ts';
import { type Debris, encodeRtuFrame, RtuGuard, rtuReplyLength } from './rtuGuard.ts';
import { SyncLedger } from './syncLedger.ts';

/** Start, eight data, parity or second stop, stop. Source: MODBUS over Serial Line V1.02, 2.5.1. */
const BITS_PER_BYTE = 11;
/** Frames are 3.5 characters apart, above 19200 baud a fixed 1.75 ms. Source: the same, 2.5.1.1. */
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

export interface RtuTiming {
  readonly baudRate: number;
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
}

/**
 * Serial Modbus: silence between frames, one guarded reply, and distrust after a missing one.
 * After a time-out the line is quarantined: bytes are dropped until the late window is over and the line is silent.
 * A narrowing request goes out during the quarantine when no late reply could be taken for its own.
 */
export class RtuProtocol implements Protocol {
  readonly maximumUnit = MAXIMUM_UNIT;
  readonly #timing: RtuTiming;
  readonly #ledger: SyncLedger;
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
    this.#exchange = undefined;
    this.#wantedSinceMs = undefined;
    this.#busyUntilMs = nowMs;
    // The driver drops what waited in it when the port is opened. A gateway that was killed may have left a question
    // on the line, and nobody here knows which: its reply must not be taken for the first of ours.
    this.#quarantinedUntilMs = nowMs + Math.max(this.#timing.lateWindowMs, BURST_PAUSE_MS);
  }

  waitMs(request: ModbusRequest, nowMs: number): number {
    const silenceMs = Math.max(frameSilenceMs(this.#timing.baudRate), request.silenceMs ?? 0);
    const mayPassQuarantine = request.priority === 'narrowing' && !this.#ledger.isConfusable(request, nowMs);
    const untilMs = Math.max(this.#busyUntilMs + silenceMs, mayPassQuarantine ? 0 : this.#quarantinedUntilMs);
    if (untilMs <= nowMs) return 0;
    this.#wantedSinceMs ??= nowMs;
    const latestMs = this.#wantedSinceMs + MOST_WAITING_MS + silenceMs;
    return Math.max(0, Math.min(untilMs, latestMs) - nowMs);
  }

  probeBefore(request: ModbusRequest, nowMs: number): ModbusRequest | undefined {
    return request.unit === BROADCAST ? undefined : this.#ledger.probeBefore(request, nowMs);
  }

  begin(request: ModbusRequest, nowMs: number): Uint8Array {
    const pdu = encodePdu(request);
    const expected = expectReply(request, pdu);
    const frame = encodeRtuFrame(request.unit, pdu);
    this.#count(this.#guard.expect(expected));
    this.#exchange = { request, expected, beganAtMs: nowMs };
    this.#wantedSinceMs = undefined;
    this.#busyUntilMs = nowMs + this.#lineTimeMs(frame.length);
    return frame;
  }

  replyTimeMs(request: ModbusRequest): number {
    const pdu = encodePdu(request);
    const requestMs = this.#lineTimeMs(encodeRtuFrame(request.unit, pdu).length);
    if (request.unit === BROADCAST) return requestMs + this.#timing.turnaroundMs;
    return requestMs + request.timeoutMs + this.#lineTimeMs(rtuReplyLength(expectReply(request, pdu)));
  }

  receive(bytes: Uint8Array, nowMs: number): Outcome | undefined {
    this.#busyUntilMs = nowMs;
    if (nowMs < this.#quarantinedUntilMs) this.#quarantineUntil(nowMs + BURST_PAUSE_MS);
    const pdu = this.#guard.feed(bytes);
    const exchange = this.#exchange;
    if (pdu === undefined || exchange === undefined) return undefined;
    this.#exchange = undefined;
    const debris = this.#guard.release();
    this.#count(debris);
    // More than the reply was on the line: let the rest of it come before anything else is asked.
    if (debris.heard !== undefined) this.#quarantineUntil(nowMs + BURST_PAUSE_MS);
    this.#slowestReplyMs = Math.max(this.#slowestReplyMs, nowMs - exchange.beganAtMs);
    const result = decodePdu(exchange.request, pdu);
    this.#ledger.addReply(exchange.expected, !result.ok, nowMs);
    return { result };
  }

  giveUp(nowMs: number): Outcome {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    const debris = this.#guard.release();
    this.#count(debris);
    if (exchange === undefined || exchange.request.unit === BROADCAST)
      return { result: { ok: true, words: [] } };
    this.#ledger.addMissing(exchange.expected, nowMs);
    const lateWindowMs = Math.max(this.#timing.lateWindowMs, this.#slowestReplyMs);
    this.#quarantineUntil(nowMs + Math.min(lateWindowMs, MOST_WAITING_MS));
    return { result: describeMissing(exchange.request, debris.heard) };
  }

  counts(): GuardCounts {
    return {
      badCrc: this.#badCrc,
      strayBytes: this.#strayBytes,
      lateReplies: this.#lateReplies,
      wrongUnit: this.#wrongUnit,
    };
  }

  #quarantineUntil(untilMs: number): void {
    this.#quarantinedUntilMs = Math.max(this.#quarantinedUntilMs, untilMs);
  }

  #lineTimeMs(bytes: number): number {
    return (bytes * BITS_PER_BYTE * 1000) / this.#timing.baudRate;
  }

  #count({ badCrc, strayBytes, lateReplies, wrongUnit }: Debris): void {
    this.#badCrc += badCrc;
    this.#strayBytes += strayBytes;
    this.#lateReplies += lateReplies;
    this.#wrongUnit += wrongUnit;
  }
}

/** Least silence between two frames. */
export function frameSilenceMs(baudRate: number): number {
  if (baudRate > FAST_BAUD_RATE) return FAST_SILENCE_MS;
  return (SILENCE_CHARACTERS * BITS_PER_BYTE * 1000) / baudRate;
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
