import type { Firmware } from '../firmware.ts';
import { between, i16, oneOf, type Register, u16, u32, u64 } from '../registers.ts';
import { commonModel, type SunSpecModel, scaledI16, scaledU16, scaleFactor } from '../sunSpec.ts';
import type { InverterPlace } from './inverterOutput.ts';
import { LimitedInverter } from './limitedInverter.ts';
import { RevertingLimit } from './revertingLimit.ts';
import type { OutputView } from './sunSpecInverterModels.ts';

const EXPONENT = {
  currentA: -2,
  voltageV: -1,
  frequencyHz: -3,
  powerW: 0,
  energyWh: 0,
  percent: -1,
} as const;
/** Numbered from 0, unlike the state of model 103. */
const STATE = { sleeping: 1, running: 3, throttled: 4 } as const;
const THROTTLED_BY_MAXIMUM_W = 0b1;
/** Where each phase has its power, its current and its voltage in model 701. */
const PHASE_OFFSETS = [
  { powerW: 41, currentA: 45, voltageV: 47 },
  { powerW: 64, currentA: 68, voltageV: 70 },
  { powerW: 87, currentA: 91, voltageV: 93 },
] as const;
/** Signed values and scale factors of model 701 that it has not: they have another mark than unsigned ones. */
const ABSENT_SIGNED = [
  11, 12, 13, 36, 37, 38, 39, 40, 42, 43, 44, 65, 66, 67, 88, 89, 90, 117, 118, 119, 121, 122,
];

/** Model 701: what it measures. Production is positive. */
function measurementModel({ output, isAsleep }: OutputView): SunSpecModel {
  const throttledPercent = (): number =>
    output.isThrottled ? 100 - (100 * output.limitW) / output.ratedW : 0;
  const state = (): number => {
    if (isAsleep()) return STATE.sleeping;
    return output.isThrottled ? STATE.throttled : STATE.running;
  };
  return {
    id: 701,
    length: 153,
    registers: {
      ...Object.fromEntries(ABSENT_SIGNED.map((offset) => [offset, i16(() => Number.NaN)])),
      2: u16(() => (output.phaseCount === 1 ? 0 : 2)),
      3: u16(() => (isAsleep() ? 0 : 1)),
      4: u16(state),
      5: u16(() => (isAsleep() ? 0 : 1)),
      6: u32(() => 0),
      10: scaledI16(() => output.totalPowerW, EXPONENT.powerW),
      14: scaledI16(() => output.totalCurrentA, EXPONENT.currentA),
      17: u32(() => output.frequencyHz / 10 ** EXPONENT.frequencyHz),
      19: u64(() => Math.floor(output.producedWh)),
      23: u64(() => 0),
      ...Object.fromEntries(
        PHASE_OFFSETS.flatMap((offsets, phase): [number, Register][] => [
          [offsets.powerW, scaledI16(() => output.powerW[phase] as number, EXPONENT.powerW)],
          [offsets.currentA, scaledI16(() => output.currentA[phase] as number, EXPONENT.currentA)],
          [offsets.voltageV, scaledU16(() => output.voltageV[phase] as number, EXPONENT.voltageV)],
        ]),
      ),
      110: u16(throttledPercent),
      111: u32(() => (output.isThrottled ? THROTTLED_BY_MAXIMUM_W : 0)),
      113: scaleFactor(EXPONENT.currentA),
      114: scaleFactor(EXPONENT.voltageV),
      115: scaleFactor(EXPONENT.frequencyHz),
      116: scaleFactor(EXPONENT.powerW),
      120: scaleFactor(EXPONENT.energyWh),
    },
  };
}

/** Model 702: what it can do. WMax is the base of the limit. */
function capacityModel({ output }: OutputView): SunSpecModel {
  return {
    id: 702,
    length: 50,
    registers: {
      2: scaledU16(() => output.ratedW, EXPONENT.powerW),
      7: scaledU16(() => output.ratedW, EXPONENT.powerW),
      14: scaledU16(() => 230, EXPONENT.voltageV),
      26: scaledU16(() => output.ratedW, EXPONENT.powerW),
      31: scaledU16(() => output.ratedW, EXPONENT.powerW),
      45: scaleFactor(EXPONENT.powerW),
      47: scaleFactor(EXPONENT.powerW),
      49: scaleFactor(EXPONENT.voltageV),
      50: scaleFactor(EXPONENT.currentA),
    },
  };
}

/** Model 704: the limit of active power; every other control is not implemented. */
function acControlsModel(limit: RevertingLimit, onWrite: () => void, nowMs: () => number): SunSpecModel {
  const flag = (read: () => boolean, store: (isOn: boolean) => void): Register =>
    u16(() => (read() ? 1 : 0), {
      accepts: oneOf(0, 1),
      store: (value) => {
        store(value === 1);
        onWrite();
      },
    });
  const percent = (read: () => number, store: (percent: number) => void): Register =>
    u16(() => read() / 10 ** EXPONENT.percent, {
      accepts: between(0, 100 / 10 ** EXPONENT.percent),
      store: (value) => {
        store(value * 10 ** EXPONENT.percent);
        onWrite();
      },
    });
  return {
    id: 704,
    length: 65,
    registers: {
      14: flag(
        () => limit.isEnabled,
        (isOn) => {
          limit.isEnabled = isOn;
        },
      ),
      15: percent(
        () => limit.percent,
        (value) => {
          limit.percent = value;
        },
      ),
      16: percent(
        () => limit.revertPercent,
        (value) => {
          limit.revertPercent = value;
        },
      ),
      17: flag(
        () => limit.isEnabledAfterRevert,
        (isOn) => {
          limit.isEnabledAfterRevert = isOn;
        },
      ),
      18: u32(() => limit.revertS, {
        store: (value) => {
          limit.revertS = value;
          onWrite();
        },
      }),
      20: u32(() => limit.remainingS(nowMs())),
      54: scaleFactor(EXPONENT.percent),
    },
  };
}

/** An inverter with the models 701, 702 and 704. */
export function createSunSpecInverter704(place: InverterPlace): Firmware {
  const limit = new RevertingLimit();
  return new LimitedInverter({
    place,
    turnaroundMs: 20,
    limit,
    chain: (view, noteWrite, nowMs) => [
      commonModel({
        maker: 'Plain Solar',
        model: 'PS-D',
        version: '3.02',
        serialNumber: 'PS0042119',
        unit: place.unit,
      }),
      measurementModel(view),
      capacityModel(view),
      acControlsModel(limit, noteWrite, nowMs),
    ],
  });
}
