/** Whole numbers below a bound, the same for the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
  }

  oneOf<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  isWithin(share: number): boolean {
    return this.below(1_000_000) < share * 1_000_000;
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)));
  }
}

/** What a register holds that only this unit, table and address has. */
export function wordAt(unit: number, functionCode: number, address: number): number {
  const table = functionCode <= 2 ? functionCode : functionCode + 8;
  return (Math.imul(address * 64 + table * 8 + unit, 0x9e3779b1) >>> 11) & 0xffff;
}

/** Writable registers and coils below this hold what was written; all above hold what wordAt says. */
export const WRITABLE_BELOW = 8;

/** The units of the fuzzed line. What is written is kept; the answers are made from the protocol's document. */
export class FuzzDevices {
  readonly #written = new Map<string, number>();
  /** What each unit was asked and has not carried out yet, in the order it will. */
  readonly #accepted: { readonly unit: number; readonly pdu: Buffer; readonly atMs: number }[] = [];

  /** The unit has the request and will carry it out when its turn comes. */
  accept(unit: number, pdu: Buffer, atMs: number): void {
    this.#accepted.push({ unit, pdu, atMs });
  }

  /** What is held when all that was accepted before this instant has been carried out. */
  valueSoon(unit: number, isCoil: boolean, address: number, nowMs: number): number {
    const soon = new Map(this.#written);
    for (const accepted of this.#accepted) {
      if (accepted.atMs < nowMs) write(soon, accepted.unit, accepted.pdu);
    }
    return soon.get(`${unit}/${isCoil}/${address}`) ?? 0;
  }

  /** Obeys, and gives the answer. */
  carryOut(unit: number, pdu: Buffer): Buffer {
    const index = this.#accepted.findIndex((accepted) => accepted.pdu === pdu);
    if (index !== -1) this.#accepted.splice(index, 1);
    const functionCode = pdu.readUInt8(0);
    const address = pdu.readUInt16BE(1);
    const second = pdu.readUInt16BE(3);
    if (functionCode <= 2) {
      const data = Buffer.alloc(Math.ceil(second / 8));
      for (let bit = 0; bit < second; bit++) {
        const isSet = (wordAt(unit, functionCode, address + (bit >> 4)) >> (bit & 15)) & 1;
        data[bit >> 3] = (data[bit >> 3] ?? 0) | (isSet << (bit & 7));
      }
      return Buffer.concat([Buffer.from([functionCode, data.length]), data]);
    }
    if (functionCode <= 4) {
      const data = Buffer.alloc(second * 2);
      for (let index = 0; index < second; index++) {
        data.writeUInt16BE(wordAt(unit, functionCode, address + index), index * 2);
      }
      return Buffer.concat([Buffer.from([functionCode, data.length]), data]);
    }
    write(this.#written, unit, pdu);
    return Buffer.from(pdu.subarray(0, 5));
  }
}

function write(held: Map<string, number>, unit: number, pdu: Buffer): void {
  const functionCode = pdu.readUInt8(0);
  if (functionCode <= 4) return;
  const address = pdu.readUInt16BE(1);
  const second = pdu.readUInt16BE(3);
  const isCoil = functionCode === 5 || functionCode === 15;
  const count = functionCode <= 6 ? 1 : second;
  for (let index = 0; index < count; index++) {
    const value =
      functionCode <= 6
        ? second
        : isCoil
          ? ((pdu[6 + (index >> 3)] ?? 0) >> (index & 7)) & 1
          : pdu.readUInt16BE(6 + index * 2);
    held.set(`${unit}/${isCoil}/${address + index}`, value);
  }
}
