import type { SunSpecModel } from '../sunSpec.ts';
import type { InverterPlace } from './inverterOutput.ts';
import { LimitedInverter } from './limitedInverter.ts';
import { PercentLimit } from './percentLimit.ts';
import { type ControlHabits, controlsModel, type OutputView } from './sunSpecInverterModels.ts';

export interface Model123Habits {
  chain(view: OutputView, controls: SunSpecModel, unit: number): readonly SunSpecModel[];
  readonly controls?: Omit<ControlHabits, 'onWrite'>;
  /** What must be written for a changed limit to count. */
  readonly countsFrom: 'anyWrite' | 'enableWrite';
  readonly turnaroundMs: number;
}

/**
 * A SunSpec inverter that is limited by model 123. Each write that counts winds the revert timer up; after it the
 * inverter is free again.
 */
export class Model123Inverter extends LimitedInverter {
  constructor({ chain, controls, countsFrom, turnaroundMs }: Model123Habits, place: InverterPlace) {
    const limit = new PercentLimit();
    super({
      place,
      turnaroundMs,
      limit,
      chain: (view, noteWrite) => {
        const onWrite: ControlHabits['onWrite'] = (written) => {
          if (countsFrom === 'anyWrite' || written === 'enable') noteWrite();
        };
        return chain(view, controlsModel(limit, { ...controls, onWrite }), place.unit);
      },
    });
  }
}
