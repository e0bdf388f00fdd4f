import type { RegisterTable } from '../registerBank.ts';
import { bytesOf, type Register } from '../registers.ts';
import { counter32, fittingExponent, float, type SunSpecModel, scaledI16, scaleFactor } from '../sunSpec.ts';
import {
  averageOf,
  type MeterPlace,
  type MeterValues,
  powerFactor,
  sumOf,
  totalApparentVa,
} from './measuring.ts';

const EXPONENT = {
  currentA: -2,
  voltageV: -1,
  frequencyHz: -2,
  powerFactor: -2,
  energyWh: 0,
} as const;
const NO_EVENTS = bytesOf('00000000');

/** By how it is wired: one phase, or three phases to neutral. */
function variant({ terminals }: MeterPlace): 1 | 3 {
  return terminals.length === 1 ? 1 : 3;
}

/** NaN for a phase that is not wired. */
function reader(values: readonly number[], { terminals }: MeterPlace): (phase: number) => number {
  return (phase) => (phase < terminals.length ? (values[phase] as number) : Number.NaN);
}

function inARow(first: number, step: number, register: (phase: number) => Register): RegisterTable {
  return Object.fromEntries([0, 1, 2].map((phase) => [first + step * phase, register(phase)]));
}

export interface MeterModelHabits {
  /** 1 where power that is drawn is positive, as the standard has it; -1 where a maker turns it round. */
  readonly importSign: 1 | -1;
  /** Where powers do not fit with it, the scale factor becomes coarser while the meter runs. */
  readonly finestPowerExponent: number;
}

const STANDARD: MeterModelHabits = { importSign: 1, finestPowerExponent: 0 };

/** Models 201 (one phase) and 203 (three phases to neutral): integers with scale factors. */
export function meterModel(
  values: MeterValues,
  place: MeterPlace,
  { importSign, finestPowerExponent }: MeterModelHabits = STANDARD,
): SunSpecModel {
  const powerExponent = (): number =>
    fittingExponent([sumOf(values.powerW), ...values.powerW], finestPowerExponent);
  const voltage = reader(values.voltageV, place);
  const current = reader(values.currentA, place);
  const power = reader(values.powerW, place);
  return {
    id: 200 + variant(place),
    length: 105,
    registers: {
      2: scaledI16(() => sumOf(values.currentA), EXPONENT.currentA),
      ...inARow(3, 1, (phase) => scaledI16(() => current(phase), EXPONENT.currentA)),
      6: scaleFactor(EXPONENT.currentA),
      7: scaledI16(() => averageOf(values.voltageV, place.terminals), EXPONENT.voltageV),
      ...inARow(8, 1, (phase) => scaledI16(() => voltage(phase), EXPONENT.voltageV)),
      15: scaleFactor(EXPONENT.voltageV),
      16: scaledI16(() => values.frequencyHz, EXPONENT.frequencyHz),
      17: scaleFactor(EXPONENT.frequencyHz),
      18: scaledI16(() => importSign * sumOf(values.powerW), powerExponent),
      ...inARow(19, 1, (phase) => scaledI16(() => importSign * power(phase), powerExponent)),
      22: scaleFactor(powerExponent),
      // In percent, as the model has it.
      33: scaledI16(
        () => 100 * powerFactor(importSign * sumOf(values.powerW), totalApparentVa(values)),
        EXPONENT.powerFactor,
      ),
      37: scaleFactor(EXPONENT.powerFactor),
      38: counter32(() => sumOf(values.exportWh)),
      46: counter32(() => sumOf(values.importWh)),
      54: scaleFactor(EXPONENT.energyWh),
      105: NO_EVENTS,
    },
  };
}

/** Models 211 (one phase) and 213 (three phases to neutral): floats. */
export function meterFloatModel(values: MeterValues, place: MeterPlace): SunSpecModel {
  const voltage = reader(values.voltageV, place);
  const current = reader(values.currentA, place);
  const power = reader(values.powerW, place);
  return {
    id: 210 + variant(place),
    length: 124,
    registers: {
      2: float(() => sumOf(values.currentA)),
      ...inARow(4, 2, (phase) => float(() => current(phase))),
      ...inARow(12, 2, (phase) => float(() => voltage(phase))),
      26: float(() => values.frequencyHz),
      28: float(() => sumOf(values.powerW)),
      ...inARow(30, 2, (phase) => float(() => power(phase))),
      52: float(() => powerFactor(sumOf(values.powerW), totalApparentVa(values))),
      60: float(() => sumOf(values.exportWh)),
      68: float(() => sumOf(values.importWh)),
      124: NO_EVENTS,
    },
  };
}
