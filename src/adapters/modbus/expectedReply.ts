import type { ModbusFunction, ModbusRequest } from '../../ports/modbusLine.ts';
import { EXCEPTION_FLAG, isWrite } from './pdu.ts';

/** Length of an exception's function code and exception code. */
export const EXCEPTION_LENGTH = 2;
const WRITE_REPLY_LENGTH = 5;

/** What the reply to a request must look like, its function code and data. */
export interface ExpectedReply {
  readonly unit: number;
  readonly functionCode: ModbusFunction;
  readonly pduLength: number;
  /** Bytes that a write must give back: function, address, and value or quantity. Absent for reads. */
  readonly echo?: Uint8Array;
}

export function expectReply(request: ModbusRequest, sentPdu: Uint8Array): ExpectedReply {
  const { unit, functionCode, count } = request;
  if (isWrite(functionCode)) {
    return {
      unit,
      functionCode,
      pduLength: WRITE_REPLY_LENGTH,
      echo: sentPdu.slice(0, WRITE_REPLY_LENGTH),
    };
  }
  const dataLength = functionCode <= 2 ? Math.ceil(count / 8) : count * 2;
  return { unit, functionCode, pduLength: 2 + dataLength };
}

/** Why a whole reply is not the one expected; nothing when it is, or is an exception to it. */
export function findMismatch(expected: ExpectedReply, pdu: Uint8Array): string | undefined {
  const { functionCode, pduLength, echo } = expected;
  if (pdu[0] === (functionCode | EXCEPTION_FLAG)) {
    return pdu.length === EXCEPTION_LENGTH ? undefined : `an exception of ${pdu.length} bytes`;
  }
  if (pdu[0] !== functionCode) return `function ${pdu[0]} instead of ${functionCode}`;
  if (pdu.length !== pduLength) return `${pdu.length} bytes instead of ${pduLength}`;
  if (echo === undefined) {
    return pdu[1] === pduLength - 2 ? undefined : `a byte count of ${pdu[1]} instead of ${pduLength - 2}`;
  }
  return echo.every((byte, index) => pdu[index] === byte)
    ? undefined
    : 'the echo of another address or value than was written';
}
