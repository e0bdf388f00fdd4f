import { readFileSync } from 'node:fs';
import { type DeviceSpec, PHASES, readDevice, readPhase } from './deviceSpec.ts';
import { RELAYS } from './devices/relays/catalogue.ts';
import type { GeneratorSpec } from './generator.ts';
import type { HouseholdShare } from './plant.ts';
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

/** A home as data. Phases are indices here, 0 to 2 for L1 to L3. Without a contact a load is always connected. */
export interface HomeSpec {
  readonly title: string;
  readonly utcOffsetMinutes: number;
  readonly seed: number;
  readonly householdShares: readonly HouseholdShare[];
  readonly waterHeater: WaterHeaterSpec & { readonly contact?: ContactPlace };
  readonly generator: GeneratorSpec & { readonly contact?: ContactPlace };
  readonly lines: readonly LineSpec[];
  readonly devices: readonly DeviceSpec[];
}

export const HOME_NAMES = ['single-phase', 'three-phase', 'car-park', 'solar'] as const;
export type HomeName = (typeof HOME_NAMES)[number];

export function readHome(name: HomeName): HomeSpec {
  return parseHomeSpec(JSON.parse(readFileSync(new URL(`./homes/${name}.json`, import.meta.url), 'utf8')));
}

/** Throws one error that names every mistake by its path. */
export function parseHomeSpec(value: unknown): HomeSpec {
  const home = new SpecReader(value);
  const lines = home.at('lines').list().map(readLine);
  const householdShares = home.at('householdShares').list().map(readShare);
  const surroundings = { lineIds: lines.map((line) => line.lineId), phaseCount: householdShares.length };
  const devices = home
    .at('devices')
    .list()
    .map((device) => readDevice(device, surroundings));
  const relayIds = devices.filter(({ kind }) => kind === 'relay').map(({ deviceId }) => deviceId);
  const spec: HomeSpec = {
    title: home.at('title').text(),
    utcOffsetMinutes: home.at('utcOffsetMinutes').number(-720, 840),
    seed: home.at('seed').number(0, 0xffffffff),
    householdShares,
    waterHeater: readWaterHeater(home.at('waterHeater'), relayIds),
    generator: readGenerator(home.at('generator'), relayIds),
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
  const inverters = spec.devices.filter(({ kind }) => kind === 'inverter');
  if (inverters.length > 1) home.problems.push('devices: expected one inverter for the one generator');
  if (inverters.length === 1 && spec.generator.ratedW === undefined)
    home.at('generator').at('ratedW').note('the rated power of its inverter');
  for (const contact of [spec.waterHeater.contact, spec.generator.contact]) {
    const board = spec.devices.find(({ deviceId }) => deviceId === contact?.deviceId);
    const outputs = board === undefined ? 0 : (RELAYS[board.model]?.outputs ?? 0);
    if (contact !== undefined && contact.channel > outputs) {
      home.problems.push(
        `devices: expected a channel up to ${outputs} on ${contact.deviceId}, found ${contact.channel}`,
      );
    }
  }
  for (const { lineId } of spec.lines) {
    const units = spec.devices.filter((device) => device.lineId === lineId).map(({ unit }) => unit);
    if (new Set(units).size !== units.length) {
      home.problems.push(`lines: expected each unit once on ${lineId}, found ${units.join(', ')}`);
    }
  }
}

function readLine(line: SpecReader): LineSpec {
  return {
    lineId: line.at('lineId').text(),
    baudRate: line.at('baudRate').oneOf([2400, 4800, 9600, 19200, 38400, 57600, 115200]),
    parity: line.at('parity').oneOf(['none', 'even', 'odd']),
    stopBits: line.at('stopBits').oneOf([1, 2]),
  };
}

function readWaterHeater(heater: SpecReader, relayIds: readonly string[]): HomeSpec['waterHeater'] {
  return {
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
    ...readContact(heater.at('contact'), relayIds),
  };
}

function readGenerator(generator: SpecReader, relayIds: readonly string[]): HomeSpec['generator'] {
  const ratedW = generator.at('ratedW');
  return {
    phases: generator.at('phases').list().map(readPhase),
    scale: generator.at('scale').number(0, 20),
    ...(ratedW.isAbsent ? {} : { ratedW: ratedW.number(500, 100_000) }),
    ...readContact(generator.at('contact'), relayIds),
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

function readContact(contact: SpecReader, relayIds: readonly string[]): { readonly contact?: ContactPlace } {
  if (contact.isAbsent) return {};
  return {
    contact: {
      deviceId: contact.at('deviceId').oneOf(relayIds),
      channel: contact.at('channel').number(1, 8),
    },
  };
}
