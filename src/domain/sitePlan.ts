import type { ChargingHours } from './chargingHours.ts';
import type { ConsentTexts } from './consent.ts';
import type { Direction, LimitBasis } from './limit.ts';
import type { PerPhase, Phase } from './phase.ts';
import type { SchemeFigures } from './schemeFigures.ts';

/** A serial line with one or more units on it. */
export interface SerialLine {
  readonly lineId: string;
  readonly path: string;
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

/** A radio for load-control switches: a Zigbee coordinator on a serial port. */
export interface RadioPlan {
  readonly radioId: string;
  readonly path: string;
}

export type DeviceConnection =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'serial'; readonly lineId: string }
  /** address: the 64-bit IEEE address, 16 hexadecimal digits; the unit is the endpoint of its first controller. */
  | {
      readonly kind: 'han';
      readonly radioId: string;
      readonly address: string;
      /** What kind of load the switch must be meant for, so that it obeys. */
      readonly deviceClass: 'waterHeater' | 'stripHeater' | 'simpleLoad' | 'electricVehicle';
      /** Longest that it keeps a load off without hearing the gateway, 1 to 1440; absent: 30. */
      readonly eventMinutes?: number;
    };

/** What stands in a plan instead of a profile for a load-control switch that is commanded over a radio. */
export const HAN_LOAD_SWITCH = 'han-load-switch';

/** A device: how to reach it and which profile of drivers/ describes it. */
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
  /**
   * A looped service: a neighbour is fed from the same cut-out or service cable. ratingA is that of the shared part,
   * ownShareA what of it was allotted to this home. The lower of all holds.
   */
  readonly loopedService?: { readonly ratingA: number; readonly ownShareA: number };
  /** How much more one phase may import than the least loaded one, amps; absent: as much as it may. */
  readonly maximumUnbalanceA?: number;
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
  /**
   * What the device falls to by itself when the gateway goes silent, and after how long. Both absent for a device that
   * cannot: it keeps its last set-point, whatever becomes of the gateway.
   */
  readonly fallbackCurrentA?: number;
  readonly fallbackTimeoutMs?: number;
  /**
   * The gateway may switch it between its own L1 and all three phases; restMs: least time from one switching to the next.
   * Absent: it stays on the phases of its phaseMap.
   */
  readonly phaseSwitching?: { readonly restMs: number };
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

/**
 * A generator that takes a power limit: an inverter, or the discharge of a bidirectional charge point (whose charge is a
 * load of its own on the same device). Limited only while an export ceiling needs it, then left as it was found.
 */
export interface LimitedGeneratorPlan extends LoadCommon {
  readonly kind: 'limitedGenerator';
  /** Most that it may give per phase while the picture cannot be trusted; 0 gives nothing. */
  readonly safeCurrentA: number;
  /** Meter of this generator alone; without one its own reading counts. */
  readonly meterId?: string;
}

export type GeneratorPlan = SwitchedGeneratorPlan | LimitedGeneratorPlan;

export type LoadPlan = ChargePointPlan | SwitchedLoadPlan | GeneratorPlan;

/**
 * A switch that somebody else operates (a supplier through the smart meter) and that the gateway only sees, by a signal
 * input or the load switch itself. While it limits, and while it cannot be seen, its ceiling holds. It never widens anything.
 */
export interface ObservedSwitchPlan {
  readonly switchId: string;
  readonly deviceId: string;
  /** What shows its position: a signal input, or the contact of a load switch. */
  readonly seenAt: 'input' | 'relay';
  readonly channel: number;
  /** The position in which the ceiling holds. Wire it so that a broken wire limits. */
  readonly limitsWhen: 'energised' | 'deenergised';
  readonly circuitId: string;
  /** Import that is left then, amps per phase; 0 switches off all that can be. */
  readonly ceilingA: number;
}

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

/** A ceiling that stands by in the plan. */
export interface StandingCeiling {
  readonly circuitId: string;
  readonly direction: Direction;
  readonly basis: LimitBasis;
  /** Amps per phase or watts over all phases, >= 0. */
  readonly ceiling: number;
}

/** What was agreed with the one party that sends curtailments (rank 6). */
export interface ControllingPartyPlan {
  /** Who it is, as the trust bundle names it; absent: any key of a controlling party may sign. */
  readonly partyId?: string;
  /** In force while none of its controls is: a control that ends or is cancelled returns to these, never to nothing. */
  readonly defaults: readonly StandingCeiling[];
  /** Absent: its silence means nothing. */
  readonly heartbeat?: {
    /** Without a heartbeat for this long the party is lost: 120 s by EEBus LPC. */
    readonly lostAfterMs: number;
    /** A returning party must send a limit (or say that there is none) within this of a heartbeat: 60 s. */
    readonly limitWithinMs: number;
    /** Held at least this long once the party is lost, unless it returns: 2 h. */
    readonly failSafeMinimumMs: number;
    readonly failSafe: readonly StandingCeiling[];
  };
}

/** Where the home is connected to the network. */
export interface SupplyPlan {
  /** The 13 digits of the meter point; the first two name the distributor. Never sent anywhere. */
  readonly mpan: string;
  /** Feeder and substation that restriction notices may name. */
  readonly areas: readonly string[];
}

/** What the household is asked to agree to for emergency restrictions by the distributor. */
export interface RestrictionPlan {
  /** Version of the text of consent that applies; the caps are part of it. */
  readonly consentText: string;
  /** Longest single restriction, and most in any 24 hours. */
  readonly longestMs: number;
  readonly longestInDayMs: number;
  /** Whom the household turns to when it objects, as it is shown to it. */
  readonly objection: string;
}

export interface SitePlan {
  readonly siteId: string;
  readonly revision: number;
  readonly phases: readonly Phase[];
  readonly nominalVoltageV: number;
  readonly lines: readonly SerialLine[];
  /** Absent: none. */
  readonly radios?: readonly RadioPlan[];
  readonly devices: readonly DevicePlan[];
  readonly meters: readonly MeterPlan[];
  readonly circuits: readonly Circuit[];
  readonly loads: readonly LoadPlan[];
  /** Absent: no restriction notice can be for this home. */
  readonly supply?: SupplyPlan;
  /** Absent: there is no text that anybody could have agreed to, so no notice is taken. */
  readonly restriction?: RestrictionPlan;
  /** Which text is to be agreed to for each purpose; absent: none, so nothing can be given. That of restrictions stands there. */
  readonly consentTexts?: ConsentTexts;
  readonly controllingParty?: ControllingPartyPlan;
  /** Figures of the limitation scheme that differ from the table in schemeFigures.ts. */
  readonly schemeFigures?: Partial<SchemeFigures>;
  /** Salted hash of the PIN by which an engineer opens a lock-out; absent: nobody can as an engineer. */
  readonly engineerPinHash?: string;
  /** Hours in which charge points are held back; 'default' for the legal ones; absent: none. The owner may change them. */
  readonly chargingHours?: 'default' | ChargingHours;
  /** Switches of others that are observed; absent: none. */
  readonly observedSwitches?: readonly ObservedSwitchPlan[];
  readonly timing: Timing;
}

/** Generators feed in; all other loads draw. */
export function isGenerator(plan: LoadPlan): plan is GeneratorPlan {
  return plan.kind === 'switchedGenerator' || plan.kind === 'limitedGenerator';
}

/** Set by a level of amps; the others are closed or open. */
export function hasLevel(plan: LoadPlan): plan is ChargePointPlan | LimitedGeneratorPlan {
  return plan.kind === 'chargePoint' || plan.kind === 'limitedGenerator';
}
