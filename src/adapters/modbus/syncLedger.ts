import type { ModbusFunction, ModbusRequest } from '../../ports/modbusLine.ts';
import { type ExpectedReply, expectReply } from './expectedReply.ts';
import { encodePdu, isWrite } from './pdu.ts';

interface Suspect {
  readonly expected: ExpectedReply;
  readonly sinceMs: number;
}

/** Reads that ask for the neighbouring table; and the table in which a written value can be read. */
const SIBLING = { 1: 2, 2: 1, 3: 4, 4: 3 } as const;
const READ_BACK = { 5: 1, 6: 3, 15: 1, 16: 3 } as const;

/**
 * Replies that may still come although nobody waits for them any more.
 *
 * A serial frame has no number: a late reply that looks like the next one would be taken for it. Until a unit is
 * in step again, a request whose reply could be confused is preceded by a probe: a short read whose reply differs
 * from all that may still come. A device answers in order, so an answered probe proves that nothing older follows.
 * The probe changes its length first and its function next: some devices refuse odd lengths (the exception could
 * be the late one of the request before), others do not answer an unknown function at all.
 */
export class SyncLedger {
  readonly #forgetAfterMs: number;
  #suspects: Suspect[] = [];

  constructor(forgetAfterMs: number) {
    this.#forgetAfterMs = forgetAfterMs;
  }

  clear(): void {
    this.#suspects = [];
  }

  /** Notes a request that got no reply. */
  addMissing(expected: ExpectedReply, nowMs: number): void {
    this.#suspects.push({ expected, sinceMs: nowMs });
  }

  /**
   * Notes a reply that passed the guard. It proves that the unit is in step, unless it could as well belong to an
   * older request, as an exception often can: then the real reply may still come.
   */
  addReply(expected: ExpectedReply, isException: boolean, nowMs: number): void {
    this.#forgetOld(nowMs);
    const isDoubtful = this.#suspects.some(({ expected: older }) =>
      isException ? couldRefuseAlike(older, expected) : looksAlike(older, expected),
    );
    if (isDoubtful) this.addMissing(expected, nowMs);
    else this.#suspects = this.#suspects.filter(({ expected: older }) => older.unit !== expected.unit);
  }

  /** Whether a reply that may still come looks like the reply to this request. */
  isConfusable(request: ModbusRequest, nowMs: number): boolean {
    this.#forgetOld(nowMs);
    if (this.#suspects.length === 0) return false;
    const expected = expectReply(request, encodePdu(request));
    return this.#suspects.some((suspect) => looksAlike(suspect.expected, expected));
  }

  /** The read that brings the unit back in step; nothing when the request can go as it is. */
  probeBefore(request: ModbusRequest, nowMs: number): ModbusRequest | undefined {
    if (!this.isConfusable(request, nowMs)) return undefined;
    const ofUnit = this.#suspects.filter(({ expected }) => expected.unit === request.unit);
    const table = readableTable(request.functionCode);
    const functionCode = ofUnit.length % 2 === 1 ? table : SIBLING[table];
    for (let count = 1; ; count++) {
      const probe = toProbe(request, functionCode, count);
      const expected = expectReply(probe, encodePdu(probe));
      if (!ofUnit.some((suspect) => looksAlike(suspect.expected, expected))) return probe;
    }
  }

  #forgetOld(nowMs: number): void {
    if (this.#suspects.length === 0) return;
    this.#suspects = this.#suspects.filter(({ sinceMs }) => nowMs - sinceMs < this.#forgetAfterMs);
  }
}

function readableTable(functionCode: ModbusFunction): keyof typeof SIBLING {
  switch (functionCode) {
    case 5:
    case 6:
    case 15:
    case 16:
      return READ_BACK[functionCode];
    default:
      return functionCode;
  }
}

function toProbe(request: ModbusRequest, functionCode: ModbusFunction, count: number): ModbusRequest {
  const { unit, address, priority, timeoutMs, silenceMs } = request;
  return {
    unit,
    functionCode,
    address: Math.min(address, 0x1_0000 - count),
    count,
    priority,
    timeoutMs,
    ...(silenceMs === undefined ? {} : { silenceMs }),
  };
}

function couldRefuseAlike(older: ExpectedReply, newer: ExpectedReply): boolean {
  return older.unit === newer.unit && older.functionCode === newer.functionCode;
}

function looksAlike(older: ExpectedReply, newer: ExpectedReply): boolean {
  if (!couldRefuseAlike(older, newer)) return false;
  if (!isWrite(newer.functionCode)) return older.pduLength === newer.pduLength;
  // The echo of a single write holds the value: a late one proves the very same value. That of a multiple write does not.
  if (newer.functionCode === 5 || newer.functionCode === 6) return false;
  return older.echo?.every((byte, index) => newer.echo?.[index] === byte) ?? false;
}
