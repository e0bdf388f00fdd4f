import type { RunningMs } from '../domain/instant.ts';
import type { Direction, Limit, LimitBasis } from '../domain/limit.ts';
import { RANKS } from '../domain/limit.ts';
import { type PerPhase, PHASES, type Phase } from '../domain/phase.ts';
import { hasLevel, isGenerator, type SitePlan } from '../domain/sitePlan.ts';
import { HIGHEST_SUPPLY_VOLTAGE_V } from './figures.ts';
import { drawnAround } from './loads.ts';
import type { LoadView } from './loadView.ts';
import type { DrawSample } from './memory.ts';
import type { MeterView } from './picture.ts';

/** A load's share in the flow of one constraint, in the constraint's unit, all >= 0. */
export interface Presence {
  /** At least this much of the flow is the load's own: counts when it asks to grow. */
  readonly least: number;
  /** At most this much: counts when it is judged what is left without it. */
  readonly most: number;
  /** What is sure to go when it is switched off. */
  readonly relief: number;
  /** The constraint's unit for one amp of set-point. */
  readonly unitPerA: number;
}

/** The narrowest ceiling of one kind on one circuit and phase, with the flow that it is held against. */
export interface Constraint {
  readonly limit: Limit;
  readonly circuitId: string;
  readonly direction: Direction;
  readonly basis: LimitBasis;
  /** Absent for a power over all phases. */
  readonly phase?: Phase;
  /** In the unit of the basis. */
  readonly ceiling: number;
  /** Flow as it is now, in its direction and unit; negative when it certainly goes the other way. */
  readonly flow: number;
  /** By load index; only loads behind the constraint that touch its phase. */
  readonly presence: ReadonlyMap<number, Presence>;
}

export interface Topology {
  readonly loadsBehind: ReadonlyMap<string, readonly number[]>;
  /** Meters of the circuits that a load stands behind, by load index. */
  readonly metersAbove: readonly (readonly string[])[];
}

const topologies = new WeakMap<SitePlan, Topology>();

/** Which loads and meters stand behind and above which circuits; worked out once per plan. */
export function topologyOf(site: SitePlan): Topology {
  const known = topologies.get(site);
  if (known !== undefined) return known;
  const loadsBehind = new Map<string, number[]>(site.circuits.map((circuit) => [circuit.circuitId, []]));
  const metersAbove = site.loads.map((load, index) => {
    const meters: string[] = [];
    let circuit = site.circuits.find((candidate) => candidate.circuitId === load.circuitId);
    while (circuit !== undefined) {
      loadsBehind.get(circuit.circuitId)?.push(index);
      if (circuit.meterId !== undefined) meters.push(circuit.meterId);
      const { parentId } = circuit;
      circuit = site.circuits.find((candidate) => candidate.circuitId === parentId);
    }
    return meters;
  });
  const topology = { loadsBehind, metersAbove };
  topologies.set(site, topology);
  return topology;
}

interface Arguments {
  readonly site: SitePlan;
  readonly limits: readonly Limit[];
  readonly meters: ReadonlyMap<string, MeterView>;
  readonly loads: readonly LoadView[];
  readonly traces: readonly (readonly DrawSample[])[];
}

/** One constraint per circuit, phase, basis and direction; circuits whose meter cannot be trusted have none. */
export function constraintsOf({ site, limits, meters, loads, traces }: Arguments): Constraint[] {
  const { loadsBehind } = topologyOf(site);
  const tightest = new Map<string, { limit: Limit; phase?: Phase }>();
  for (const limit of limits) {
    if (limit.loadId !== undefined) continue;
    const phases = limit.basis === 'activePowerW' ? [undefined] : (limit.phases ?? site.phases);
    for (const phase of phases) {
      const key = `${limit.circuitId} ${limit.direction} ${limit.basis} ${phase ?? ''}`;
      const known = tightest.get(key)?.limit;
      if (known === undefined || isTighter(limit, known)) {
        tightest.set(key, phase === undefined ? { limit } : { limit, phase });
      }
    }
  }
  const constraints: Constraint[] = [];
  // In the order of their keys, so that the order of the limits cannot matter where two bind alike.
  for (const [, { limit, phase }] of [...tightest].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const circuit = site.circuits.find((candidate) => candidate.circuitId === limit.circuitId);
    if (circuit === undefined) continue;
    const loadIndices = loadsBehind.get(circuit.circuitId) ?? [];
    const meter = circuit.meterId === undefined ? undefined : meters.get(circuit.meterId);
    if (circuit.meterId !== undefined && meter?.state !== 'fresh') continue;
    const voltageV = voltagesOf(site, meter);
    const flow =
      meter?.state === 'fresh'
        ? meteredFlow(limit, phase, meter, voltageV)
        : unmeteredFlow(limit, phase, loadIndices, loads, voltageV);
    constraints.push({
      limit,
      circuitId: circuit.circuitId,
      direction: limit.direction,
      basis: limit.basis,
      ceiling: limit.ceiling,
      flow,
      presence: presenceOf(loadIndices, loads, traces, {
        phases: phase === undefined ? site.phases : [phase],
        atMs: meter?.state === 'fresh' ? meter.measuredAtMs : undefined,
        voltageV: phase === undefined ? voltageV : undefined,
      }),
      ...(phase === undefined ? {} : { phase }),
    });
  }
  return constraints;
}

function isTighter(limit: Limit, known: Limit): boolean {
  if (limit.ceiling !== known.ceiling) return limit.ceiling < known.ceiling;
  if (limit.source !== known.source) return RANKS[limit.source] < RANKS[known.source];
  return limit.limitId < known.limitId;
}

function voltagesOf(site: SitePlan, meter: MeterView | undefined): PerPhase<number> {
  const voltageV: Partial<Record<Phase, number>> = {};
  for (const phase of site.phases) {
    const measuredV = meter?.state === 'fresh' ? meter.flows[phase]?.voltageV : undefined;
    voltageV[phase] = measuredV ?? HIGHEST_SUPPLY_VOLTAGE_V;
  }
  return voltageV;
}

function meteredFlow(
  limit: Limit,
  phase: Phase | undefined,
  meter: MeterView & { readonly state: 'fresh' },
  voltageV: PerPhase<number>,
): number {
  const sign = limit.direction === 'import' ? 1 : -1;
  const currentOf = (on: Phase): number => {
    const flow = meter.flows[on];
    if (flow === undefined) return 0;
    return limit.direction === 'import' ? flow.importA : flow.exportA;
  };
  if (phase !== undefined) return currentOf(phase);
  let powerW = 0;
  for (const each of PHASES) {
    const flow = meter.flows[each];
    if (flow === undefined) continue;
    powerW += flow.powerW === undefined ? currentOf(each) * (voltageV[each] ?? 0) : sign * flow.powerW;
  }
  return powerW;
}

/** Without a meter the circuit carries just the loads of the plan: what they draw, else what they may draw. */
function unmeteredFlow(
  limit: Limit,
  phase: Phase | undefined,
  loadIndices: readonly number[],
  loads: readonly LoadView[],
  voltageV: PerPhase<number>,
): number {
  let flow = 0;
  for (const index of loadIndices) {
    const view = loads[index];
    if (view === undefined) continue;
    if (isGenerator(view.plan) !== (limit.direction === 'export')) continue;
    for (const each of PHASES) {
      if (view.phaseMap[each] === undefined) continue;
      if (phase !== undefined && phase !== each) continue;
      const presentA = view.drawnA?.[each] ?? unmeasuredPresentA(view);
      flow += phase === undefined ? presentA * (voltageV[each] ?? 0) : presentA;
    }
  }
  return flow;
}

/**
 * What an unmeasured load counts for in the flow while it stays as it is. Only a switch that has no meter by
 * plan and confirms that it is closed is taken to be in the reading already; a lost meter or position is reserved in full. Nor is a
 * load counted twice in the moment after a start, when the meter has been read and the load has not.
 */
function unmeasuredPresentA(view: LoadView): number {
  const { plan } = view;
  if (view.isStarting) return view.inForceA;
  if (hasLevel(plan) || plan.meterId !== undefined || !view.isAnswering) return 0;
  return view.inForceA;
}

function presenceOf(
  loadIndices: readonly number[],
  loads: readonly LoadView[],
  traces: readonly (readonly DrawSample[])[],
  at: {
    readonly phases: readonly Phase[];
    /** When the circuit's meter was read; without a meter the loads' own readings are the flow. */
    readonly atMs: RunningMs | undefined;
    readonly voltageV: PerPhase<number> | undefined;
  },
): Map<number, Presence> {
  const presence = new Map<number, Presence>();
  for (const index of loadIndices) {
    const view = loads[index];
    if (view === undefined) continue;
    const sum = { least: 0, most: 0, relief: 0, unitPerA: 0 };
    for (const phase of at.phases) {
      if (view.phaseMap[phase] === undefined) continue;
      const unitPerA = at.voltageV === undefined ? 1 : (at.voltageV[phase] ?? 0);
      const drawn = drawnAround(view, traces[index] ?? [], phase, at.atMs ?? view.drawnAtMs ?? 0);
      const presentA = unmeasuredPresentA(view);
      sum.least += (drawn?.leastA ?? presentA) * unitPerA;
      sum.most += (drawn?.mostA ?? presentA) * unitPerA;
      sum.relief += (drawn?.leastA ?? 0) * unitPerA;
      sum.unitPerA += unitPerA;
    }
    if (sum.unitPerA > 0) presence.set(index, sum);
  }
  return presence;
}

/**
 * How much the flow of a constraint would move if a load went to a set-point (amps; 0 is paused or open).
 * Loads are not trusted to absorb an export, and a generator is not trusted to meet an import.
 * @param isGrowing judges with the least presence, so that growth is never credited with what may not be there
 */
export function contributionOf(
  constraint: Constraint,
  index: number,
  view: LoadView,
  targetA: number,
  isGrowing: boolean,
): number {
  const presence = constraint.presence.get(index);
  if (presence === undefined || view.isStuck) return 0;
  const feedsIn = isGenerator(view.plan);
  const isOwnDirection = feedsIn === (constraint.direction === 'export');
  const present = isGrowing ? presence.least : presence.most;
  if (isOwnDirection && feedsIn) return generationChange(presence, view, targetA);
  if (isOwnDirection) {
    if (targetA === 0)
      return -(isGrowing ? presence.relief : Math.min(presence.most, reliefOf(view, presence)));
    return (targetA + view.overdrawA) * presence.unitPerA - present;
  }
  if (feedsIn) {
    const isLess = targetA === 0 || targetA < view.inForceA;
    return isLess ? Math.max(0, presence.most - targetA * presence.unitPerA) : 0;
  }
  return Math.max(0, presence.most - targetA * presence.unitPerA);
}

/** A limit takes away what is surely given above it; more may be given up to a higher one. */
function generationChange(presence: Presence, view: LoadView, targetA: number): number {
  const after = targetA * presence.unitPerA;
  const isLess = targetA === 0 || targetA < view.inForceA || view.plan.kind === 'limitedGenerator';
  if (targetA > view.inForceA) return Math.max(0, after - presence.least);
  return isLess ? -Math.max(0, presence.relief - after) : 0;
}

/** A measured load is gone with all it draws; of an unmeasured one nothing is sure. */
function reliefOf(view: LoadView, presence: Presence): number {
  return view.drawnA === undefined ? presence.relief : presence.most;
}
