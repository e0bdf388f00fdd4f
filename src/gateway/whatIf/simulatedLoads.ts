import { SETTLE_MS } from '../../core/figures.ts';
import { EMPTY_LOAD_MEMORY, type LoadMemory, type Memory } from '../../core/memory.ts';
import type { PerPhase } from '../../domain/phase.ts';
import { isGenerator, type LoadPlan } from '../../domain/sitePlan.ts';
import { mostOf, voltagesOf } from './phaseReadings.ts';
import type { RecordedDecision } from './recordedDecisions.ts';
import { mapPhases, type RecordedDraws } from './recordedDraws.ts';
import { type Appetite, appetiteAtFirst, type Course, stepLoad } from './stepLoad.ts';

/** How long a course may still be asked for: the oldest reading that a decision looks at. */
const KEPT_MS = 65_000;

interface Interval {
  /** From just after this instant. */
  readonly fromMs: number;
  readonly course: Course;
}

/**
 * The loads as they would have behaved. A load whose set-point is the recorded one is the recorded load, to the last
 * digit; only one that was told something else is simulated, and counts as what it differs by.
 */
export class SimulatedLoads {
  readonly #draws: RecordedDraws;
  readonly #appetites = new Map<string, Appetite>();
  readonly #courses = new Map<string, Interval[]>();
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(draws: RecordedDraws) {
    this.#draws = draws;
  }

  /** What the loads did since the decision before, after what that one told them. */
  advance({ input }: RecordedDecision, simulated: Memory): void {
    const { site, snapshot, now } = input;
    const voltageV = voltagesOf(site, snapshot);
    for (const plan of site.loads) {
      const { loadId } = plan;
      const known = this.#courses.get(loadId) ?? [];
      const recordedMemory = input.memory.loads[loadId] ?? EMPTY_LOAD_MEMORY;
      const simulatedMemory = simulated.loads[loadId] ?? EMPTY_LOAD_MEMORY;
      const { appetite, course } = stepLoad({
        plan,
        readings: snapshot[plan.deviceId],
        recorded: recordedMemory,
        simulated: simulatedMemory,
        isSame: isSameCommand(recordedMemory, simulatedMemory, now.runningMs),
        lastSetpoint: known.at(-1)?.course.setpoint,
        drawnA: this.#draws.at(plan, now.runningMs),
        appetite: this.#appetites.get(loadId) ?? appetiteAtFirst(plan),
        voltageV,
        nowMs: now.runningMs,
      });
      this.#appetites.set(loadId, appetite);
      known.push({ fromMs: this.#lastMs, course });
      while (known.length > 1 && (known[1]?.fromMs ?? 0) < now.runningMs - KEPT_MS) known.shift();
      this.#courses.set(loadId, known);
    }
    this.#lastMs = now.runningMs;
  }

  courseAt({ loadId }: LoadPlan, atMs: number): Course | undefined {
    const known = this.#courses.get(loadId);
    return (known?.findLast((interval) => interval.fromMs < atMs) ?? known?.[0])?.course;
  }

  /** Amps that it drew or gave, >= 0. */
  drawAt(plan: LoadPlan, atMs: number): PerPhase<number> {
    const draw = this.courseAt(plan, atMs)?.draw ?? 'recorded';
    return draw === 'recorded' ? this.#draws.at(plan, atMs) : draw;
  }

  /** How much more it brought into the house than recorded, import positive; nothing while it did as recorded. */
  differenceAt(plan: LoadPlan, atMs: number): PerPhase<number> | undefined {
    const draw = this.courseAt(plan, atMs)?.draw ?? 'recorded';
    if (draw === 'recorded') return undefined;
    const recordedA = this.#draws.at(plan, atMs);
    const sign = isGenerator(plan) ? -1 : 1;
    const difference = mapPhases(plan.phaseMap, (_, phase) => {
      return sign * ((draw[phase] ?? 0) - (recordedA[phase] ?? 0));
    });
    return mostOf(mapPhases(difference, Math.abs)) > 0 ? difference : undefined;
  }
}

/** The same word at the same moment, or both so long ago that nothing follows from when. */
function isSameCommand(recorded: LoadMemory, simulated: LoadMemory, nowMs: number): boolean {
  if (recorded.commanded !== simulated.commanded) return false;
  if (recorded.phases?.told !== simulated.phases?.told) return false;
  if (recorded.commandedAtMs === simulated.commandedAtMs) return true;
  return nowMs - Math.max(recorded.commandedAtMs, simulated.commandedAtMs) >= SETTLE_MS;
}
