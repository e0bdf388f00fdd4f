import type { ModbusFunction, ModbusRequest } from '../../ports/modbusLine.ts';
import { isWrite } from './pdu.ts';

/** Most that one request may carry. Source: MODBUS Application Protocol V1.1b3, 6. */
const MAXIMUM_COUNT: Readonly<Record<ModbusFunction, number>> = {
  1: 2000,
  2: 2000,
  3: 125,
  4: 125,
  5: 1,
  6: 1,
  15: 1968,
  16: 123,
};

const ADDRESS_SPACE = 0x1_0000;

/** Why a request cannot be put on the wire as it is; nothing when it can. */
export function findRequestMistake(request: ModbusRequest, maximumUnit: number): string | undefined {
  const { unit, functionCode, address, count, values = [] } = request;
  const maximumCount = MAXIMUM_COUNT[functionCode];
  if (!isWholeWithin(unit, 0, maximumUnit)) return `the unit must be a whole number 0..${maximumUnit}`;
  if (maximumCount === undefined) return 'the function must be 1 to 6, 15 or 16';
  if (!isWholeWithin(count, 1, maximumCount)) return `the count must be 1..${maximumCount}`;
  if (!isWholeWithin(address, 0, ADDRESS_SPACE - count)) return 'the addresses must lie within 0..65535';
  if (!isWrite(functionCode)) return undefined;
  if (values.length !== count) return `${count} values were announced and ${values.length} given`;
  const largest = functionCode === 15 ? 1 : 0xffff;
  if (!values.every((value) => isWholeWithin(value, 0, largest))) {
    return `every value must be a whole number 0..${largest}`;
  }
  return undefined;
}

function isWholeWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
