import {
  EXCEPTION,
  echoReply,
  exceptionReply,
  FUNCTION,
  multipleWriteReply,
  readFixedRequest,
  readRegistersWrite,
  registersReply,
} from './pdu.ts';
import type { Register } from './registers.ts';

/** Registers by the address of their first word, as it goes out on the wire (counted from 0). */
export type RegisterTable = Readonly<Record<number, Register>>;

/** A single bit; without read it can be written only, without write it can be read only. */
export interface Bit {
  readonly read?: () => boolean;
  readonly write?: (isOn: boolean, nowMs: number) => void;
}

export type BitTable = Readonly<Record<number, Bit>>;

/** Addresses without a register of their own that read as one word all the same. */
export interface FilledBlock {
  readonly first: number;
  readonly last: number;
  readonly word: number;
}

/** What a register device answers. Holes are unknown addresses (exception 2), bad counts and values get 3. */
export interface RegisterLayout {
  /** Functions that it implements; every other one gets exception 1. */
  readonly functions: readonly number[];
  /** Function 3 reads these, functions 6 and 16 write them. */
  readonly holding?: RegisterTable;
  /** Function 4. The same table as holding where a maker does not tell them apart. */
  readonly input?: RegisterTable;
  /** Functions 1, 5 and 15. */
  readonly coils?: BitTable;
  /** Function 2. */
  readonly discreteInputs?: BitTable;
  readonly filledHolding?: readonly FilledBlock[];
  readonly filledInput?: readonly FilledBlock[];
  /** Registers in one read, 125 unless said. */
  readonly mostPerRead?: number;
  /** True where a read must not begin or end inside a value. Writes never may. */
  readonly isReadWhole?: boolean;
}

const MOST_PER_READ = 125;
const MOST_BITS_PER_READ = 2_000;
const COIL = { on: 0xff00, off: 0x0000 } as const;

interface Word {
  readonly register: Register;
  /** Which word of the register, from 0. */
  readonly index: number;
}

interface RegisterSpace {
  readonly words: ReadonlyMap<number, Word>;
  readonly filled: readonly FilledBlock[];
}

/**
 * The protocol side of a device made of registers: it finds, checks, reads and stores by its tables, so that a
 * device is its tables and its behaviour. Of a write with several registers all are checked before one is stored.
 */
export class RegisterBank {
  readonly #layout: RegisterLayout;
  readonly #holding: RegisterSpace;
  readonly #input: RegisterSpace;

  constructor(layout: RegisterLayout) {
    this.#layout = layout;
    this.#holding = { words: wordsOf(layout.holding), filled: layout.filledHolding ?? [] };
    this.#input = { words: wordsOf(layout.input), filled: layout.filledInput ?? [] };
  }

  respond(pdu: Buffer, nowMs: number): Buffer {
    const functionCode = pdu[0] ?? 0;
    const outcome = this.#layout.functions.includes(functionCode)
      ? this.#perform(functionCode, pdu, nowMs)
      : EXCEPTION.unsupportedFunction;
    return typeof outcome === 'number' ? exceptionReply(functionCode, outcome) : outcome;
  }

  /** The answer, or the code of the refusal. */
  #perform(functionCode: number, pdu: Buffer, nowMs: number): Buffer | number {
    switch (functionCode) {
      case FUNCTION.readCoils:
        return this.#readBits(pdu, this.#layout.coils);
      case FUNCTION.readDiscreteInputs:
        return this.#readBits(pdu, this.#layout.discreteInputs);
      case FUNCTION.readHolding:
        return this.#read(pdu, this.#holding);
      case FUNCTION.readInput:
        return this.#read(pdu, this.#input);
      case FUNCTION.writeCoil:
        return this.#writeCoil(pdu, nowMs);
      case FUNCTION.writeCoils:
        return this.#writeCoils(pdu, nowMs);
      case FUNCTION.writeRegister:
        return this.#write(functionCode, pdu.length === 5 ? pdu.subarray(3) : undefined, pdu, nowMs);
      case FUNCTION.writeRegisters:
        return this.#write(functionCode, readRegistersWrite(pdu) && pdu.subarray(6), pdu, nowMs);
      default:
        return EXCEPTION.unsupportedFunction;
    }
  }

  #read(pdu: Buffer, space: RegisterSpace): Buffer | number {
    const { mostPerRead = MOST_PER_READ, isReadWhole = false } = this.#layout;
    const request = readFixedRequest(pdu);
    if (request === undefined || request.word < 1 || request.word > mostPerRead) {
      return EXCEPTION.badValue;
    }
    const reply = Buffer.alloc(request.word * 2);
    // A value is taken once, so that its words belong together.
    const taken = new Map<Register, Buffer>();
    for (let offset = 0; offset < request.word; offset += 1) {
      const address = request.address + offset;
      const word = space.words.get(address);
      const bytes = word && (taken.get(word.register) ?? word.register.read?.());
      if (word !== undefined && bytes !== undefined) {
        const isCut =
          (offset === 0 && word.index > 0) ||
          (offset === request.word - 1 && word.index < word.register.words - 1);
        if (isReadWhole && isCut) return EXCEPTION.noSuchAddress;
        taken.set(word.register, bytes);
        bytes.copy(reply, offset * 2, word.index * 2, word.index * 2 + 2);
        continue;
      }
      const filled = space.filled.find(({ first, last }) => address >= first && address <= last);
      if (filled === undefined || word !== undefined) return EXCEPTION.noSuchAddress;
      reply.writeUInt16BE(filled.word, offset * 2);
    }
    return registersReply(pdu[0] as number, reply);
  }

  #write(functionCode: number, bytes: Buffer | undefined, pdu: Buffer, nowMs: number): Buffer | number {
    if (bytes === undefined) return EXCEPTION.badValue;
    const address = pdu.readUInt16BE(1);
    const stores: (() => void)[] = [];
    for (let offset = 0; offset < bytes.length / 2; ) {
      const word = this.#holding.words.get(address + offset);
      const write = word?.register.write;
      if (word === undefined || write === undefined) return EXCEPTION.noSuchAddress;
      const { words } = word.register;
      if (write.by !== undefined && !write.by.includes(functionCode)) {
        return EXCEPTION.unsupportedFunction;
      }
      const value = bytes.subarray(offset * 2, (offset + words) * 2);
      if (word.index > 0 || value.length < words * 2) return EXCEPTION.noSuchAddress;
      const refusal = write.refusal(value);
      if (refusal !== undefined) return refusal;
      stores.push(() => write.store(value, nowMs));
      offset += words;
    }
    for (const store of stores) store();
    return functionCode === FUNCTION.writeRegister ? echoReply(pdu) : multipleWriteReply(pdu);
  }

  #readBits(pdu: Buffer, table: BitTable = {}): Buffer | number {
    const request = readFixedRequest(pdu);
    if (request === undefined || request.word < 1 || request.word > MOST_BITS_PER_READ) {
      return EXCEPTION.badValue;
    }
    const bits = Buffer.alloc(Math.ceil(request.word / 8));
    for (let index = 0; index < request.word; index += 1) {
      const read = table[request.address + index]?.read;
      if (read === undefined) return EXCEPTION.noSuchAddress;
      const byte = index >> 3;
      if (read()) bits[byte] = (bits[byte] as number) | (1 << (index & 7));
    }
    return Buffer.concat([Buffer.from([pdu[0] as number, bits.length]), bits]);
  }

  #writeCoil(pdu: Buffer, nowMs: number): Buffer | number {
    const request = readFixedRequest(pdu);
    if (request === undefined) return EXCEPTION.badValue;
    const write = this.#layout.coils?.[request.address]?.write;
    if (write === undefined) return EXCEPTION.noSuchAddress;
    if (request.word !== COIL.on && request.word !== COIL.off) return EXCEPTION.badValue;
    write(request.word === COIL.on, nowMs);
    return echoReply(pdu);
  }

  #writeCoils(pdu: Buffer, nowMs: number): Buffer | number {
    const count = pdu.length > 6 ? pdu.readUInt16BE(3) : 0;
    const byteCount = Math.ceil(count / 8);
    if (count < 1 || pdu[5] !== byteCount || pdu.length !== 6 + byteCount) {
      return EXCEPTION.badValue;
    }
    const address = pdu.readUInt16BE(1);
    const writes = Array.from({ length: count }, (_, index) => this.#layout.coils?.[address + index]?.write);
    if (writes.includes(undefined)) return EXCEPTION.noSuchAddress;
    for (const [index, write] of writes.entries()) {
      write?.((((pdu[6 + (index >> 3)] as number) >> (index & 7)) & 1) === 1, nowMs);
    }
    return multipleWriteReply(pdu);
  }
}

/** The table moved up by so many addresses, as for the second charging point of a station. */
export function shifted(table: RegisterTable, by: number): RegisterTable {
  return Object.fromEntries(
    Object.entries(table).map(([address, register]) => [Number(address) + by, register]),
  );
}

function wordsOf(table: RegisterTable = {}): ReadonlyMap<number, Word> {
  const words = new Map<number, Word>();
  for (const [first, register] of Object.entries(table)) {
    for (let index = 0; index < register.words; index += 1) {
      const address = Number(first) + index;
      if (words.has(address)) throw new Error(`two registers share address ${address}`);
      words.set(address, { register, index });
    }
  }
  return words;
}
