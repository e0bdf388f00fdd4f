import { hexTable } from '../hexTable.ts';
import type { RegisterLayout, RegisterTable } from '../registerBank.ts';
import { i16, type Register, u16 } from '../registers.ts';
import {
  CARLO_GAVAZZI_FUNCTIONS,
  MEASURING_MODE,
  MOST_REGISTERS_PER_READ,
  settings,
  signedCurrentMa,
  swappedEnergyTenths,
  swappedI32,
  TURNAROUND_MS,
  unusedUpTo,
} from './carloGavazzi.ts';
import {
  apparentVa,
  averageOf,
  type MeterPlace,
  type MeterValues,
  powerFactor,
  sumOf,
  totalApparentVa,
} from './measuring.ts';
import { RegisterMeter } from './registerMeter.ts';

/** Application "H": all values are shown. */
const EM24_APPLICATION = 7;

/**
 * The table that EM340 and EM24 E1 share: bidirectional, so that currents carry the sign of their power.
 * Source: Carlo Gavazzi "EM341 Modbus"; for EM24 E1 public drivers that agree.
 */
function layout(
  values: MeterValues,
  place: MeterPlace,
  identification: number,
  more: RegisterTable,
): RegisterLayout {
  const table: RegisterTable = hexTable({
    ...inPairs(0x0000, (phase) => (values.voltageV[phase] as number) * 10),
    '0x000b': u16(() => identification),
    ...inPairs(0x000c, (phase) => signedCurrentMa(values, phase)),
    ...inPairs(0x0012, (phase) => (values.powerW[phase] as number) * 10),
    '0x0024': swappedI32(() => averageOf(values.voltageV, place.terminals) * 10),
    '0x0028': swappedI32(() => sumOf(values.powerW) * 10),
    '0x002e': factorOf(0),
    '0x002f': factorOf(1),
    '0x0030': factorOf(2),
    '0x0031': i16(() => powerFactor(sumOf(values.powerW), totalApparentVa(values)) * 1000),
    '0x0033': i16(() => values.frequencyHz * 10),
    '0x0034': swappedEnergyTenths(() => sumOf(values.importWh)),
    '0x0040': swappedEnergyTenths(() => values.importWh[0] as number),
    '0x0042': swappedEnergyTenths(() => values.importWh[1] as number),
    '0x0044': swappedEnergyTenths(() => values.importWh[2] as number),
    '0x004e': swappedEnergyTenths(() => sumOf(values.exportWh)),
    ...settings(place.unit),
    ...more,
  });
  return {
    functions: CARLO_GAVAZZI_FUNCTIONS,
    holding: table,
    input: table,
    filledHolding: unusedUpTo(0x0065),
    filledInput: unusedUpTo(0x0065),
    mostPerRead: MOST_REGISTERS_PER_READ,
  };

  function factorOf(phase: number): Register {
    return i16(() => powerFactor(values.powerW[phase] as number, apparentVa(values, phase)) * 1000);
  }
}

/** Three values in a row, two registers each. */
function inPairs(first: number, read: (phase: number) => number): RegisterTable {
  return Object.fromEntries([0, 1, 2].map((phase) => [first + 2 * phase, swappedI32(() => read(phase))]));
}

export function createEm340(place: MeterPlace): RegisterMeter {
  const mode = hexTable({ '0x1103': u16(() => MEASURING_MODE.bidirectional) });
  return new RegisterMeter(
    { turnaroundMs: TURNAROUND_MS, layout: (values) => layout(values, place, 341, mode) },
    place,
  );
}

/** EM24 E1, the one with Ethernet. Its front switch is locked, so that it refuses to be set. */
export function createEm24(place: MeterPlace): RegisterMeter {
  // 0xA000 the application, 0xA100 where the front switch stands
  const more = hexTable({ '0xa000': u16(() => EM24_APPLICATION), '0xa100': u16(() => 3) });
  return new RegisterMeter(
    { turnaroundMs: TURNAROUND_MS, layout: (values) => layout(values, place, 1648, more) },
    place,
  );
}
