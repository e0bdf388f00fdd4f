import type { PerPhase, Phase } from './phase.ts';

/** A serial line with one or more units on it. */
export interface SerialLine {
  readonly lineId: string;
  readonly path: string;
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

export type DeviceConnection =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'serial'; readonly lineId: string };

/** A device on a wire: how to reach it and which profile of drivers/ describes it. */
export interface DevicePlan {
  readonly deviceId: string;
  readonly profile: string;
  readonly connection: DeviceConnection;
  readonly unit: number;
}

/** Which terminal of a device is wired to which phase of the supply: supply phase -> device phase. */
export type PhaseMap = PerPhase<Phase>;

export interface MeterPlan {
  readonly meterId: string;
  readonly deviceId: string;
  readonly phaseMap: PhaseMap;
  /** True when the current transformers point the other way, declared at commissioning. */
  readonly isInverted: boolean;
}

/** A part of the installation with its own rating. The one without a parent is the connection point. */
export interface Circuit {
  readonly circuitId: string;
  readonly parentId?: string;
  /** Rating of the cut-out or of the protective device, per phase, > 0. */
  readonly ratingA: number;
  /** Factor on the rating for ambient temperature and enclosure, 0 < derating <= 1. */
  readonly derating: number;
  /** Meter of this circuit. Without one the circuit carries only the loads of this plan. */
  readonly meterId?: string;
  /** Ceilings agreed with the distributor, per phase, >= 0; absent means none was agreed. */
  readonly maximumImportLimitA?: number;
  readonly maximumExportLimitA?: number;
}

interface LoadCommon {
  readonly loadId: string;
  readonly deviceId: string;
  readonly circuitId: string;
  /** 1 is served first. Equal priorities are served in the order of the plan. */
  readonly priority: number;
  readonly phaseMap: PhaseMap;
  /** Most that it can draw or give per phase, > 0. */
  readonly ratingA: number;
}

export interface ChargePointPlan extends LoadCommon {
  readonly kind: 'chargePoint';
  /** Least current that charges at all, 6 A by IEC 61851-1. Below it the session pauses. */
  readonly minimumA: number;
  /** Never narrowed below this by sharing; 0 or at least minimumA. */
  readonly floorA: number;
  /** Set-point while the picture cannot be trusted; 0 pauses. */
  readonly safeCurrentA: number;
  /** What the device falls to by itself when the gateway goes silent, and after how long. */
  readonly fallbackCurrentA: number;
  readonly fallbackTimeoutMs: number;
}

export interface SwitchedLoadPlan extends LoadCommon {
  readonly kind: 'switchedLoad';
  readonly relayChannel: number;
  readonly floor: 'open' | 'closed';
  readonly safePosition: 'open' | 'closed';
  /** Least time open before it may close again. Opening never waits. */
  readonly minimumOpenMs: number;
  /** Meter of this load alone, if it has one. */
  readonly meterId?: string;
}

/** A generator (for example a solar inverter) behind a contactor; opened to hold an export ceiling. */
export interface SwitchedGeneratorPlan extends LoadCommon {
  readonly kind: 'switchedGenerator';
  readonly relayChannel: number;
  readonly minimumOpenMs: number;
  readonly meterId?: string;
}

export type LoadPlan = ChargePointPlan | SwitchedLoadPlan | SwitchedGeneratorPlan;

/** Timing of the judgement. The defaults and what they mean stand in timing.ts. */
export interface Timing {
  /** A meter reading older than this is not fresh: nothing grows. */
  readonly meterMaxAgeMs: number;
  /** A meter silent for this long: loads behind it go to the safe posture. */
  readonly meterHoldMs: number;
  /** Identical readings for this long: the meter is frozen. */
  readonly meterFrozenMs: number;
  /** A reading of a load older than this is not fresh. */
  readonly loadMaxAgeMs: number;
  /** Time for a command to show in the read-back before it counts as not confirmed. */
  readonly confirmMs: number;
  /** No widening for this long after a narrowing of the same load. */
  readonly widenRestMs: number;
  /** No resumption for this long after a pause of the same charge point. */
  readonly resumeRestMs: number;
  /** Least time between two widening steps of one charge point, and how far it may rise per second. */
  readonly rampStepMs: number;
  readonly rampAPerS: number;
  /** Kept free below each ceiling when widening, so that noise does not become an excursion. */
  readonly marginA: number;
}

export interface SitePlan {
  readonly siteId: string;
  readonly revision: number;
  readonly phases: readonly Phase[];
  readonly nominalVoltageV: number;
  readonly lines: readonly SerialLine[];
  readonly devices: readonly DevicePlan[];
  readonly meters: readonly MeterPlan[];
  readonly circuits: readonly Circuit[];
  readonly loads: readonly LoadPlan[];
  readonly timing: Timing;
}
