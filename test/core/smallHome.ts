import { decide } from '../../src/core/decide.ts';
import type { Decision, DecisionInput } from '../../src/core/decision.ts';
import { LOWEST_SUPPLY_VOLTAGE_V } from '../../src/core/figures.ts';
import { EMPTY_LOAD_MEMORY, EMPTY_MEMORY, type LoadMemory } from '../../src/core/memory.ts';
import { statedTarget } from '../../src/core/stepLoad.ts';
import type { Limit } from '../../src/domain/limit.ts';
import type { DeviceReadings, IecState } from '../../src/domain/point.ts';
import { ABSENT, measured, unknown } from '../../src/domain/reading.ts';
import type { LoadPlan, SitePlan } from '../../src/domain/sitePlan.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';

export const NOW_MS = 500_000;

export const CHARGE_POINT: LoadPlan = {
  kind: 'chargePoint',
  loadId: 'car',
  deviceId: 'charger',
  circuitId: 'supply',
  priority: 1,
  phaseMap: { L1: 'L1' },
  ratingA: 32,
  minimumA: 6,
  floorA: 0,
  safeCurrentA: 0,
  fallbackCurrentA: 6,
  fallbackTimeoutMs: 15_000,
};

const HEATER: LoadPlan = {
  kind: 'switchedLoad',
  loadId: 'heater',
  deviceId: 'relay',
  circuitId: 'supply',
  priority: 2,
  phaseMap: { L1: 'L1' },
  ratingA: 13,
  relayChannel: 1,
  floor: 'open',
  safePosition: 'open',
  minimumOpenMs: 60_000,
  meterId: 'heater-meter',
};

const SOLAR: LoadPlan = {
  kind: 'switchedGenerator',
  loadId: 'solar',
  deviceId: 'relay',
  circuitId: 'supply',
  priority: 3,
  phaseMap: { L1: 'L1' },
  ratingA: 18,
  relayChannel: 2,
  minimumOpenMs: 60_000,
};

/** The same inverter, as one that takes a power limit. */
export const INVERTER: LoadPlan = {
  kind: 'limitedGenerator',
  loadId: 'solar',
  deviceId: 'inverter',
  circuitId: 'supply',
  priority: 3,
  phaseMap: { L1: 'L1' },
  ratingA: 18,
  safeCurrentA: 2,
};

export const SITE: SitePlan = {
  siteId: 'small',
  revision: 1,
  phases: ['L1'],
  nominalVoltageV: 230,
  lines: [],
  devices: [],
  meters: [
    { meterId: 'grid', deviceId: 'grid', phaseMap: { L1: 'L1' }, isInverted: false },
    { meterId: 'heater-meter', deviceId: 'heater-meter', phaseMap: { L1: 'L1' }, isInverted: false },
  ],
  circuits: [{ circuitId: 'supply', ratingA: 60, derating: 0.9, meterId: 'grid', maximumExportLimitA: 16 }],
  loads: [CHARGE_POINT, HEATER, SOLAR],
  timing: DEFAULT_TIMING,
};

/** A supplier's switch seen at input 1: energised allows, de-energised leaves 10 A. */
export const OBSERVING: SitePlan = {
  ...SITE,
  observedSwitches: [
    {
      switchId: 'supplier',
      deviceId: 'signals',
      seenAt: 'input',
      channel: 1,
      limitsWhen: 'deenergised',
      circuitId: 'supply',
      ceilingA: 10,
    },
  ],
};

/** What stands at the moment of the decision; all that is not named is quiet and fresh. */
export interface Scene {
  readonly site?: SitePlan;
  /** Import positive. */
  readonly gridA?: number;
  readonly gridAgeMs?: number;
  readonly gridIsGone?: boolean;
  readonly car?: {
    setpointA?: number;
    drawnA?: number;
    state?: IecState;
    isGone?: boolean;
    commandedA?: number;
  };
  readonly heater?: { isClosed: boolean; drawnA?: number };
  readonly solar?: { isClosed: boolean };
  /** Amps: the limit that it reads back (absent: it cannot) and what it gives; commandedA absent: never told anything. */
  readonly inverter?: { limitA?: number; givenA: number; commandedA?: number; isGone?: boolean };
  /** Signal inputs that are energised, by number; absent: there are none. */
  readonly inputs?: Readonly<Record<number, boolean | 'gone'>>;
  readonly memories?: Readonly<Record<string, Partial<LoadMemory>>>;
  readonly limits?: readonly Limit[];
  readonly change?: Partial<DecisionInput>;
}

function meterReadings(currentA: number, ageMs = 200): DeviceReadings {
  const atMs = NOW_MS - ageMs;
  return {
    'phaseCurrentA.L1': measured(Math.abs(currentA), atMs),
    'phasePowerW.L1': measured(currentA * 230, atMs),
    'phaseVoltageV.L1': measured(230, atMs),
  };
}

export function sceneInput(scene: Scene): DecisionInput {
  const { car = {}, heater = { isClosed: false }, solar = { isClosed: true } } = scene;
  const setpointA = car.setpointA ?? 0;
  const atMs = NOW_MS - 200;
  const gone = unknown('device-timeout', NOW_MS - 60_000);
  const commandedCar = car.commandedA ?? setpointA;
  const loads: Record<string, LoadMemory> = {
    car: { ...EMPTY_LOAD_MEMORY, commanded: commandedCar, lastInForce: setpointA },
    heater: { ...EMPTY_LOAD_MEMORY, commanded: heater.isClosed ? 1 : 0 },
    solar: { ...EMPTY_LOAD_MEMORY, commanded: solar.isClosed ? 1 : 0 },
  };
  const { inverter, inputs } = scene;
  if (inverter !== undefined) {
    const { commandedA } = inverter;
    loads.solar = { ...EMPTY_LOAD_MEMORY, ...(commandedA === undefined ? {} : { commanded: commandedA }) };
  }
  for (const [loadId, memory] of Object.entries(scene.memories ?? {})) {
    loads[loadId] = { ...(loads[loadId] ?? EMPTY_LOAD_MEMORY), ...memory };
  }
  return {
    now: { runningMs: NOW_MS, utcMs: Date.UTC(2026, 0, 5), clockLevel: 'synced' },
    site: scene.site ?? SITE,
    snapshot: {
      grid:
        scene.gridIsGone === true
          ? { 'phaseCurrentA.L1': gone }
          : meterReadings(scene.gridA ?? 0, scene.gridAgeMs),
      'heater-meter': meterReadings(heater.drawnA ?? 0),
      relay: {
        'relayClosed.1': measured(heater.isClosed, atMs),
        'relayClosed.2': measured(solar.isClosed, atMs),
      },
      charger:
        car.isGone === true
          ? { setpointA: gone, chargingState: gone, 'phaseCurrentA.L1': gone }
          : {
              setpointA: measured(setpointA, atMs),
              chargingState: measured(car.state ?? 'C', atMs),
              'phaseCurrentA.L1': measured(car.drawnA ?? setpointA, atMs),
            },
      ...(inverter === undefined ? {} : { inverter: inverterReadings(inverter, atMs) }),
      ...(inputs === undefined ? {} : { signals: signalReadings(inputs, atMs) }),
    },
    limits: scene.limits ?? [],
    memory: { ...EMPTY_MEMORY, loads },
    randomOffsetMs: 300_000,
    canRecord: true,
    paces: { charger: { writeSpacingMs: 5_000, setpointStepA: 0.1 } },
    ...scene.change,
  };
}

function inverterReadings(inverter: NonNullable<Scene['inverter']>, atMs: number): DeviceReadings {
  const { limitA, givenA, isGone } = inverter;
  const gone = unknown('device-timeout', NOW_MS - 60_000);
  if (isGone === true) return { powerLimitW: gone, totalPowerW: gone, 'phaseCurrentA.L1': gone };
  return {
    powerLimitW: limitA === undefined ? ABSENT : measured(limitA * LOWEST_SUPPLY_VOLTAGE_V, atMs),
    totalPowerW: measured(-givenA * 230, atMs),
    'phaseCurrentA.L1': measured(givenA, atMs),
  };
}

function signalReadings(inputs: NonNullable<Scene['inputs']>, atMs: number): DeviceReadings {
  return Object.fromEntries(
    Object.entries(inputs).map(([channel, value]) => [
      `inputActive.${channel}`,
      value === 'gone' ? unknown('device-timeout', NOW_MS - 60_000) : measured(value, atMs),
    ]),
  );
}

export function decideScene(scene: Scene): Decision {
  return decide(sceneInput(scene));
}

/** `car 20 A narrowing` and the like, in the order of the commands. */
export function told(decision: Decision): string[] {
  return decision.commands.map((command) => {
    return `${command.loadId} ${statedTarget(command)} ${command.effect}`;
  });
}

export function curtailment(ceiling: number, change: Partial<Limit> = {}): Limit {
  return {
    limitId: 'curtailment',
    source: 'curtailment',
    circuitId: 'supply',
    direction: 'import',
    basis: 'phaseCurrentA',
    ceiling,
    validFromMs: 0,
    validUntilMs: NOW_MS + 600_000,
    reason: 'flexibility event',
    ...change,
  };
}
