import type { PointName } from '../domain/point.ts';
import type { ModbusFunction } from '../ports/modbusLine.ts';
import { isSameModel, type RegisterPlace } from './allow.ts';
import { type PlannedPoint, planPoint } from './decode.ts';
import { isPointName } from './pointNames.ts';
import type { ProfileData } from './profileSchema.ts';
import { wireCost, worthwhileGap } from './wireCost.ts';

export interface PlannedBlock extends RegisterPlace {
  readonly index: number;
  readonly name: string;
  readonly functionCode: ModbusFunction;
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
  /** How blocks may be joined to one request; absent: the maker says nothing of it. */
  readonly joins?: { readonly mostRegisters: number; readonly longestGap: number };
}

/** What one request reads: the blocks that lie wholly in it. */
export interface PlannedRead extends RegisterPlace {
  readonly functionCode: ModbusFunction;
  readonly count: number;
  readonly blocks: readonly PlannedBlock[];
}

/** Modbus allows 125 registers in one answer. */
const MOST_REGISTERS = 125;

export function compileReadPlan(data: ProfileData): ReadPlan {
  const points = Object.entries(data.points).flatMap(([name, point]) =>
    isPointName(name) ? [planPoint(name, point, data)] : [],
  );
  const blocks = Object.entries(data.blocks).map(([name, block], index) => ({
    index,
    name,
    functionCode: block.function,
    model: block.model,
    occurrence: block.occurrence,
    address: block.address,
    count: block.count,
    isFast: block.group === 'fast',
    cadenceMs: block.cadenceMs,
    points: points.filter((point) => point.blocks.includes(index)),
  }));
  const fastestMs = Math.min(...blocks.map((block) => block.cadenceMs));
  const { readSpacingMs, mostRegistersPerRead: mostRegisters = MOST_REGISTERS } = data.timing;
  const joins = { mostRegisters, longestGap: worthwhileGap(wireCost(data)) };
  return {
    blocks,
    points,
    readSpacingMs,
    sweepMs: Math.max(0, fastestMs - readSpacingMs / 2),
    toleranceMs: fastestMs / 4,
    ...(data.timing.readsAcrossGaps === true ? { joins } : {}),
  };
}

/**
 * How late a block counts that was never read, in cadences: soon, yet not before all that must stay fresh. After a minute
 * it counts for more and more, or what must stay fresh would take every slot of a slow rhythm.
 */
const NEVER_READ_LATENESS = 1.5;
const PATIENT_FOR_MS = 60_000;
const ONE_CADENCE_LATER_MS = 20_000;

/** Blocks that a point is made of. */
export function blocksOfPoint(plan: ReadPlan, name: PointName): readonly number[] {
  return plan.points.find((point) => point.name === name)?.blocks ?? [];
}

/** What a sweep knows of each block: when it was last asked, and whether somebody waits for it. */
export interface BlockProgress {
  /** Absent before the first time. */
  askedAtMs?: number | undefined;
  /** Since when it waits to be read for the first time. */
  waitsSinceMs?: number | undefined;
  isWanted: boolean;
  /** The device has no such block: its model is not in the chain. */
  isMissing?: boolean;
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
    const urgency = urgencyOf(plan, block, progress[block.index], nowMs);
    if (urgency === undefined || (next !== undefined && urgency <= nextUrgency)) continue;
    next = block;
    nextUrgency = urgency;
  }
  return next;
}

/** How much a block wants to be read; nothing when it is not due. */
function urgencyOf(
  plan: ReadPlan,
  block: PlannedBlock,
  state: BlockProgress | undefined,
  nowMs: number,
): number | undefined {
  if (state === undefined || state.isMissing === true) return undefined;
  const ageMs = state.askedAtMs === undefined ? undefined : nowMs - state.askedAtMs;
  const isDue = ageMs === undefined || ageMs + plan.toleranceMs >= block.cadenceMs;
  if (!isDue && !state.isWanted) return undefined;
  const lateness = ageMs === undefined ? neverReadLateness(state, nowMs) : ageMs / block.cadenceMs;
  const rank = state.isWanted ? 2_000_000 : block.isFast ? 1_000_000 : 0;
  return rank + Math.min(lateness, 999_999);
}

function neverReadLateness(state: BlockProgress, nowMs: number): number {
  state.waitsSinceMs ??= nowMs;
  const waitsForMs = Math.max(0, nowMs - state.waitsSinceMs - PATIENT_FOR_MS);
  return NEVER_READ_LATENESS + waitsForMs / ONE_CADENCE_LATER_MS;
}

/**
 * The request for a block, with its neighbours that are due too, where the maker allows that and the registers
 * in between cost less than another request. A block that lies in between comes along though it is not due.
 */
export function joinDue(
  plan: ReadPlan,
  first: PlannedBlock,
  progress: readonly BlockProgress[],
  nowMs: number,
): PlannedRead {
  let from = first.address;
  let until = first.address + first.count;
  if (plan.joins === undefined || first.functionCode <= 2) return readOf(first, [first], from, until);
  const { mostRegisters, longestGap } = plan.joins;
  const alike = plan.blocks.filter(
    (block) => block.functionCode === first.functionCode && isSameModel(block, first),
  );
  const due = alike.filter((block) => urgencyOf(plan, block, progress[block.index], nowMs) !== undefined);
  for (;;) {
    const joined = due
      .map((block) => ({
        from: Math.min(from, block.address),
        until: Math.max(until, block.address + block.count),
        gap: Math.max(block.address - until, from - block.address - block.count),
      }))
      .filter((span) => span.gap >= 0 && span.gap <= longestGap && span.until - span.from <= mostRegisters)
      .toSorted((a, b) => a.gap - b.gap)[0];
    if (joined === undefined) break;
    ({ from, until } = joined);
  }
  const inside = alike.filter((block) => block.address >= from && block.address + block.count <= until);
  return readOf(first, inside, from, until);
}

function readOf(
  { functionCode, model, occurrence }: PlannedBlock,
  blocks: readonly PlannedBlock[],
  from: number,
  until: number,
): PlannedRead {
  return { functionCode, model, occurrence, address: from, count: until - from, blocks };
}
