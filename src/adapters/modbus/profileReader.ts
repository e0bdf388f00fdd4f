import type { RunningMs } from '../../domain/instant.ts';
import type { DeviceReadings, PointName, PointValue } from '../../domain/point.ts';
import { ABSENT, type Reading, unknown } from '../../domain/reading.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModbusLine, ModbusRequest, ModbusResult } from '../../ports/modbusLine.ts';
import { type BlockAnswer, decodePoint, type PlannedPoint } from '../../profiles/decode.ts';
import { isPointName } from '../../profiles/pointNames.ts';
import type { Profile } from '../../profiles/profile.ts';
import {
  type BlockProgress,
  blocksOfPoint,
  nextBlock,
  type PlannedBlock,
  type ReadPlan,
} from '../../profiles/readPlan.ts';
import { CONTACT_FIGURES, type ProfileContact } from './profileContact.ts';
import type { ProfilePause } from './profilePause.ts';

interface ReaderOptions {
  readonly profile: Profile;
  readonly unit: number;
  readonly line: ModbusLine;
  readonly clock: Clock;
  readonly contact: ProfileContact;
  readonly pause: ProfilePause;
}

type Readings = Partial<Record<PointName, Reading<PointValue>>>;

/** Reads one device at the maker's pace and keeps the latest reading of every point, with its own age. */
export class ProfileReader {
  readonly #plan: ReadPlan;
  readonly #line: ModbusLine;
  readonly #clock: Clock;
  readonly #contact: ProfileContact;
  readonly #pause: ProfilePause;
  readonly #requests: readonly ModbusRequest[];
  readonly #progress: BlockProgress[];
  readonly #answers: (BlockAnswer | undefined)[];
  readonly #refusals: number[];
  #nextReadMs: RunningMs = Number.NEGATIVE_INFINITY;
  /** Replaced, never changed: callers keep what they were given. */
  #latest: DeviceReadings;

  constructor(options: ReaderOptions) {
    const { plan, data } = options.profile;
    this.#plan = plan;
    this.#line = options.line;
    this.#clock = options.clock;
    this.#contact = options.contact;
    this.#pause = options.pause;
    this.#requests = plan.blocks.map(({ functionCode, address, count }) => ({
      unit: options.unit,
      functionCode,
      address,
      count,
      priority: 'poll',
      timeoutMs: data.timing.timeoutMs,
      silenceMs: data.timing.silenceMs,
    }));
    this.#progress = plan.blocks.map(() => ({ isWanted: false }));
    this.#answers = plan.blocks.map(() => undefined);
    this.#refusals = plan.blocks.map(() => 0);
    const latest: Readings = {};
    const nowMs = options.clock.runningMs();
    for (const point of plan.points) latest[point.name] = unknown('not-yet-read', nowMs);
    for (const name of data.absent ?? []) if (isPointName(name)) latest[name] = ABSENT;
    this.#latest = latest;
  }

  get latest(): DeviceReadings {
    return this.#latest;
  }

  /** The next sweep reads this point before all others. */
  want(point: PointName): void {
    for (const index of blocksOfPoint(this.#plan, point)) {
      const progress = this.#progress[index];
      if (progress !== undefined) progress.isWanted = true;
    }
  }

  /** Reads what is due. The first silence ends it: a dead unit costs its line one time-out per sweep. */
  async sweep(): Promise<void> {
    const startMs = this.#clock.runningMs();
    if (this.#contact.isResting(startMs)) return;
    while (!this.#pause.isClosed) {
      const nowMs = this.#clock.runningMs();
      let block = nextBlock(this.#plan, this.#progress, nowMs);
      if (block === undefined) return;
      const slotMs = Math.max(nowMs, this.#nextReadMs);
      if (slotMs - startMs > this.#plan.sweepMs) return;
      if (slotMs > nowMs) {
        await this.#waitForSlot(nowMs);
        // A read-back may have been asked for in the meantime: it goes first.
        block = nextBlock(this.#plan, this.#progress, this.#clock.runningMs());
        if (block === undefined || this.#pause.isClosed) return;
      }
      const result = await this.#ask(block);
      if (isSilence(result)) return;
    }
  }

  /** Reads these points now, at the maker's pace; the first failure ends it. */
  async readPoints(names: readonly PointName[]): Promise<ModbusResult> {
    const indexes = new Set(names.flatMap((name) => blocksOfPoint(this.#plan, name)));
    let result: ModbusResult = { ok: true, words: [] };
    for (const index of indexes) {
      const block = this.#plan.blocks[index];
      if (block === undefined) continue;
      const nowMs = this.#clock.runningMs();
      if (this.#nextReadMs > nowMs) await this.#waitForSlot(nowMs);
      if (this.#pause.isClosed)
        return { ok: false, fault: 'device-offline', detail: 'the device was closed' };
      result = await this.#ask(block);
      if (!result.ok) return result;
    }
    return result;
  }

  /** Brings the readings in line with a loss of contact that somebody else noticed, such as a write. */
  noticeLoss(): void {
    if (!this.#contact.isLost) return;
    this.#forget(this.#plan.points);
    for (const { index } of this.#plan.blocks) {
      this.#answers[index] = undefined;
      const progress = this.#progress[index];
      if (progress !== undefined) progress.askedAtMs = undefined;
    }
  }

  /** Takes the next slot of the maker's pace; who comes later gets a later one. */
  #waitForSlot(nowMs: RunningMs): Promise<void> {
    const slotMs = this.#nextReadMs;
    this.#nextReadMs = slotMs + this.#plan.readSpacingMs;
    return this.#pause.wait(slotMs - nowMs);
  }

  async #ask(block: PlannedBlock): Promise<ModbusResult> {
    const { index } = block;
    const progress = this.#progress[index];
    const request = this.#requests[index];
    if (progress === undefined || request === undefined)
      throw new RangeError(`block ${index} is not planned`);
    const wasWanted = progress.isWanted;
    progress.isWanted = false;
    progress.askedAtMs = this.#clock.runningMs();
    this.#nextReadMs = Math.max(this.#nextReadMs, progress.askedAtMs + this.#plan.readSpacingMs);
    const result = await this.#line.request(request);
    const nowMs = this.#clock.runningMs();
    if (result.ok) {
      this.#contact.answered();
      this.#refusals[index] = 0;
      this.#answers[index] = { words: result.words, measuredAtMs: nowMs };
      this.#take(block, nowMs);
      return result;
    }
    progress.isWanted ||= wasWanted;
    if (isSilence(result)) {
      this.#contact.failed(result.fault, nowMs);
      this.noticeLoss();
      return result;
    }
    this.#contact.answered();
    const refusals = (this.#refusals[index] ?? 0) + 1;
    this.#refusals[index] = refusals;
    // A refused read-back is not asked for without end; its own cadence brings it again.
    progress.isWanted = false;
    if (refusals >= CONTACT_FIGURES.lostAfter) {
      this.#answers[index] = undefined;
      this.#setUnknown(block.points, 'device-exception', nowMs);
    }
    return result;
  }

  #take(block: PlannedBlock, nowMs: RunningMs): void {
    const next: Readings = { ...this.#latest };
    for (const point of block.points) {
      const reading = decodePoint(point, this.#answers, nowMs);
      if (reading === undefined) continue;
      const before = next[point.name];
      next[point.name] =
        reading.state === 'unknown' && before?.state === 'unknown'
          ? unknown(reading.fault, before.sinceMs)
          : reading;
    }
    this.#latest = next;
  }

  #forget(points: readonly PlannedPoint[]): void {
    this.#setUnknown(points, this.#contact.fault, this.#contact.failingSinceMs);
  }

  /** A point that was unknown before stays unknown since then. */
  #setUnknown(points: readonly PlannedPoint[], fault: ProfileContact['fault'], sinceMs: RunningMs): void {
    const next: Readings = { ...this.#latest };
    for (const { name } of points) {
      const before = next[name];
      next[name] = unknown(fault, before?.state === 'unknown' ? before.sinceMs : sinceMs);
    }
    this.#latest = next;
  }
}

/** An exception is an answer; everything else that is not ok may be a dead unit. */
function isSilence(result: ModbusResult): boolean {
  return !result.ok && result.fault !== 'device-exception';
}
