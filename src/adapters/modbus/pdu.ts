import { requests, responses } from 'jsmodbus';
import type { ModbusFunction, ModbusRequest, ModbusResult } from '../../ports/modbusLine.ts';

/** Set on the function code of a reply that is an exception. */
export const EXCEPTION_FLAG = 0x80;

// MODBUS Application Protocol V1.1b3, 7.
const EXCEPTION_NAMES: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'device failure',
  5: 'acknowledged, still working',
  6: 'device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'device behind the gateway does not respond',
};

const SILENT_TARGET = 11;

export function isWrite(functionCode: ModbusFunction): boolean {
  return functionCode >= 5;
}

/** The function code and data of a request. The request has passed findRequestMistake. */
export function encodePdu(request: ModbusRequest): Uint8Array {
  const { functionCode, address, count, values = [] } = request;
  switch (functionCode) {
    case 1:
      return new requests.ReadCoilsRequestBody(address, count).createPayload();
    case 2:
      return new requests.ReadDiscreteInputsRequestBody(address, count).createPayload();
    case 3:
      return new requests.ReadHoldingRegistersRequestBody(address, count).createPayload();
    case 4:
      return new requests.ReadInputRegistersRequestBody(address, count).createPayload();
    case 5:
      return encodeRawCoil(address, values[0] ?? 0);
    case 6:
      return new requests.WriteSingleRegisterRequestBody(address, values[0] ?? 0).createPayload();
    case 15:
      return new requests.WriteMultipleCoilsRequestBody(
        address,
        values.map((bit) => bit === 1),
      ).createPayload();
    case 16:
      return new requests.WriteMultipleRegistersRequestBody(address, [...values]).createPayload();
  }
}

// The library knows on and off only; a Waveshare relay takes a delay in tenths of a second as the coil's value.
function encodeRawCoil(address: number, word: number): Uint8Array {
  return Uint8Array.of(5, address >> 8, address & 0xff, word >> 8, word & 0xff);
}

/** What a reply says. The guard has passed it: it is whole and it fits the request. */
export function decodePdu(request: ModbusRequest, pdu: Uint8Array): ModbusResult {
  const exceptionCode = pdu[1] ?? 0;
  if ((pdu[0] ?? 0) & EXCEPTION_FLAG) {
    const name = EXCEPTION_NAMES[exceptionCode] ?? 'not in the standard';
    return {
      ok: false,
      // A gateway in between speaks for a unit that is silent: the unit must be treated as silent, or it is asked for ever.
      fault: exceptionCode === SILENT_TARGET ? 'device-timeout' : 'device-exception',
      detail: `${describeRequest(request)}: refused with exception ${exceptionCode} (${name})`,
      exceptionCode,
    };
  }
  return { ok: true, words: readWords(request, Buffer.from(pdu.buffer, pdu.byteOffset, pdu.byteLength)) };
}

function readWords({ functionCode, count }: ModbusRequest, pdu: Buffer): readonly number[] {
  switch (functionCode) {
    case 1:
      return bits(responses.ReadCoilsResponseBody.fromBuffer(pdu)?.valuesAsArray, count);
    case 2:
      return bits(responses.ReadDiscreteInputsResponseBody.fromBuffer(pdu)?.valuesAsArray, count);
    case 3:
      return [...(responses.ReadHoldingRegistersResponseBody.fromBuffer(pdu)?.valuesAsArray ?? [])];
    case 4:
      return [...(responses.ReadInputRegistersResponseBody.fromBuffer(pdu)?.valuesAsArray ?? [])];
    default:
      return [];
  }
}

function bits(values: ArrayLike<number | boolean> | undefined, count: number): number[] {
  return Array.from(values ?? [], Number).slice(0, count);
}

/** Where and what, for the details of faults: "unit 3, function 4 at 0x0034, count 2". */
export function describeRequest({ unit, functionCode, address, count }: ModbusRequest): string {
  return `unit ${unit}, function ${functionCode} at 0x${address.toString(16).padStart(4, '0')}, count ${count}`;
}
