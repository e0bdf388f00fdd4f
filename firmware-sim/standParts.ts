import { Car } from './car.ts';
import { ChargeSocket } from './chargeSocket.ts';
import type { Contact } from './contact.ts';
import { CHARGE_POINT_MODELS, CHARGE_POINTS } from './devices/chargePoints/catalogue.ts';
import type { Firmware } from './devices/firmware.ts';
import { INVERTERS } from './devices/inverters/catalogue.ts';
import { METERS } from './devices/meters/catalogue.ts';
import { RELAYS } from './devices/relays/catalogue.ts';
import type { SignalInput } from './devices/relays/relayPlace.ts';
import { Flow } from './flow.ts';
import type { Noise } from './random.ts';
import { chargePointTruth, inverterTruth, meterTruth, relayTruth, type StandTruth } from './standTruth.ts';

/** A car that takes whatever a charge point gives, for long. */
const CAR = {
  batteryKwh: 200,
  initialSocPercent: 40,
  phases: 3,
  maximumA: 32,
  dailyDriveKwh: 0,
  plugInMinute: 0,
  plugOutMinute: 0,
} as const;
const RATED_W = { onePhase: 5_000, threePhases: 10_000 } as const;
/** It has one phase on the side of the mains, and empties the car as well. */
const BIDIRECTIONAL = 'wallbox-quasar';

export type StandKind = 'meter' | 'inverter' | 'relay' | 'chargePoint';

/** What the bench gives to a device. */
export interface Surroundings {
  readonly unit: number | undefined;
  readonly phases: 1 | 3 | undefined;
  readonly hardwareMaximumA: number | undefined;
  readonly voltageV: readonly number[];
  readonly contacts: readonly Contact[];
  readonly inputs: readonly SignalInput[];
  readonly noise: Noise;
  readonly startAtMs: number;
  /** W over all phases. */
  readonly sunW: () => number;
}

/** A device with the part of the world that it sees. */
export interface StandParts {
  readonly kind: StandKind;
  readonly firmware: Firmware;
  readonly phases: readonly number[];
  readonly flow: Flow;
  readonly socket: ChargeSocket | undefined;
  truth(atMs: number): StandTruth;
  /** What flows from this instant on. */
  change(atMs: number, stepMs: number): void;
}

/** Every model that can stand on the bench. */
export const STAND_MODELS: readonly string[] = [
  ...Object.keys(METERS),
  ...Object.keys(INVERTERS),
  ...Object.keys(RELAYS),
  ...CHARGE_POINT_MODELS,
];

/** Throws for a model that no catalogue has. */
export function buildParts(model: string, surroundings: Surroundings): StandParts {
  const parts =
    buildMeter(model, surroundings) ??
    buildInverter(model, surroundings) ??
    buildRelay(model, surroundings) ??
    buildChargePoint(model, surroundings);
  if (parts === undefined) {
    throw new Error(`stand: expected one of ${STAND_MODELS.join(', ')}, found "${model}"`);
  }
  return parts;
}

function buildMeter(model: string, surroundings: Surroundings): StandParts | undefined {
  const entry = METERS[model];
  if (entry === undefined) return undefined;
  const { unit = entry.defaultUnit, voltageV, noise, startAtMs } = surroundings;
  const flow = new Flow();
  flow.settle(voltageV);
  const phases = wired(Math.min(surroundings.phases ?? 3, entry.terminals));
  return {
    kind: 'meter',
    firmware: entry.build({ unit, flow, terminals: phases, voltageV, noise, startAtMs }),
    phases,
    flow,
    socket: undefined,
    truth: () => meterTruth({ model, flow, voltageV, phases }),
    change: () => undefined,
  };
}

function buildInverter(model: string, surroundings: Surroundings): StandParts | undefined {
  const entry = INVERTERS[model];
  if (entry === undefined) return undefined;
  const { unit = entry.defaultUnit, voltageV, startAtMs, sunW } = surroundings;
  const flow = new Flow();
  const phases = wired(surroundings.phases ?? 3);
  const ratedW = phases.length === 1 ? RATED_W.onePhase : RATED_W.threePhases;
  const generator = { spec: { phases }, ratedW, limitW: Number.POSITIVE_INFINITY };
  let idleSinceMs = Number.NEGATIVE_INFINITY;
  return {
    kind: 'inverter',
    firmware: entry.build({ unit, generator, flow, voltageV, startAtMs }),
    phases,
    flow,
    socket: undefined,
    truth: (atMs) => inverterTruth({ model, flow, voltageV, phases, generator, idleMs: atMs - idleSinceMs }),
    change: (atMs) => {
      const producedW = Math.min(sunW(), ratedW, generator.limitW);
      if (producedW > 0 || generator.limitW === 0) idleSinceMs = atMs;
      for (const phase of phases) flow.powerW[phase] = 0 - producedW / phases.length;
    },
  };
}

function buildRelay(model: string, surroundings: Surroundings): StandParts | undefined {
  const entry = RELAYS[model];
  if (entry === undefined) return undefined;
  const { unit = entry.defaultUnit, contacts, inputs, startAtMs } = surroundings;
  return {
    kind: 'relay',
    firmware: entry.build({ unit, contacts, inputs, startAtMs }),
    phases: [],
    flow: new Flow(),
    socket: undefined,
    truth: () => relayTruth(contacts.slice(0, entry.outputs), inputs.slice(0, entry.inputs)),
    change: () => undefined,
  };
}

function buildChargePoint(model: string, surroundings: Surroundings): StandParts | undefined {
  const known = CHARGE_POINT_MODELS.find((candidate) => candidate === model);
  if (known === undefined) return undefined;
  const entry = CHARGE_POINTS[known];
  const {
    unit = entry.defaultUnit,
    hardwareMaximumA = entry.mostA,
    voltageV,
    noise,
    startAtMs,
  } = surroundings;
  const isBidirectional = model === BIDIRECTIONAL;
  const phases = wired(surroundings.phases ?? (isBidirectional ? 1 : 3));
  const socket = new ChargeSocket(phases, new Car({ ...CAR, canGive: isBidirectional }, false));
  return {
    kind: 'chargePoint',
    firmware: entry.build({ unit, hardwareMaximumA, socket, voltageV, noise, startAtMs }),
    phases,
    flow: socket.flow,
    socket,
    truth: () => chargePointTruth({ socket, voltageV, hardwareMaximumA }),
    change: (atMs, stepMs) => socket.advanceTo(atMs, stepMs, voltageV),
  };
}

function wired(count: number): readonly number[] {
  return [0, 1, 2].slice(0, count);
}
