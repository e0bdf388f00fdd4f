import { RtuProtocol } from '../../src/adapters/modbus/rtuProtocol.ts';
import { TcpProtocol } from '../../src/adapters/modbus/tcpProtocol.ts';
import { rtuChecksum, rtuFrame } from './faultSlave.ts';
import type { Dice } from './fuzzDevices.ts';
import type { FuzzWire } from './lineFuzz.ts';

const MAXIMUM_HEARD = 600;

/** What spoils an answer on any wire, as function code and data. Each is of another shape than what was asked. */
function spoilPdu(pdu: Buffer, dice: Dice): Buffer {
  const spoilt = Buffer.from(pdu);
  switch (dice.below(4)) {
    case 0:
      spoilt.writeUInt8((pdu.readUInt8(0) % 4) + 1, 0);
      return spoilt.equals(pdu) ? spoilt.subarray(0, -1) : spoilt;
    case 1:
      spoilt.writeUInt8(pdu.readUInt8(1) ^ (1 << dice.below(8)), 1);
      return spoilt;
    case 2:
      return spoilt.subarray(0, -1);
    default:
      return Buffer.concat([spoilt, dice.bytes(1 + dice.below(3))]);
  }
}

/** A serial line of 9600 baud. */
export class RtuFuzzWire implements FuzzWire {
  readonly hasLocalEcho: boolean;
  /** All that came since the last request, and the shape of its answer. */
  #heard = Buffer.alloc(0);
  #unit = 0;
  #functionCode = 0;
  #answerLength = 0;
  #ackHead: Buffer | undefined;

  constructor({ hasLocalEcho }: { hasLocalEcho: boolean }) {
    this.hasLocalEcho = hasLocalEcho;
  }

  newProtocol(): RtuProtocol {
    const timing = { baudRate: 9600, bitsPerCharacter: 10 };
    return new RtuProtocol({ ...timing, lateWindowMs: 300, turnaroundMs: 200, forgetAfterMs: 5_000 });
  }

  parse(frame: Buffer) {
    return { unit: frame.readUInt8(0), pdu: Buffer.from(frame.subarray(1, -2)) };
  }

  lineTimeMs(characters: number): number {
    return (characters * 10_000) / 9600;
  }

  begin(frame: Buffer): void {
    const functionCode = frame.readUInt8(1);
    const count = frame.readUInt16BE(4);
    this.#heard = Buffer.alloc(0);
    this.#unit = frame.readUInt8(0);
    this.#functionCode = functionCode;
    this.#ackHead = functionCode > 4 ? frame.subarray(0, 6) : undefined;
    this.#answerLength = functionCode > 4 ? 8 : 5 + (functionCode <= 2 ? Math.ceil(count / 8) : count * 2);
  }

  answer(_frame: Buffer, unit: number, pdu: Buffer): Buffer {
    return rtuFrame(unit, pdu);
  }

  spoil(_frame: Buffer, unit: number, pdu: Buffer, dice: Dice): Buffer {
    const whole = rtuFrame(unit, pdu);
    switch (dice.below(8)) {
      case 0:
        return whole.subarray(0, 1 + dice.below(whole.length - 1));
      case 1:
        return whole.subarray(1 + dice.below(whole.length - 1));
      case 2:
        return rtuFrame(unit, pdu, true);
      case 3:
        return rtuFrame((unit % 3) + 1, pdu);
      case 4: {
        const flipped = Buffer.from(whole);
        for (let flips = 1 + dice.below(6); flips > 0; flips--) {
          const at = dice.below(flipped.length);
          flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << dice.below(8)), at);
        }
        return flipped;
      }
      case 5:
        return Buffer.concat([whole.subarray(0, dice.below(whole.length)), dice.bytes(1 + dice.below(30))]);
      case 6:
        return Buffer.concat([rtuFrame((unit % 3) + 1, pdu), whole.subarray(0, -2)]);
      default:
        return rtuFrame(unit, spoilPdu(pdu, dice));
    }
  }

  canBeTold(bytes: Buffer, isRight: boolean): boolean {
    const heard = Buffer.concat([this.#heard, bytes]);
    const rightEnd = isRight ? heard.length : -1;
    for (let from = 0; from + this.#answerLength <= heard.length; from++) {
      const until = from + this.#answerLength;
      if (until <= this.#heard.length || until === rightEnd) continue;
      if (this.#isLikeTheAnswer(heard.subarray(from, until))) return false;
    }
    this.#heard = heard.length > MAXIMUM_HEARD ? heard.subarray(-MAXIMUM_HEARD) : heard;
    return true;
  }

  #isLikeTheAnswer(frame: Buffer): boolean {
    if (frame[0] !== this.#unit || frame[1] !== this.#functionCode) return false;
    const isShaped =
      this.#ackHead === undefined
        ? frame[2] === this.#answerLength - 5
        : frame.subarray(0, 6).equals(this.#ackHead);
    return isShaped && rtuChecksum(frame.subarray(0, -2)) === frame.readUInt16LE(frame.length - 2);
  }
}

/** A TCP connection to one device, or to a gateway with several units behind it. */
export class TcpFuzzWire implements FuzzWire {
  readonly hasLocalEcho = false;
  /** After half a frame the device sends nothing more until it is met anew: what followed would fill the gap. */
  #isStuck = false;
  #isCut = false;
  #lastTransaction = 0;

  newProtocol(): TcpProtocol {
    return new TcpProtocol({ isReconnectCostly: true });
  }

  parse(frame: Buffer) {
    return { unit: frame.readUInt8(6), pdu: Buffer.from(frame.subarray(7)) };
  }

  lineTimeMs(): number {
    return 0.1;
  }

  begin(frame: Buffer): void {
    // A new transaction after half a frame can only be sent over a new connection.
    this.#isStuck = false;
    this.#lastTransaction = frame.readUInt16BE(0);
  }

  answer(frame: Buffer, unit: number, pdu: Buffer): Buffer {
    const header = Buffer.from(frame.subarray(0, 7));
    header.writeUInt16BE(pdu.length + 1, 4);
    header.writeUInt8(unit, 6);
    return Buffer.concat([header, pdu]);
  }

  spoil(frame: Buffer, unit: number, pdu: Buffer, dice: Dice): Buffer {
    const whole = this.answer(frame, unit, pdu);
    switch (dice.below(8)) {
      case 0:
        this.#isCut = true;
        return whole.subarray(0, 1 + dice.below(whole.length - 1));
      case 1:
        return whole.subarray(1 + dice.below(6));
      case 2:
        // Of an earlier question, or of none.
        whole.writeUInt16BE(
          (this.#lastTransaction - 1 - dice.oneOf([0, 1, 2, dice.below(0xfffe)])) & 0xffff,
          0,
        );
        return whole;
      case 3:
        return this.answer(frame, (unit % 3) + 1, pdu);
      case 4:
        whole.writeUInt8(1 + dice.below(255), 2 + dice.below(2));
        return whole;
      case 5:
        whole.writeUInt16BE(dice.below(0x1_0000), 4);
        return whole;
      case 6:
        return Buffer.concat([dice.bytes(1 + dice.below(20)), whole]);
      default:
        return this.answer(frame, unit, spoilPdu(pdu, dice));
    }
  }

  canBeTold(): boolean {
    const canBeTold = !this.#isStuck;
    this.#isStuck ||= this.#isCut;
    this.#isCut = false;
    return canBeTold;
  }
}
