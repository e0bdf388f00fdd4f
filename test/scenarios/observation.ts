import type { Truth } from '../../firmware-sim/truth.ts';
import type { Status } from '../../src/contract/status.ts';
import type { Decision } from '../../src/core/decision.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { Reason } from '../../src/domain/reason.ts';

/** What whoever judges says of the home at a moment. */
export interface Judgement {
  readonly runningMs: number;
  readonly posture: 'normal' | 'safe';
  readonly reasons: readonly { readonly loadId: string; readonly reason: Reason }[];
  readonly faults: readonly { readonly code: string; readonly subject: string }[];
  /** Sources of the limits in force, also of those that wait for their release. */
  readonly sources: readonly string[];
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
    sources: status.limits.map(({ source }) => source),
    commands: status.counters.commandsByCause,
    isConnected: status.sync.isConnected,
  };
}

export function judgementOfDecision(
  { explanation }: Decision,
  runningMs: number,
  commands: Judgement['commands'],
): Judgement {
  const { posture, loads, faults, limits } = explanation;
  return {
    runningMs,
    posture,
    reasons: loads.map(({ loadId, reason }) => ({ loadId, reason })),
    faults,
    sources: limits.map(({ source }) => source),
    commands,
  };
}
