import type { RegisterTable } from '../registerBank.ts';
import { between, bytesOf, oneOf, type Register, u16, u32, u64 } from '../registers.ts';
import {
  counter32,
  fittingExponent,
  float,
  type SunSpecModel,
  scaledI16,
  scaledU16,
  scaleFactor,
} from '../sunSpec.ts';
import type { InverterOutput } from './inverterOutput.ts';
import type { PercentLimit } from './percentLimit.ts';

const STATE = { sleeping: 2, mppt: 4, throttled: 5 } as const;
const PHOTOVOLTAIC = 4;
const NO_EVENTS = bytesOf('00000000');
const CONNECTED = 0b101;
const EXPONENT = {
  currentA: -2,
  voltageV: -1,
  frequencyHz: -2,
  energyWh: 0,
  rating: 1,
  percent: -2,
} as const;
const SETTING = { revertS: 65_534, windowS: 65_534, rampS: 65_534 } as const;

/** A look at the output that shows "not implemented" while the inverter sleeps. */
export interface OutputView {
  readonly output: InverterOutput;
  readonly isAsleep: () => boolean;
}

function awake({ isAsleep }: OutputView, read: () => number): () => number {
  return () => (isAsleep() ? Number.NaN : read());
}

function inARow(first: number, step: number, register: (phase: number) => Register): RegisterTable {
  return Object.fromEntries([0, 1, 2].map((phase) => [first + step * phase, register(phase)]));
}

function stateOf({ output, isAsleep }: OutputView): number {
  if (isAsleep()) return STATE.sleeping;
  return output.isThrottled ? STATE.throttled : STATE.mppt;
}

/** Models 101 (one phase) and 103 (three phases): integers with scale factors. Production is positive. */
export function inverterModel(
  view: OutputView,
  {
    length = 50,
    finestPowerExponent = 0,
  }: { readonly length?: number; readonly finestPowerExponent?: number } = {},
): SunSpecModel {
  const { output } = view;
  const powerExponent = (): number => fittingExponent([output.totalPowerW], finestPowerExponent);
  const whenAwake = (read: () => number): (() => number) => awake(view, read);
  return {
    id: 100 + output.phaseCount,
    length,
    registers: {
      2: scaledU16(
        whenAwake(() => output.totalCurrentA),
        EXPONENT.currentA,
      ),
      ...inARow(3, 1, (phase) =>
        scaledU16(
          whenAwake(() => output.currentA[phase] as number),
          EXPONENT.currentA,
        ),
      ),
      6: scaleFactor(EXPONENT.currentA),
      ...inARow(10, 1, (phase) =>
        scaledU16(
          whenAwake(() => output.voltageV[phase] as number),
          EXPONENT.voltageV,
        ),
      ),
      13: scaleFactor(EXPONENT.voltageV),
      14: scaledI16(
        whenAwake(() => output.totalPowerW),
        powerExponent,
      ),
      15: scaleFactor(powerExponent),
      16: scaledU16(
        whenAwake(() => output.frequencyHz),
        EXPONENT.frequencyHz,
      ),
      17: scaleFactor(EXPONENT.frequencyHz),
      24: counter32(() => output.producedWh),
      26: scaleFactor(EXPONENT.energyWh),
      38: u16(() => stateOf(view)),
      40: NO_EVENTS,
    },
  };
}

/** Models 111 (one phase) and 113 (three phases): floats. */
export function inverterFloatModel(view: OutputView): SunSpecModel {
  const { output } = view;
  const value = (read: () => number): Register => float(awake(view, read));
  return {
    id: 110 + output.phaseCount,
    length: 60,
    registers: {
      2: value(() => output.totalCurrentA),
      ...inARow(4, 2, (phase) => value(() => output.currentA[phase] as number)),
      ...inARow(16, 2, (phase) => value(() => output.voltageV[phase] as number)),
      22: value(() => output.totalPowerW),
      24: value(() => output.frequencyHz),
      32: float(() => output.producedWh),
      48: u16(() => stateOf(view)),
      50: NO_EVENTS,
    },
  };
}

/** Model 120: what it is made for. */
export function nameplateModel({ output }: OutputView, length = 26): SunSpecModel {
  return {
    id: 120,
    length,
    registers: {
      2: u16(() => PHOTOVOLTAIC),
      3: scaledU16(() => output.ratedW, EXPONENT.rating),
      4: scaleFactor(EXPONENT.rating),
      5: scaledU16(() => output.ratedW, EXPONENT.rating),
      6: scaleFactor(EXPONENT.rating),
    },
  };
}

/** Model 121: its settings, which nobody changes here. WMax is the base of every percentage. */
export function settingsModel({ output }: OutputView, length = 30): SunSpecModel {
  return {
    id: 121,
    length,
    registers: {
      2: scaledU16(() => output.ratedW, EXPONENT.rating),
      3: scaledU16(() => 230, EXPONENT.voltageV),
      7: scaledU16(() => output.ratedW, EXPONENT.rating),
      22: scaleFactor(EXPONENT.rating),
      23: scaleFactor(EXPONENT.voltageV),
      26: scaleFactor(EXPONENT.rating),
    },
  };
}

/** Model 122: its state. StActCtl says whether a limit is in force. */
export function statusModel({ output, isAsleep }: OutputView, length = 44): SunSpecModel {
  return {
    id: 122,
    length,
    registers: {
      2: u16(() => (isAsleep() ? 0 : CONNECTED)),
      3: u16(() => 0),
      4: u16(() => (isAsleep() ? 0 : 1)),
      5: u64(() => Math.floor(output.producedWh)),
      33: u32(() => 0),
      35: u32(() => (Number.isFinite(output.limitW) ? 1 : 0)),
    },
  };
}

export interface ControlHabits {
  /** Told after each accepted write, with the name of what was written. */
  readonly onWrite: (written: 'percent' | 'timer' | 'enable', nowMs: number) => void;
  readonly mostWindowS?: number;
  readonly mostRevertS?: number;
  /** False where the ramp time can only be read. */
  readonly takesRamp?: boolean;
  readonly length?: number;
}

/** Model 123: the limit that can be set at once. Connecting, power factor and reactive power are not implemented. */
export function controlsModel(limit: PercentLimit, habits: ControlHabits): SunSpecModel {
  const { onWrite, mostWindowS, mostRevertS, takesRamp = true, length = 24 } = habits;
  const seconds = (most: number, store: (value: number) => void) => ({
    accepts: between(0, most),
    store: (value: number, nowMs: number) => {
      store(value);
      onWrite('timer', nowMs);
    },
  });
  return {
    id: 123,
    length,
    registers: {
      4: u16(() => 1),
      5: u16(() => limit.percent / 10 ** EXPONENT.percent, {
        accepts: between(0, 100 / 10 ** EXPONENT.percent),
        store: (value, nowMs) => {
          limit.percent = value * 10 ** EXPONENT.percent;
          onWrite('percent', nowMs);
        },
      }),
      6: u16(
        () => limit.windowS,
        seconds(mostWindowS ?? SETTING.windowS, (value) => {
          limit.windowS = value;
        }),
      ),
      7: u16(
        () => limit.revertS,
        seconds(mostRevertS ?? SETTING.revertS, (value) => {
          limit.revertS = value;
        }),
      ),
      8: takesRamp
        ? u16(
            () => limit.rampS,
            seconds(SETTING.rampS, (value) => {
              limit.rampS = value;
            }),
          )
        : u16(() => Number.NaN),
      9: u16(() => (limit.isEnabled ? 1 : 0), {
        accepts: oneOf(0, 1),
        store: (value, nowMs) => {
          limit.isEnabled = value === 1;
          onWrite('enable', nowMs);
        },
      }),
      23: scaleFactor(EXPONENT.percent),
    },
  };
}
