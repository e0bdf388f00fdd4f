import type { Truth } from '../../firmware-sim/truth.ts';
import type { Status } from '../../src/contract/status.ts';
import type { Decision } from '../../src/core/decision.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { Reason } from '../../src/domain/reason.ts';

/** Where a limit stands, of whatever rank. */
export interface Slot {
  readonly source: string;
  readonly state: 'inForce' | 'starting' | 'releasing';
  readonly direction: 'import' | 'export';
  readonly basis: 'phaseCurrentA' | 'activePowerW';
  readonly ceiling: number;
}

/** The limitation scheme of one direction; one that never left State 1 is not told of. */
export interface Scheme {
  readonly direction: 'import' | 'export';
  readonly state: 1 | 2 | 3;
  readonly counted: number;
  readonly lockOuts: number;
  readonly mayHouseholderReset: boolean;
}

/** What whoever judges says of the home at a moment. */
export interface Judgement {
  readonly runningMs: number;
  readonly posture: 'normal' | 'safe';
  readonly reasons: readonly { readonly loadId: string; readonly reason: Reason }[];
  readonly faults: readonly { readonly code: string; readonly subject: string }[];
  /** Of every limit in force, also of those that wait for their release, and of those that are about to begin. */
  readonly slots: readonly Slot[];
  readonly schemes: readonly Scheme[];
  /** What each load was last told, by its id; amps where it has a level. */
  readonly setPoints: Readonly<Record<string, number | string | undefined>>;
  /** Given since the start of this life, as `effect:cause`. */
  readonly commands: Readonly<Record<string, number>>;
  /** Absent where there is no broker. */
  readonly isConnected?: boolean;
}

/** One look at the home: what really flows by the simulator, and what is said of it. */
export interface Observation {
  /** Seconds of the story. */
  readonly atS: number;
  /** The highest of the phases at the cut-out. */
  readonly importA: number;
  readonly exportA: number;
  /** The highest of the cars. */
  readonly carA: number;
  /** The highest of the phases of all that generates. */
  readonly generatorA: number;
  readonly waterHeater: 'open' | 'closed';
  readonly generator: 'open' | 'closed';
  /** Absent while nobody judges. */
  readonly judgement?: Judgement;
  /** Since the look before. */
  readonly events: readonly DomainEvent[];
}

export type FlowsAndSwitches = Omit<Observation, 'atS' | 'judgement' | 'events'>;

export function flowsOf({ phases, chargePoints, switches }: Truth): FlowsAndSwitches {
  const importsA = phases.map(({ cutOutA, cutOutW }) => (cutOutW > 0 ? cutOutA : 0));
  const exportsA = phases.map(({ cutOutA, cutOutW }) => (cutOutW > 0 ? 0 : cutOutA));
  return {
    importA: Math.max(...importsA),
    exportA: Math.max(...exportsA),
    carA: Math.max(...Object.values(chargePoints).map(({ carA }) => carA)),
    generatorA: Math.max(...phases.map(({ generatorW, voltageV }) => Math.abs(generatorW) / voltageV)),
    waterHeater: switches.waterHeater,
    generator: switches.generator,
  };
}

export function judgementOfStatus(status: Status): Judgement {
  return {
    runningMs: status.runningMs,
    posture: status.posture,
    reasons: status.loads.map(({ loadId, reason }) => ({ loadId, reason: reason as unknown as Reason })),
    faults: status.faults,
    slots: status.limits,
    schemes: status.schemes,
    setPoints: Object.fromEntries(status.loads.map(({ loadId, commanded }) => [loadId, commanded])),
    commands: status.counters.commandsByCause,
    isConnected: status.sync.isConnected,
  };
}

export function judgementOfDecision(
  { explanation }: Decision,
  runningMs: number,
  commands: Judgement['commands'],
): Judgement {
  const { posture, loads, faults, slots, schemes } = explanation;
  return {
    runningMs,
    posture,
    reasons: loads.map(({ loadId, reason }) => ({ loadId, reason })),
    faults,
    slots: slots.map(({ limit, state }) => ({ ...limit, state })),
    schemes,
    setPoints: Object.fromEntries(
      loads.map(({ loadId, kind, commandedA }) => [
        loadId,
        commandedA === undefined || kind === 'chargePoint' || kind === 'limitedGenerator'
          ? commandedA
          : commandedA > 0
            ? 'closed'
            : 'open',
      ]),
    ),
    commands,
  };
}

/** Sources of the limits in force, also of those that wait for their release. */
export function sourcesInForce({ slots }: Judgement): readonly string[] {
  return slots.flatMap(({ source, state }) => (state === 'starting' ? [] : [source]));
}
