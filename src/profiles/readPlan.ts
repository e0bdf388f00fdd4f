import type { PointName } from '../domain/point.ts';
import type { ModbusFunction } from '../ports/modbusLine.ts';
import { type PlannedPoint, planPoint } from './decode.ts';
import { isPointName } from './pointNames.ts';
import type { ProfileData } from './profileSchema.ts';

export interface PlannedBlock {
  readonly index: number;
  readonly name: string;
  readonly functionCode: ModbusFunction;
  readonly address: number;
  readonly count: number;
  readonly isFast: boolean;
  readonly cadenceMs: number;
  /** Points that change when this block is read. */
  readonly points: readonly PlannedPoint[];
}

/** How a device is read. A sweep is what one poll does. */
export interface ReadPlan {
  readonly blocks: readonly PlannedBlock[];
  readonly points: readonly PlannedPoint[];
  readonly readSpacingMs: number;
  /** A sweep starts no read later than this after its beginning, so that sweeps keep the fastest rhythm. */
  readonly sweepMs: number;
  /** A block counts as due this much early, or a poll that comes a moment early would halve its rhythm. */
  readonly toleranceMs: number;
}

export function compileReadPlan(data: ProfileData): ReadPlan {
  const points = Object.entries(data.points).flatMap(([name, point]) =>
    isPointName(name) ? [planPoint(name, point, data)] : [],
  );
  const blocks = Object.entries(data.blocks).map(([name, block], index) => ({
    index,
    name,
    functionCode: block.function,
    address: block.address,
    count: block.count,
    isFast: block.group === 'fast',
    cadenceMs: block.cadenceMs,
    points: points.filter((point) => point.blocks.includes(index)),
  }));
  const fastestMs = Math.min(...blocks.map((block) => block.cadenceMs));
  const { readSpacingMs } = data.timing;
  return {
    blocks,
    points,
    readSpacingMs,
    sweepMs: Math.max(0, fastestMs - readSpacingMs / 2),
    toleranceMs: fastestMs / 4,
  };
}

/** How late a block counts that was never read, in cadences: soon, yet not before all that must stay fresh. */
const NEVER_READ_LATENESS = 1.5;

/** Blocks that a point is made of. */
export function blocksOfPoint(plan: ReadPlan, name: PointName): readonly number[] {
  return plan.points.find((point) => point.name === name)?.blocks ?? [];
}

/** What a sweep knows of each block: when it was last asked, and whether somebody waits for it. */
export interface BlockProgress {
  /** Absent before the first time. */
  askedAtMs?: number | undefined;
  isWanted: boolean;
}

/**
 * The block to read next: one that was asked for (a read-back), then the fast ones, then the slow one that is
 * late by the greatest part of its own cadence. When the maker's pace leaves too few slots for all, all slow
 * ones stretch alike and none starves. Nothing when nothing is due.
 */
export function nextBlock(
  plan: ReadPlan,
  progress: readonly BlockProgress[],
  nowMs: number,
): PlannedBlock | undefined {
  let next: PlannedBlock | undefined;
  let nextUrgency = 0;
  for (const block of plan.blocks) {
    const state = progress[block.index];
    if (state === undefined) continue;
    const ageMs = state.askedAtMs === undefined ? undefined : nowMs - state.askedAtMs;
    const isDue = ageMs === undefined || ageMs + plan.toleranceMs >= block.cadenceMs;
    if (!isDue && !state.isWanted) continue;
    const lateness = ageMs === undefined ? NEVER_READ_LATENESS : ageMs / block.cadenceMs;
    const rank = state.isWanted ? 2_000_000 : block.isFast ? 1_000_000 : 0;
    const urgency = rank + Math.min(lateness, 999_999);
    if (next === undefined || urgency > nextUrgency) {
      next = block;
      nextUrgency = urgency;
    }
  }
  return next;
}
