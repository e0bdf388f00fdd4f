import { crc16 } from './crc16.ts';
import { EXCEPTION_LENGTH, type ExpectedReply, findMismatch } from './expectedReply.ts';
import { EXCEPTION_FLAG } from './pdu.ts';

/** Around the function code and data of a serial frame: the unit before, the checksum after. */
const UNIT_LENGTH = 1;
const CRC_LENGTH = 2;
export const RTU_OVERHEAD = UNIT_LENGTH + CRC_LENGTH;
/** Two of the longest frames; more without a reply in it is noise. */
const MAXIMUM_KEPT = 512;

/** What was on the line beside the reply. */
export interface Debris {
  readonly badCrc: number;
  readonly wrongUnit: number;
  /** Whole frames of the unit that do not fit what was asked. */
  readonly lateReplies: number;
  /** Bytes that belong to no frame. */
  readonly strayBytes: number;
  /** The most telling of it in words; absent when the line was silent. */
  readonly heard?: string;
}

export function encodeRtuFrame(unit: number, pdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(pdu.length + RTU_OVERHEAD);
  frame[0] = unit;
  frame.set(pdu, UNIT_LENGTH);
  const crc = crc16(frame.subarray(0, -CRC_LENGTH));
  frame[frame.length - 2] = crc & 0xff;
  frame[frame.length - 1] = crc >> 8;
  return frame;
}

export function rtuReplyLength(expected: ExpectedReply): number {
  return expected.pduLength + RTU_OVERHEAD;
}

/**
 * Keeps all that comes from a serial line away from the decoder, except the one frame that was asked for:
 * whole, of the right unit and function, with the right byte count and checksum, and the echo of a write.
 * Serial Modbus has no mark for the start of a frame, so every byte may be one.
 */
export class RtuGuard {
  #kept: Uint8Array = new Uint8Array(0);
  #expected: ExpectedReply | undefined;

  /** Forgets what was kept; from here on only this reply passes. Gives what the idle line had brought. */
  expect(expected: ExpectedReply): Debris {
    const debris = this.#sweep();
    this.#expected = expected;
    return debris;
  }

  /** The function code and data of the reply, once it is whole; nothing until then, and nothing else ever. */
  feed(bytes: Uint8Array): Uint8Array | undefined {
    this.#kept = join(this.#kept, bytes);
    const expected = this.#expected;
    const found = expected && findReply(expected, this.#kept);
    if (found) {
      this.#expected = undefined;
      this.#kept = join(this.#kept.subarray(0, found.from), this.#kept.subarray(found.until));
      this.#lastExpected = expected;
      return found.pdu;
    }
    if (this.#kept.length > MAXIMUM_KEPT) this.#kept = this.#kept.slice(-MAXIMUM_KEPT);
    return undefined;
  }

  /** Ends the waiting, with or without a reply, and tells what else was heard. */
  release(): Debris {
    this.#lastExpected = this.#expected ?? this.#lastExpected;
    this.#expected = undefined;
    return this.#sweep();
  }

  #lastExpected: ExpectedReply | undefined;

  #sweep(): Debris {
    const debris = surveyDebris(this.#expected ?? this.#lastExpected, this.#kept);
    this.#kept = new Uint8Array(0);
    return debris;
  }
}

interface Found {
  readonly from: number;
  readonly until: number;
  readonly pdu: Uint8Array;
}

function findReply(expected: ExpectedReply, bytes: Uint8Array): Found | undefined {
  for (let from = 0; from + RTU_OVERHEAD < bytes.length; from++) {
    const until = from + frameLengthAt(bytes, from);
    if (until === from || until > bytes.length || !hasGoodCrc(bytes.subarray(from, until))) continue;
    const pdu = bytes.slice(from + UNIT_LENGTH, until - CRC_LENGTH);
    if (bytes[from] === expected.unit && findMismatch(expected, pdu) === undefined)
      return { from, until, pdu };
    // A whole frame of another kind: what looks like a frame inside of it is its data.
    from = until - 1;
  }
  return undefined;
}

/** Length of the frame that would start here, 0 when none can. */
function frameLengthAt(bytes: Uint8Array, from: number): number {
  const functionCode = bytes[from + 1] ?? 0;
  const kind = functionCode & ~EXCEPTION_FLAG;
  if (kind < 1 || kind > 16) return 0;
  if (functionCode & EXCEPTION_FLAG) return EXCEPTION_LENGTH + RTU_OVERHEAD;
  if (kind <= 4) return 2 + (bytes[from + 2] ?? 0) + RTU_OVERHEAD;
  return 5 + RTU_OVERHEAD;
}

function hasGoodCrc(frame: Uint8Array): boolean {
  const sent = (frame[frame.length - 2] ?? 0) | ((frame[frame.length - 1] ?? 0) << 8);
  return crc16(frame.subarray(0, -CRC_LENGTH)) === sent;
}

/** Sorts what is left on the line, for the counters and for the sentence of a fault. */
function surveyDebris(expected: ExpectedReply | undefined, bytes: Uint8Array): Debris {
  let badCrc = 0;
  let wrongUnit = 0;
  let lateReplies = 0;
  let strayBytes = 0;
  let heard = bytes.length === 0 ? undefined : `${bytes.length} bytes that hold no whole frame`;
  for (let from = 0; from < bytes.length; ) {
    const length = frameLengthAt(bytes, from);
    const frame = bytes.subarray(from, from + length);
    const isWhole = length > 0 && frame.length === length;
    const isOurs = frame[0] === expected?.unit;
    if (isWhole && hasGoodCrc(frame)) {
      if (isOurs) lateReplies++;
      else wrongUnit++;
      heard = isOurs
        ? 'a frame of this unit that does not fit the request'
        : `a frame of unit ${frame[0]} that was not asked for`;
      from += length;
      continue;
    }
    if (isWhole && isOurs && (frame[1] ?? 0) === expected?.functionCode) {
      badCrc++;
      heard = 'a frame with a wrong checksum';
      from += length;
      continue;
    }
    strayBytes++;
    from++;
  }
  return { badCrc, wrongUnit, lateReplies, strayBytes, ...(heard === undefined ? {} : { heard }) };
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
