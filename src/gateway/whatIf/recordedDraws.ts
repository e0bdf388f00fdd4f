import { topologyOf } from '../../core/constraints.ts';
import { drawnByOwnReading, givenByOwnReading } from '../../core/picture.ts';
import { type PerPhase, PHASES, type Phase } from '../../domain/phase.ts';
import { isGenerator, type LoadPlan, type MeterPlan, type SitePlan } from '../../domain/sitePlan.ts';
import { netCurrents, voltagesOf } from './phaseReadings.ts';
import type { RecordedDecision } from './recordedDecisions.ts';

interface Sample {
  readonly atMs: number;
  readonly currentA: PerPhase<number>;
}

/** What is known of a load: measured, taken as its rating while closed, or at least as much as the meter above shows. */
export type DrawBasis = 'measured' | 'rating' | 'least';

/** A phase that is read more slowly than this follows the freshest one. */
const OWN_READING_MAX_AGE_MS = 3_000;
/** Samples are kept for as long as a reading of theirs may be asked about. */
const KEPT_MS = 60_000;

export function drawBasisOf(plan: LoadPlan): DrawBasis {
  if (plan.kind === 'chargePoint' || plan.kind === 'limitedGenerator' || plan.meterId !== undefined)
    return 'measured';
  return plan.kind === 'switchedLoad' ? 'rating' : 'least';
}

/**
 * What each load drew or gave at any moment of the recording, amps per supply phase, >= 0. Meter and load are read one after
 * the other, so a moment between two readings of a load lies on the line between them: without what was read afterwards
 * each step of the load would look like one of the household.
 */
export class RecordedDraws {
  readonly #samples = new Map<string, Sample[]>();
  /** Net flow of the meter above a generator that has none of its own, import positive. */
  readonly #above = new Map<string, Sample[]>();
  #site: SitePlan | undefined;

  learn({ input }: RecordedDecision): void {
    const { site, snapshot, now } = input;
    this.#site = site;
    const voltageV = voltagesOf(site, snapshot);
    for (const [index, plan] of site.loads.entries()) {
      const sample = sampleOf(plan, input, voltageV);
      if (sample !== undefined) push(this.#samples, plan.loadId, sample, now.runningMs);
      if (drawBasisOf(plan) !== 'least') continue;
      const meter = meterAbove(site, index);
      const net = meter === undefined ? undefined : netCurrents(meter, snapshot, voltageV);
      if (net === undefined) continue;
      const above = { atMs: net.measuredAtMs, currentA: net.currentA };
      push(this.#above, plan.loadId, above, now.runningMs);
    }
  }

  at(plan: LoadPlan, atMs: number): PerPhase<number> {
    const own = between(this.#samples.get(plan.loadId), atMs);
    if (drawBasisOf(plan) !== 'least' || (own.L1 ?? own.L2 ?? own.L3 ?? 0) < 0.5) return own;
    return this.#leastGiven(plan, atMs);
  }

  /** It gives at least what leaves the house and what the measured loads take, the same on each of its phases. */
  #leastGiven(plan: LoadPlan, atMs: number): PerPhase<number> {
    const site = this.#site;
    const samples = this.#above.get(plan.loadId);
    if (site === undefined || samples === undefined) return {};
    const net = between(samples, atMs);
    const others = site.loads.filter((other) => !isGenerator(other) && drawBasisOf(other) === 'measured');
    const taken = others.map((other) => between(this.#samples.get(other.loadId), atMs));
    const phases = PHASES.filter((phase) => plan.phaseMap[phase] !== undefined);
    const leastA = phases.map(
      (phase) => taken.reduce((sum, draw) => sum + (draw[phase] ?? 0), 0) - (net[phase] ?? 0),
    );
    const givenA = Math.min(plan.ratingA, Math.max(0, ...leastA));
    return Object.fromEntries(phases.map((phase) => [phase, givenA]));
  }
}

function sampleOf(
  plan: LoadPlan,
  { site, snapshot, now }: RecordedDecision['input'],
  voltageV: PerPhase<number>,
): Sample | undefined {
  const readings = snapshot[plan.deviceId];
  if ('meterId' in plan && plan.meterId !== undefined) {
    const meter = site.meters.find((one) => one.meterId === plan.meterId);
    const net = meter === undefined ? undefined : netCurrents(meter, snapshot, voltageV);
    if (net === undefined) return undefined;
    const given = plan.kind === 'limitedGenerator' ? (amps: number) => Math.max(0, -amps) : Math.abs;
    return { atMs: net.measuredAtMs, currentA: mapPhases(net.currentA, given) };
  }
  if (plan.kind === 'chargePoint' || plan.kind === 'limitedGenerator') {
    const readBySide = plan.kind === 'chargePoint' ? drawnByOwnReading : givenByOwnReading;
    const drawn = readBySide(readings, plan.phaseMap, now.runningMs, OWN_READING_MAX_AGE_MS);
    return drawn === undefined ? undefined : { atMs: drawn.measuredAtMs, currentA: drawn.currentA };
  }
  const position = readings?.[`relayClosed.${plan.relayChannel}`];
  if (position?.state !== 'measured') return undefined;
  const drawnA = position.value === true ? plan.ratingA : 0;
  return { atMs: position.measuredAtMs, currentA: mapPhases(plan.phaseMap, () => drawnA) };
}

function meterAbove(site: SitePlan, index: number): MeterPlan | undefined {
  const [nearest] = topologyOf(site).metersAbove[index] ?? [];
  return site.meters.find((meter) => meter.meterId === nearest);
}

function push(all: Map<string, Sample[]>, loadId: string, sample: Sample, nowMs: number): void {
  const samples = all.get(loadId) ?? [];
  all.set(loadId, samples);
  const last = samples.at(-1);
  if (last !== undefined && last.atMs >= sample.atMs) return;
  samples.push(sample);
  while (samples.length > 1 && (samples[0]?.atMs ?? nowMs) < nowMs - KEPT_MS) samples.shift();
}

function between(samples: readonly Sample[] | undefined, atMs: number): PerPhase<number> {
  const index = samples?.findLastIndex((sample) => sample.atMs <= atMs) ?? -1;
  const before = samples?.[index];
  const after = samples?.[index + 1];
  if (before === undefined || after === undefined) return (before ?? after)?.currentA ?? {};
  const share = (atMs - before.atMs) / (after.atMs - before.atMs);
  return mapPhases(before.currentA, (fromA, phase) => fromA + ((after.currentA[phase] ?? 0) - fromA) * share);
}

export function mapPhases<T>(values: PerPhase<T>, map: (value: T, phase: Phase) => number): PerPhase<number> {
  const mapped: Partial<Record<Phase, number>> = {};
  for (const phase of PHASES) {
    const value = values[phase];
    if (value !== undefined) mapped[phase] = map(value, phase);
  }
  return mapped;
}
