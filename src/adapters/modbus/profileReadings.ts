import type { FaultCode } from '../../domain/faults.ts';
import type { RunningMs } from '../../domain/instant.ts';
import type { DeviceReadings, PointName, PointValue } from '../../domain/point.ts';
import { ABSENT, type Reading, unknown } from '../../domain/reading.ts';
import {
  type BlockAnswer,
  type BlockAnswers,
  decodePoint,
  type PlannedPoint,
} from '../../profiles/decode.ts';
import { isPointName } from '../../profiles/pointNames.ts';
import type { Profile } from '../../profiles/profile.ts';
import type { PlannedBlock, PlannedRead } from '../../profiles/readPlan.ts';

type Readings = Partial<Record<PointName, Reading<PointValue>>>;

/** The latest answer of every block, and the latest reading of every point with its own age. */
export class ProfileReadings {
  readonly #points: readonly PlannedPoint[];
  readonly #answers: (BlockAnswer | undefined)[];
  /** Replaced, never changed: callers keep what they were given. */
  #latest: DeviceReadings;

  constructor({ plan, data }: Profile, nowMs: RunningMs) {
    this.#points = plan.points;
    this.#answers = plan.blocks.map(() => undefined);
    const latest: Readings = {};
    for (const point of plan.points) latest[point.name] = unknown('not-yet-read', nowMs);
    for (const name of data.absent ?? []) if (isPointName(name)) latest[name] = ABSENT;
    this.#latest = latest;
  }

  get latest(): DeviceReadings {
    return this.#latest;
  }

  get answers(): BlockAnswers {
    return this.#answers;
  }

  /** Takes the words of one request to the blocks that lie in it. */
  take({ address, blocks }: PlannedRead, words: readonly number[], nowMs: RunningMs): void {
    for (const block of blocks) {
      const from = block.address - address;
      const part = blocks.length === 1 ? words : words.slice(from, from + block.count);
      this.#answers[block.index] = { words: part, measuredAtMs: nowMs };
    }
    const next: Readings = { ...this.#latest };
    for (const point of new Set(blocks.flatMap(({ points }) => points))) {
      const reading = decodePoint(point, this.#answers, nowMs);
      const before = next[point.name];
      if (reading === undefined || before?.state === 'absent') continue;
      next[point.name] =
        reading.state === 'unknown' && before?.state === 'unknown'
          ? unknown(reading.fault, before.sinceMs)
          : reading;
    }
    this.#latest = next;
  }

  /** Points that are made of a missing block are absent; those that were and are no longer have yet to be read. */
  setAbsent(isMissing: (index: number) => boolean, nowMs: RunningMs): void {
    const next: Readings = { ...this.#latest };
    for (const { name, blocks } of this.#points) {
      if (blocks.some(isMissing)) next[name] = ABSENT;
      else if (next[name]?.state === 'absent') next[name] = unknown('not-yet-read', nowMs);
    }
    this.#latest = next;
  }

  forget(fault: FaultCode, sinceMs: RunningMs): void {
    this.#answers.fill(undefined);
    this.#setUnknown(this.#points, fault, sinceMs);
  }

  forgetBlock({ index, points }: PlannedBlock, fault: FaultCode, sinceMs: RunningMs): void {
    this.#answers[index] = undefined;
    this.#setUnknown(points, fault, sinceMs);
  }

  /** A point that was unknown before stays unknown since then; what the device has not stays absent. */
  #setUnknown(points: readonly PlannedPoint[], fault: FaultCode, sinceMs: RunningMs): void {
    const next: Readings = { ...this.#latest };
    for (const { name } of points) {
      const before = next[name];
      if (before?.state === 'absent') continue;
      next[name] = unknown(fault, before?.state === 'unknown' ? before.sinceMs : sinceMs);
    }
    this.#latest = next;
  }
}
