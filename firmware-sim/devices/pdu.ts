/** Modbus application protocol V1.1b3: function codes and exceptions that the devices here know. */
export const FUNCTION = {
  readCoils: 1,
  readDiscreteInputs: 2,
  readHolding: 3,
  readInput: 4,
  writeCoil: 5,
  writeRegister: 6,
  writeCoils: 15,
  writeRegisters: 16,
} as const;

export const EXCEPTION = { unsupportedFunction: 1, noSuchAddress: 2, badValue: 3, deviceFailure: 4 } as const;

export function exceptionReply(functionCode: number, exceptionCode: number): Buffer {
  return Buffer.from([functionCode | 0x80, exceptionCode]);
}

/** Address and second word of a request: a count for reads, a value for single writes. */
export interface FixedRequest {
  readonly address: number;
  readonly word: number;
}

/** The five-byte requests (functions 1 to 6); nothing when the length is wrong. */
export function readFixedRequest(pdu: Buffer): FixedRequest | undefined {
  return pdu.length === 5 ? { address: pdu.readUInt16BE(1), word: pdu.readUInt16BE(3) } : undefined;
}

export interface RegistersWrite {
  readonly address: number;
  readonly words: readonly number[];
}

/** Function 16; nothing when counts and length disagree. */
export function readRegistersWrite(pdu: Buffer): RegistersWrite | undefined {
  const count = pdu.length > 5 ? pdu.readUInt16BE(3) : 0;
  if (count < 1 || count > 123 || pdu[5] !== count * 2 || pdu.length !== 6 + count * 2) return undefined;
  const words = Array.from({ length: count }, (_, index) => pdu.readUInt16BE(6 + index * 2));
  return { address: pdu.readUInt16BE(1), words };
}

/** Answer of functions 3 and 4. */
export function registersReply(functionCode: number, words: Buffer): Buffer {
  return Buffer.concat([Buffer.from([functionCode, words.length]), words]);
}

/** Functions 15 and 16 answer with address and count only. */
export function multipleWriteReply(pdu: Buffer): Buffer {
  return Buffer.from(pdu.subarray(0, 5));
}

/** Single writes are echoed. */
export function echoReply(pdu: Buffer): Buffer {
  return Buffer.from(pdu);
}
