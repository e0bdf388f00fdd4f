import { hexTable } from '../hexTable.ts';
import { FUNCTION } from '../pdu.ts';
import type { RegisterLayout, RegisterTable } from '../registerBank.ts';
import { f32, i64, type Register } from '../registers.ts';
import { averageOf, type MeterPlace, type MeterValues, sumOf, totalApparentVa } from './measuring.ts';
import { RegisterMeter } from './registerMeter.ts';

/**
 * Schneider iEM3155: kilowatts as floats beside whole watt-hours, at odd addresses.
 * Source: public drivers that agree on the maker's register list.
 */
export function createIem3155(place: MeterPlace): RegisterMeter {
  return new RegisterMeter({ turnaroundMs: 25, refreshesEveryMs: 1_000, layout }, place);
}

function layout(values: MeterValues, { terminals }: MeterPlace): RegisterLayout {
  const energyWh = (read: () => number): Register => i64(() => Math.floor(read()));
  return {
    functions: [FUNCTION.readHolding],
    holding: hexTable({
      ...floatsInARow(0x0bb7, values.currentA),
      '0x0bc1': f32(() => averageOf(values.currentA, terminals)),
      ...floatsInARow(0x0bd3, values.voltageV),
      '0x0bdb': f32(() => averageOf(values.voltageV, terminals)),
      ...floatsInARow(0x0bed, values.powerW, 1000),
      '0x0bf3': f32(() => sumOf(values.powerW) / 1000),
      '0x0bfb': f32(() => sumOf(values.reactiveVar) / 1000),
      '0x0c03': f32(() => totalApparentVa(values) / 1000),
      '0x0c25': f32(() => values.frequencyHz),
      '0x0c83': energyWh(() => sumOf(values.importWh)),
      '0x0c87': energyWh(() => sumOf(values.exportWh)),
      // No coil and no capacitor runs long enough in this house to be counted.
      '0x0c93': energyWh(() => 0),
      '0x0c97': energyWh(() => 0),
      '0x0dbd': energyWh(() => values.importWh[0] as number),
      '0x0dc1': energyWh(() => values.importWh[1] as number),
      '0x0dc5': energyWh(() => values.importWh[2] as number),
    }),
    // All ones are not a number.
    filledHolding: [
      { first: 0x0bb7, last: 0x0c26, word: 0xffff },
      { first: 0x0c83, last: 0x0c9a, word: 0xffff },
    ],
  };
}

function floatsInARow(first: number, values: readonly number[], divisor = 1): RegisterTable {
  return Object.fromEntries(
    [0, 1, 2].map((phase) => [first + 2 * phase, f32(() => (values[phase] as number) / divisor)]),
  );
}
