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
      isException ? couldRefuseAlike(older, expected) : couldBeOf(older, expected),
    );
    if (isDoubtful) this.addMissing(expected, nowMs);
    else this.#suspects = this.#suspects.filter(({ expected: older }) => older.unit !== expected.unit);
  }

  /** Whether a reply that may still come looks like the reply to this request. */
  isConfusable(request: ModbusRequest, nowMs: number): boolean {
    this.#forgetOld(nowMs);
    if (this.#suspects.length === 0) return false;
    const expected = expectReply(request, encodePdu(request));
    const suspects = this.#suspects.map((suspect) => suspect.expected);
    if (suspects.some((older) => looksAlike(older, expected))) return true;
    // The late echo of a single write proves the value, unless another value was written there in between.
    return (
      suspects.some((older) => isSameWrite(older, expected)) &&
      suspects.some((older) => overwrites(older, expected) && !isSameWrite(older, expected))
    );
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

/** The least read of the unit in the table that a request is about. */
export function toReadProbe(request: ModbusRequest): ModbusRequest {
  return toProbe(request, readableTable(request.functionCode), 1);
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

/** Whether both are writes that reach a common register or coil, by whatever function. */
function overwrites(older: ExpectedReply, newer: ExpectedReply): boolean {
  const before = writtenPlace(older);
  const after = writtenPlace(newer);
  if (before === undefined || after === undefined || older.unit !== newer.unit) return false;
  return before.isCoil === after.isCoil && before.from < after.until && after.from < before.until;
}

function writtenPlace({ functionCode, echo }: ExpectedReply) {
  if (echo === undefined) return undefined;
  const [, addressHigh = 0, addressLow = 0, countHigh = 0, countLow = 0] = echo;
  const from = addressHigh * 256 + addressLow;
  const count = functionCode >= 15 ? countHigh * 256 + countLow : 1;
  return { isCoil: functionCode === 5 || functionCode === 15, from, until: from + count };
}

function isSameWrite(older: ExpectedReply, newer: ExpectedReply): boolean {
  return (
    couldRefuseAlike(older, newer) &&
    (older.echo?.every((byte, index) => newer.echo?.[index] === byte) ?? false)
  );
}

/** Whether a reply to the newer request could be the late one to the older. */
function couldBeOf(older: ExpectedReply, newer: ExpectedReply): boolean {
  if (isWrite(newer.functionCode)) return isSameWrite(older, newer);
  return couldRefuseAlike(older, newer) && older.pduLength === newer.pduLength;
}

/** Whether such a late reply would also do harm. */
function looksAlike(older: ExpectedReply, newer: ExpectedReply): boolean {
  // The echo of a single write holds the value: a late one proves the very same value. That of a multiple write does not.
  if (newer.functionCode === 5 || newer.functionCode === 6) return false;
  return couldBeOf(older, newer);
}
