import type { CarSpec } from './car.ts';
import {
  CHARGE_POINT_MODELS,
  CHARGE_POINTS,
  type ChargePointModel,
} from './devices/chargePoints/catalogue.ts';
import type { Transport } from './devices/firmware.ts';
import { INVERTERS } from './devices/inverters/catalogue.ts';
import { METERS } from './devices/meters/catalogue.ts';
import { RELAYS } from './devices/relays/catalogue.ts';
import type { MeteredCircuit } from './plant.ts';
import type { SpecReader } from './specReader.ts';

interface DeviceCommon {
  readonly deviceId: string;
  /** As in the catalogues of devices/. */
  readonly model: string;
  readonly unit: number;
  /** Serial line that it hangs on; a device without one has a TCP port of its own. */
  readonly lineId?: string;
}

export interface MeterSpec extends DeviceCommon {
  readonly kind: 'meter';
  readonly circuit: MeteredCircuit;
  /** Phases on its terminals, index 0 to 2. */
  readonly terminals: readonly number[];
}

export interface RelaySpec extends DeviceCommon {
  readonly kind: 'relay';
}

/** It steers the generator of the home. */
export interface InverterSpec extends DeviceCommon {
  readonly kind: 'inverter';
}

export interface ChargePointSpec extends DeviceCommon {
  readonly kind: 'chargePoint';
  readonly model: ChargePointModel;
  readonly hardwareMaximumA: number;
  readonly phases: readonly number[];
  readonly car: CarSpec;
}

export type DeviceSpec = MeterSpec | RelaySpec | InverterSpec | ChargePointSpec;

/** What the rest of the home says about the places of its devices. */
export interface Surroundings {
  readonly lineIds: readonly string[];
  readonly phaseCount: number;
}

export const PHASES = ['L1', 'L2', 'L3'] as const;
const CIRCUITS = ['cutOut', 'heater', 'generator', 'household'] as const;
const MODELS = [METERS, RELAYS, INVERTERS, CHARGE_POINTS].flatMap((catalogue) => Object.keys(catalogue));

export function readDevice(device: SpecReader, { lineIds, phaseCount }: Surroundings): DeviceSpec {
  const deviceId = device.at('deviceId').text();
  const model = device.at('model').oneOf(MODELS);
  const common = (entry: { readonly defaultUnit: number; readonly transport: Transport }) => ({
    deviceId,
    model,
    unit: device.at('unit').isAbsent ? entry.defaultUnit : device.at('unit').number(1, 255),
    ...readLineId(device.at('lineId'), entry.transport, lineIds),
  });

  const meter = METERS[model];
  if (meter !== undefined) {
    const phase = device.at('phase');
    const all = meter.terminals === 3 ? PHASES.map((_, index) => index).slice(0, phaseCount) : [0];
    return {
      kind: 'meter',
      ...common(meter),
      circuit: device.at('circuit').oneOf(CIRCUITS),
      terminals: phase.isAbsent ? all : [readPhase(phase)],
    };
  }
  const relay = RELAYS[model];
  if (relay !== undefined) return { kind: 'relay', ...common(relay) };
  const inverter = INVERTERS[model];
  if (inverter !== undefined) return { kind: 'inverter', ...common(inverter) };
  const chargePointModel = device.at('model').oneOf(CHARGE_POINT_MODELS);
  const chargePoint = CHARGE_POINTS[chargePointModel];
  return {
    kind: 'chargePoint',
    ...common(chargePoint),
    model: chargePointModel,
    hardwareMaximumA: device.at('hardwareMaximumA').number(6, chargePoint.mostA),
    phases: device.at('phases').list().map(readPhase),
    car: readCar(device.at('car')),
  };
}

export function readPhase(phase: SpecReader): number {
  return PHASES.indexOf(phase.oneOf(PHASES));
}

function readLineId(
  lineId: SpecReader,
  transport: Transport,
  lineIds: readonly string[],
): { readonly lineId?: string } {
  if (transport === 'tcp' && !lineId.isAbsent) lineId.note('nothing, as this model is on TCP');
  return transport === 'tcp' || (transport === 'either' && lineId.isAbsent)
    ? {}
    : { lineId: lineId.oneOf(lineIds) };
}

function readCar(car: SpecReader): CarSpec {
  return {
    batteryKwh: car.at('batteryKwh').number(1, 200),
    initialSocPercent: car.at('initialSocPercent').number(0, 100),
    phases: car.at('phases').oneOf([1, 3] as const),
    maximumA: car.at('maximumA').number(6, 32),
    canGive: car.at('canGive').flag(),
    dailyDriveKwh: car.at('dailyDriveKwh').number(0, 200),
    plugInMinute: car.at('plugInAt').minuteOfDay(),
    plugOutMinute: car.at('plugOutAt').minuteOfDay(),
  };
}
