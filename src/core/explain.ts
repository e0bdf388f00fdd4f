import type { RunningMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import { hasLevel, type SitePlan, type Timing } from '../domain/sitePlan.ts';
import type { Constraint } from './constraints.ts';
import type {
  CircuitView,
  Explanation,
  LoadExplanation,
  PhasesView,
  PhaseView,
  SchemeView,
  SlotView,
} from './decision.ts';
import { mayHouseholderReset, schemeFiguresOf, stateOf } from './limitationScheme.ts';
import type { LoadView } from './loadView.ts';
import type { Memory, SchemeMemory } from './memory.ts';
import type { Verdict } from './narrow.ts';
import { phaseMemoryOf, switchesPhases } from './phases.ts';
import type { MeterView } from './picture.ts';
import type { Trust } from './trust.ts';
import type { Widening } from './widen.ts';

interface Arguments {
  readonly site: SitePlan;
  readonly meters: ReadonlyMap<string, MeterView>;
  readonly constraints: readonly Constraint[];
  readonly loads: readonly LoadView[];
  readonly trusts: readonly Trust[];
  readonly verdicts: ReadonlyMap<number, Verdict>;
  readonly widenings: ReadonlyMap<number, Widening>;
  readonly limits: readonly Limit[];
  /** Those of them that are not over. */
  readonly present: readonly Limit[];
  readonly next: Memory;
  readonly nowMs: RunningMs;
}

/** The picture as it was judged, for people: what flows where, what binds whom, who waits for what. */
export function explain(arguments_: Arguments): Explanation {
  const { site, trusts, limits, next, nowMs } = arguments_;
  return {
    posture: trusts.some((trust) => trust.state === 'lost') ? 'safe' : 'normal',
    circuits: site.circuits.map(({ circuitId, meterId }): CircuitView => {
      const meter = meterId === undefined ? undefined : arguments_.meters.get(meterId);
      const powerW = powerOf(meter, site.nominalVoltageV);
      return {
        circuitId,
        phases: site.phases.map((phase) => explainPhase(circuitId, phase, meter, arguments_)),
        ...(powerW === undefined ? {} : { powerW }),
      };
    }),
    loads: arguments_.loads.flatMap((view, index) => {
      const verdict = arguments_.verdicts.get(index);
      return verdict === undefined
        ? []
        : [explainLoad(view, verdict, arguments_.widenings.get(index), arguments_)];
    }),
    limits,
    slots: slotsOf(arguments_.present, next),
    schemes: next.schemes.map((scheme) => viewScheme(scheme, site, nowMs)),
    faults: next.faults,
  };
}

/** By the meter's own power where it has one, else by its amps at the nominal voltage. */
function powerOf(meter: MeterView | undefined, nominalVoltageV: number): number | undefined {
  if (meter?.state !== 'fresh') return undefined;
  return Object.values(meter.flows).reduce(
    (sum, { powerW, importA, voltageV }) => sum + (powerW ?? importA * (voltageV ?? nominalVoltageV)),
    0,
  );
}

/** In force, beginning, releasing: each with the instant at which that changes. */
function slotsOf(present: readonly Limit[], { held, starting }: Memory): SlotView[] {
  return [
    ...present.map((limit): SlotView => {
      const { validUntilMs } = limit;
      return { limit, state: 'inForce', ...(validUntilMs === undefined ? {} : { untilMs: validUntilMs }) };
    }),
    ...held.map(
      ({ limit, releasesAtMs }): SlotView => ({ limit, state: 'releasing', untilMs: releasesAtMs }),
    ),
    ...starting.map(({ limit, startsAtMs }): SlotView => ({ limit, state: 'starting', untilMs: startsAtMs })),
  ];
}

function viewScheme(scheme: SchemeMemory, site: SitePlan, nowMs: RunningMs): SchemeView {
  const { circuitId, direction, countedAtMs, lockOutsAtMs } = scheme;
  return {
    circuitId,
    direction,
    state: stateOf(scheme),
    counted: countedAtMs.length,
    lockOuts: lockOutsAtMs.length,
    mayHouseholderReset: mayHouseholderReset(scheme, schemeFiguresOf(site), nowMs),
  };
}

function explainPhase(
  circuitId: string,
  phase: PhaseView['phase'],
  meter: MeterView | undefined,
  { constraints, limits }: Arguments,
): PhaseView {
  const flow = meter?.state === 'fresh' ? meter.flows[phase] : undefined;
  const flowA = meter === undefined ? unmeteredFlowOf(circuitId, phase, constraints) : flow?.importA;
  const importCeilingA = ceilingOf(limits, circuitId, phase, 'import');
  const exportCeilingA = ceilingOf(limits, circuitId, phase, 'export');
  return {
    phase,
    ...(flowA === undefined ? {} : { flowA }),
    ...(importCeilingA === undefined ? {} : { importCeilingA }),
    ...(exportCeilingA === undefined ? {} : { exportCeilingA }),
  };
}

/** Without a meter a circuit carries what its loads take less what they give. */
function unmeteredFlowOf(
  circuitId: string,
  phase: PhaseView['phase'],
  constraints: readonly Constraint[],
): number | undefined {
  let flowA: number | undefined;
  for (const constraint of constraints) {
    if (constraint.circuitId !== circuitId || constraint.phase !== phase) continue;
    flowA = (flowA ?? 0) + (constraint.direction === 'import' ? constraint.flow : -constraint.flow);
  }
  return flowA;
}

function ceilingOf(
  limits: readonly Limit[],
  circuitId: string,
  phase: PhaseView['phase'],
  direction: Limit['direction'],
): number | undefined {
  let lowest: number | undefined;
  for (const limit of limits) {
    if (
      limit.loadId !== undefined ||
      limit.circuitId !== circuitId ||
      limit.direction !== direction ||
      limit.basis !== 'phaseCurrentA'
    )
      continue;
    if (limit.phases !== undefined && !limit.phases.includes(phase)) continue;
    if (lowest === undefined || limit.ceiling < lowest) lowest = limit.ceiling;
  }
  return lowest;
}

function explainLoad(
  view: LoadView,
  verdict: Verdict,
  widening: Widening | undefined,
  { next, site }: Arguments,
): LoadExplanation {
  const { plan } = view;
  const commanded = next.loads[plan.loadId]?.commanded;
  const commandedA = commanded === undefined || hasLevel(plan) ? commanded : commanded * plan.ratingA;
  return {
    loadId: plan.loadId,
    kind: plan.kind,
    inForceA: view.inForceA,
    desiredA: verdict.desiredA,
    reason: verdict.reason,
    ...(commandedA === undefined ? {} : { commandedA }),
    ...(view.drawnA === undefined ? {} : { drawnA: view.drawnA }),
    ...(view.iecState === undefined ? {} : { iecState: view.iecState }),
    ...(widening?.kind === 'wait' ? { waitsFor: widening.cause } : {}),
    ...explainPhases(view, next, site.timing),
  };
}

function explainPhases(
  { plan, phases }: LoadView,
  next: Memory,
  { marginA }: Timing,
): { readonly phases?: PhasesView } {
  const memory = next.loads[plan.loadId];
  if (!switchesPhases(plan) || phases === undefined || memory === undefined) return {};
  const { changeover, reason, betterSinceMs, switchedAtMs } = phaseMemoryOf(memory);
  const { restMs } = plan.phaseSwitching;
  const atMs = betterSinceMs === undefined ? undefined : Math.max(switchedAtMs, betterSinceMs) + restMs;
  const back = { leastA: plan.minimumA + marginA, forMs: restMs, ...(atMs === undefined ? {} : { atMs }) };
  return {
    phases: {
      counted: phases,
      ...(changeover === undefined ? {} : { changingTo: changeover.to }),
      ...(phases === 1 && reason !== undefined ? { reason } : {}),
      ...(phases === 1 && changeover === undefined ? { back } : {}),
    },
  };
}
