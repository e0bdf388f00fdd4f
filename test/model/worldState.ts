import type { PartyContact } from '../../src/core/controllingParty.ts';
import { LOWEST_SUPPLY_VOLTAGE_V } from '../../src/core/figures.ts';
import { EMPTY_MEMORY, type Memory } from '../../src/core/memory.ts';
import type { ClockLevel } from '../../src/domain/instant.ts';
import type { Limit } from '../../src/domain/limit.ts';
import type { DeviceReadings, Snapshot } from '../../src/domain/point.ts';
import { measured, unknown } from '../../src/domain/reading.ts';
import { BASE_MS, type SmallWorld, TICK_MS } from './smallWorld.ts';

/** What the gateway carries, as it is in the process or as it lies on the disk. */
export interface Carried {
  readonly core: Memory;
  readonly controls: readonly Limit[];
  readonly party: PartyContact;
  /** The running clock and the wall clock when it was so. */
  readonly runningMs: number;
  readonly utcMs: number;
  /** How far the wall clock had been stepped, in strides. */
  readonly strides: number;
}

/** What really is, whatever the gateway knows of it. */
export interface Truth {
  readonly household: 'low' | 'high';
  /** Ticks since the meter was last read; 0: it answers. */
  readonly meterSilentTicks: number;
  readonly isMeterSilent: boolean;
  /** It has answered since the gateway started. */
  readonly isMeterKnown: boolean;
  readonly device: 'good' | 'deaf' | 'gone';
  /** Amps that the device allows. */
  readonly inForceA: number;
  readonly isPartyThere: boolean;
  readonly canStore: boolean;
  readonly clockLevel: ClockLevel;
  /** How far the wall clock has been stepped, in strides: 0 or 1. */
  readonly strides: 0 | 1;
  readonly observed: 'free' | 'limits' | 'unseen';
}

/**
 * What the gateway owes, kept by the model in its own way and in real ticks, so that it is a second opinion. All counts are
 * down to 0, or up to a bound above which nothing more can follow from them.
 */
export interface Ledger {
  /** The curtailment that was accepted: what is left of it. */
  readonly control?: {
    readonly ceilingA: number;
    readonly leftTicks: number;
    readonly utcLeftTicks?: number;
  };
  /** Ceilings that ended and still hold for their random offset. */
  readonly held: readonly { readonly ceilingA: number; readonly leftTicks: number }[];
  /** Ticks since the controlling party was last heard; bounded. */
  readonly unheardTicks: number;
  /** How long the fail-safe is still owed; absent: the party is there, or was lost long enough ago. */
  readonly failSafeLeftTicks?: number;
  /** The party is there, and has sent a control since it was last lost. */
  readonly isControlled: boolean;
  /** Ticks since the party last sent a control while it was lost; bounded. */
  readonly controlTicks: number;
  /** Ages of lock-outs since the engineer, in ticks. */
  readonly lockOutTicks: readonly number[];
  /** For how many ticks the flow has been seen above the agreed limit without a gap. */
  readonly aboveTicks?: number;
  /** For how many decisions a device in order has had more than it was told. */
  readonly disobeyingTicks: number;
  /** Ticks since the load was last told to open or pause; bounded. */
  readonly restedTicks: number;
}

export interface WorldState {
  readonly carried: Carried;
  readonly recorded: Carried;
  readonly truth: Truth;
  readonly ledger: Ledger;
  /**
   * Present since something that had to be recorded could not be: what was owed before that. A restart may lose the rest, as no
   * gateway could keep it.
   */
  readonly ledgerBefore?: Ledger;
  /** For how long the controlling party had not been heard when the record was made: the running clock stands still while off. */
  readonly recordedUnheardTicks: number;
}

/** Longer than anything that the ledger counts. */
export const MANY_TICKS = 5;

export const UTC_MS = Date.UTC(2026, 0, 5);

const NOTHING_OWED: Ledger = {
  held: [],
  unheardTicks: MANY_TICKS,
  isControlled: false,
  controlTicks: MANY_TICKS,
  lockOutTicks: [],
  disobeyingTicks: 0,
  restedTicks: MANY_TICKS,
};

/** Before the first decision: all devices are there, the load is off and nothing was ever recorded. */
export function firstState(world: SmallWorld): WorldState {
  const carried: Carried = {
    core: EMPTY_MEMORY,
    controls: [],
    party: {},
    runningMs: BASE_MS,
    utcMs: UTC_MS,
    strides: 0,
  };
  const heartbeat = world.site.controllingParty?.heartbeat;
  const ledger =
    heartbeat === undefined
      ? NOTHING_OWED
      : { ...NOTHING_OWED, failSafeLeftTicks: heartbeat.failSafeMinimumMs / TICK_MS };
  return {
    carried,
    recorded: carried,
    truth: {
      household: 'low',
      meterSilentTicks: 0,
      isMeterSilent: false,
      isMeterKnown: false,
      device: 'good',
      inForceA: world.load.kind === 'limitedGenerator' ? world.load.ratingA : 0,
      isPartyThere: true,
      canStore: true,
      clockLevel: 'synced',
      strides: 0,
      observed: 'free',
    },
    ledger,
    recordedUnheardTicks: ledger.unheardTicks,
  };
}

/** Amps that the load takes or gives at what its device allows. The car and the sun always want all. */
function flowOfLoad({ load }: SmallWorld, allowedA: number): number {
  if (load.kind === 'chargePoint') return allowedA < load.minimumA ? 0 : allowedA;
  return Math.min(allowedA, load.ratingA);
}

/** Net flow at the connection point, import positive, with the load at what it is allowed. */
export function gridFlow(world: SmallWorld, truth: Truth, allowedA: number): number {
  const sign = world.load.kind === 'limitedGenerator' ? -1 : 1;
  return world.householdA[truth.household] + sign * flowOfLoad(world, allowedA);
}

/** What the gateway reads at this moment; isStart: nothing has been read yet. */
export function snapshotOf(world: SmallWorld, truth: Truth, nowMs: number, isStart: boolean): Snapshot {
  return {
    meter: meterReadings(world, truth, nowMs, isStart),
    ...(isStart ? {} : { device: deviceReadings(world, truth, nowMs) }),
    ...(isStart || truth.observed === 'unseen'
      ? {}
      : { signals: { 'inputActive.1': measured(truth.observed === 'free', nowMs) } }),
  };
}

function meterReadings(world: SmallWorld, truth: Truth, nowMs: number, isStart: boolean): DeviceReadings {
  if (isStart) return { 'phaseCurrentA.L1': unknown('not-yet-read', nowMs) };
  if (truth.isMeterSilent) {
    // One that was known has been missed since its first poll without an answer, one that was not since the start.
    const missed = truth.isMeterKnown ? Math.max(0, truth.meterSilentTicks - 1) : truth.meterSilentTicks;
    const fault = truth.isMeterKnown ? 'device-timeout' : 'not-yet-read';
    return { 'phaseCurrentA.L1': unknown(fault, nowMs - missed * TICK_MS) };
  }
  const flowA = gridFlow(world, truth, truth.inForceA);
  return {
    'phaseCurrentA.L1': measured(Math.abs(flowA), nowMs),
    'phasePowerW.L1': measured(flowA * 230, nowMs),
    'phaseVoltageV.L1': measured(230, nowMs),
  };
}

function deviceReadings(world: SmallWorld, { device, inForceA }: Truth, nowMs: number): DeviceReadings {
  const { load } = world;
  const gone = unknown('device-timeout', nowMs);
  const flowA = flowOfLoad(world, inForceA);
  switch (load.kind) {
    case 'chargePoint':
      return device === 'gone'
        ? { setpointA: gone, chargingState: gone, 'phaseCurrentA.L1': gone }
        : {
            setpointA: measured(inForceA, nowMs),
            chargingState: measured('C', nowMs),
            'phaseCurrentA.L1': measured(flowA, nowMs),
          };
    case 'limitedGenerator':
      return device === 'gone'
        ? { powerLimitW: gone, totalPowerW: gone, 'phaseCurrentA.L1': gone }
        : {
            powerLimitW: measured(inForceA * LOWEST_SUPPLY_VOLTAGE_V, nowMs),
            totalPowerW: measured(-flowA * 230, nowMs),
            'phaseCurrentA.L1': measured(flowA, nowMs),
          };
    default:
      return {
        [`relayClosed.${load.relayChannel}`]: device === 'gone' ? gone : measured(inForceA > 0, nowMs),
      };
  }
}
