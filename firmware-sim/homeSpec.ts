import { readFileSync } from 'node:fs';
import type { CarSpec } from './car.ts';
import type { GeneratorSpec } from './generator.ts';
import type { HouseholdShare, MeteredCircuit } from './plant.ts';
import { SpecReader } from './specReader.ts';
import type { WaterHeaterSpec } from './waterHeater.ts';

export interface ContactPlace {
  readonly deviceId: string;
  /** From 1, as printed on the board. */
  readonly channel: number;
}

export interface LineSpec {
  readonly lineId: string;
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

interface DeviceCommon {
  readonly deviceId: string;
  readonly unit: number;
}

export interface MeterSpec extends DeviceCommon {
  readonly model: 'eastron-sdm230' | 'eastron-sdm630';
  readonly lineId: string;
  readonly circuit: MeteredCircuit;
  /** Phases on its terminals, index 0 to 2. */
  readonly terminals: readonly number[];
}

export interface RelaySpec extends DeviceCommon {
  readonly model: 'waveshare-relay-8';
  readonly lineId: string;
}

interface ChargePointCommon extends DeviceCommon {
  readonly hardwareMaximumA: number;
  readonly phases: readonly number[];
  readonly car: CarSpec;
}

export interface KebaSpec extends ChargePointCommon {
  readonly model: 'keba-p30';
}

export interface HeidelbergSpec extends ChargePointCommon {
  readonly model: 'heidelberg-energy-control';
  readonly lineId: string;
}

export type DeviceSpec = MeterSpec | RelaySpec | KebaSpec | HeidelbergSpec;

/** A home as data. Phases are indices here, 0 to 2 for L1 to L3. */
export interface HomeSpec {
  readonly title: string;
  readonly utcOffsetMinutes: number;
  readonly seed: number;
  readonly householdShares: readonly HouseholdShare[];
  readonly waterHeater: WaterHeaterSpec & { readonly contact: ContactPlace };
  readonly generator: GeneratorSpec & { readonly contact: ContactPlace };
  readonly lines: readonly LineSpec[];
  readonly devices: readonly DeviceSpec[];
}

const MODELS = [
  'eastron-sdm230',
  'eastron-sdm630',
  'waveshare-relay-8',
  'keba-p30',
  'heidelberg-energy-control',
] as const;
const PHASES = ['L1', 'L2', 'L3'] as const;
const CIRCUITS = ['cutOut', 'heater', 'generator', 'household'] as const;

export const HOME_NAMES = ['single-phase', 'three-phase'] as const;
export type HomeName = (typeof HOME_NAMES)[number];

export function readHome(name: HomeName): HomeSpec {
  return parseHomeSpec(JSON.parse(readFileSync(new URL(`./homes/${name}.json`, import.meta.url), 'utf8')));
}

/** Throws one error that names every mistake by its path. */
export function parseHomeSpec(value: unknown): HomeSpec {
  const home = new SpecReader(value);
  const lines = home.at('lines').list().map(readLine);
  const lineIds = lines.map((line) => line.lineId);
  const devices = home
    .at('devices')
    .list()
    .map((device) => readDevice(device, lineIds));
  const relayIds = devices
    .filter((device) => device.model === 'waveshare-relay-8')
    .map(({ deviceId }) => deviceId);
  const heater = home.at('waterHeater');
  const generator = home.at('generator');
  const spec: HomeSpec = {
    title: home.at('title').text(),
    utcOffsetMinutes: home.at('utcOffsetMinutes').number(-720, 840),
    seed: home.at('seed').number(0, 0xffffffff),
    householdShares: home.at('householdShares').list().map(readShare),
    waterHeater: {
      phase: readPhase(heater.at('phase')),
      ratedA: heater.at('ratedA').number(1, 63),
      tankKwh: heater.at('tankKwh').number(1, 50),
      standingLossW: heater.at('standingLossW').number(0, 1000),
      draws: heater
        .at('draws')
        .list()
        .map((draw) => ({
          minute: draw.at('at').minuteOfDay(),
          energyKwh: draw.at('energyKwh').number(0, 20),
        })),
      contact: readContact(heater.at('contact'), relayIds),
    },
    generator: {
      phases: generator.at('phases').list().map(readPhase),
      scale: generator.at('scale').number(0, 20),
      contact: readContact(generator.at('contact'), relayIds),
    },
    lines,
    devices,
  };
  noteMisfits(spec, home);
  if (home.problems.length > 0) throw new Error(`the home does not fit: ${home.problems.join('; ')}`);
  return spec;
}

/** What only shows when the parts are seen together. */
function noteMisfits(spec: HomeSpec, home: SpecReader): void {
  const phaseCount = spec.householdShares.length;
  if (phaseCount !== 1 && phaseCount !== 3)
    home.at('householdShares').note('one row, or one for each of three phases');
  const usedPhases = [
    spec.waterHeater.phase,
    ...spec.generator.phases,
    ...spec.devices.flatMap((device) =>
      'terminals' in device ? device.terminals : 'phases' in device ? device.phases : [],
    ),
  ];
  if (usedPhases.some((phase) => phase >= phaseCount)) {
    home.problems.push(
      `devices: expected phases of a ${phaseCount}-phase home only, found ${PHASES[Math.max(...usedPhases)]}`,
    );
  }
  const ids = spec.devices.map((device) => device.deviceId);
  if (new Set(ids).size !== ids.length)
    home.problems.push(`devices: expected each deviceId once, found ${ids.join(', ')}`);
  if (spec.devices.filter((device) => device.model === 'waveshare-relay-8').length !== 1) {
    home.problems.push('devices: expected exactly one waveshare-relay-8');
  }
  for (const { lineId } of spec.lines) {
    const units = spec.devices
      .filter((device) => 'lineId' in device && device.lineId === lineId)
      .map(({ unit }) => unit);
    if (new Set(units).size !== units.length) {
      home.problems.push(`lines: expected each unit once on ${lineId}, found ${units.join(', ')}`);
    }
  }
}

function readLine(line: SpecReader): LineSpec {
  return {
    lineId: line.at('lineId').text(),
    baudRate: line.at('baudRate').oneOf([2400, 4800, 9600, 19200, 38400]),
    parity: line.at('parity').oneOf(['none', 'even', 'odd']),
    stopBits: line.at('stopBits').oneOf([1, 2]),
  };
}

function readDevice(device: SpecReader, lineIds: readonly string[]): DeviceSpec {
  const deviceId = device.at('deviceId').text();
  const model = device.at('model').oneOf(MODELS);
  const unit = device.at('unit').number(1, 255);
  switch (model) {
    case 'eastron-sdm230':
    case 'eastron-sdm630': {
      const phase = device.at('phase').isAbsent ? 0 : readPhase(device.at('phase'));
      return {
        deviceId,
        model,
        unit,
        lineId: device.at('lineId').oneOf(lineIds),
        circuit: device.at('circuit').oneOf(CIRCUITS),
        terminals: model === 'eastron-sdm630' ? [0, 1, 2] : [phase],
      };
    }
    case 'waveshare-relay-8':
      return { deviceId, model, unit, lineId: device.at('lineId').oneOf(lineIds) };
    case 'keba-p30':
      return { deviceId, model, unit, ...readChargePoint(device, 32) };
    case 'heidelberg-energy-control':
      return {
        deviceId,
        model,
        unit,
        lineId: device.at('lineId').oneOf(lineIds),
        ...readChargePoint(device, 16),
      };
  }
}

function readChargePoint(device: SpecReader, mostA: number) {
  const car = device.at('car');
  return {
    hardwareMaximumA: device.at('hardwareMaximumA').number(6, mostA),
    phases: device.at('phases').list().map(readPhase),
    car: {
      batteryKwh: car.at('batteryKwh').number(1, 200),
      initialSocPercent: car.at('initialSocPercent').number(0, 100),
      phases: car.at('phases').oneOf([1, 3] as const),
      maximumA: car.at('maximumA').number(6, 32),
      dailyDriveKwh: car.at('dailyDriveKwh').number(0, 200),
      plugInMinute: car.at('plugInAt').minuteOfDay(),
      plugOutMinute: car.at('plugOutAt').minuteOfDay(),
    },
  };
}

function readShare(share: SpecReader): HouseholdShare {
  return {
    kitchen: share.at('kitchen').number(0, 1),
    laundry: share.at('laundry').number(0, 1),
    heaterAndCooling: share.at('heaterAndCooling').number(0, 1),
    rest: share.at('rest').number(0, 1),
  };
}

function readContact(contact: SpecReader, relayIds: readonly string[]): ContactPlace {
  return { deviceId: contact.at('deviceId').oneOf(relayIds), channel: contact.at('channel').number(1, 8) };
}

function readPhase(phase: SpecReader): number {
  return PHASES.indexOf(phase.oneOf(PHASES));
}
