import type { FaultCode } from '../../domain/faults.ts';
import type { RunningMs } from '../../domain/instant.ts';
import type { DeviceReadings, PointName } from '../../domain/point.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LinePriority, ModbusLine, ModbusResult } from '../../ports/modbusLine.ts';
import type { RegisterPlace } from '../../profiles/allow.ts';
import type { BlockAnswers } from '../../profiles/decode.ts';
import type { LookRequest } from '../../profiles/looks.ts';
import type { Profile } from '../../profiles/profile.ts';
import {
  type BlockProgress,
  blocksOfPoint,
  joinDue,
  nextBlock,
  type PlannedBlock,
  type PlannedRead,
  type ReadPlan,
} from '../../profiles/readPlan.ts';
import { CONTACT_FIGURES, type ProfileContact } from './profileContact.ts';
import type { ProfilePause } from './profilePause.ts';
import { ProfileReadings } from './profileReadings.ts';

interface ReaderOptions {
  readonly profile: Profile;
  readonly unit: number;
  readonly line: ModbusLine;
  readonly clock: Clock;
  readonly contact: ProfileContact;
  readonly pause: ProfilePause;
  /** The address on the wire; nothing where the device has no such model. */
  readonly addressOf: (place: RegisterPlace) => number | undefined;
}

/** Reads one device at the maker's pace. */
export class ProfileReader {
  readonly #options: ReaderOptions;
  readonly #plan: ReadPlan;
  readonly #clock: Clock;
  readonly #contact: ProfileContact;
  readonly #pause: ProfilePause;
  readonly #progress: BlockProgress[];
  readonly #readings: ProfileReadings;
  readonly #refusals: number[];
  /** Until the device refuses a request that joins blocks. */
  #mayJoin = true;
  #nextReadMs: RunningMs = Number.NEGATIVE_INFINITY;

  constructor(options: ReaderOptions) {
    const { plan } = options.profile;
    this.#options = options;
    this.#plan = plan;
    this.#clock = options.clock;
    this.#contact = options.contact;
    this.#pause = options.pause;
    this.#progress = plan.blocks.map(() => ({ isWanted: false }));
    this.#refusals = plan.blocks.map(() => 0);
    this.#readings = new ProfileReadings(options.profile, options.clock.runningMs());
  }

  get latest(): DeviceReadings {
    return this.#readings.latest;
  }

  /** The latest answers by block index. */
  get answers(): BlockAnswers {
    return this.#readings.answers;
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
      let read = this.#nextRead(nowMs);
      if (read === undefined) return;
      const slotMs = Math.max(nowMs, this.#nextReadMs);
      if (slotMs - startMs > this.#plan.sweepMs) return;
      if (slotMs > nowMs) {
        await this.#waitForSlot(nowMs);
        // A read-back may have been asked for in the meantime: it goes first.
        read = this.#nextRead(this.#clock.runningMs());
        if (read === undefined || this.#pause.isClosed) return;
      }
      const result = await this.#ask(read);
      if (isSilence(result)) return;
    }
  }

  /** Reads these points now, at the maker's pace; the first failure ends it. */
  async readPoints(names: readonly PointName[]): Promise<ModbusResult> {
    const indexes = new Set(names.flatMap((name) => blocksOfPoint(this.#plan, name)));
    let result: ModbusResult = { ok: true, words: [] };
    for (const index of indexes) {
      const block = this.#plan.blocks[index];
      if (block === undefined || this.#progress[index]?.isMissing === true) continue;
      const nowMs = this.#clock.runningMs();
      if (this.#nextReadMs > nowMs) await this.#waitForSlot(nowMs);
      if (this.#pause.isClosed) return CLOSED;
      result = await this.#ask({ ...block, blocks: [block] });
      if (!result.ok) return result;
    }
    return result;
  }

  /** Reads registers that are no block, at the maker's pace unless a narrowing waits for them. */
  async readRegisters(request: LookRequest, priority: LinePriority): Promise<ModbusResult> {
    const nowMs = this.#clock.runningMs();
    if (priority !== 'narrowing' && this.#nextReadMs > nowMs) await this.#waitForSlot(nowMs);
    if (this.#pause.isClosed) return CLOSED;
    this.#keepPace(this.#clock.runningMs());
    const result = await this.#send(request, priority);
    if (isSilence(result)) {
      this.#contact.failed(result.fault, this.#clock.runningMs());
      this.noticeLoss();
    } else this.#contact.answered();
    return result;
  }

  /** After the device was met: points whose registers it has not are absent, all others are read anew. */
  placeBlocks(): void {
    for (const block of this.#plan.blocks) {
      const progress = this.#progress[block.index];
      if (progress !== undefined) progress.isMissing = this.#options.addressOf(block) === undefined;
    }
    const isMissing = (index: number) => this.#progress[index]?.isMissing === true;
    this.#readings.setAbsent(isMissing, this.#clock.runningMs());
  }

  /** Nothing of the device is believed: what was read is forgotten. */
  distrust(fault: FaultCode): void {
    this.#forget(fault, this.#clock.runningMs());
  }

  /** Brings the readings in line with a loss of contact that somebody else noticed, such as a write. */
  noticeLoss(): void {
    if (this.#contact.isLost) this.#forget(this.#contact.fault, this.#contact.failingSinceMs);
  }

  #forget(fault: FaultCode, sinceMs: RunningMs): void {
    this.#mayJoin = true;
    for (const progress of this.#progress) progress.askedAtMs = undefined;
    this.#readings.forget(fault, sinceMs);
  }

  #nextRead(nowMs: RunningMs): PlannedRead | undefined {
    const block = nextBlock(this.#plan, this.#progress, nowMs);
    if (block === undefined) return undefined;
    if (!this.#mayJoin) return { ...block, blocks: [block] };
    return joinDue(this.#plan, block, this.#progress, nowMs);
  }

  /** Takes the next slot of the maker's pace; who comes later gets a later one. */
  #waitForSlot(nowMs: RunningMs): Promise<void> {
    const slotMs = this.#nextReadMs;
    this.#nextReadMs = slotMs + this.#plan.readSpacingMs;
    return this.#pause.wait(slotMs - nowMs);
  }

  #keepPace(nowMs: RunningMs): void {
    this.#nextReadMs = Math.max(this.#nextReadMs, nowMs + this.#plan.readSpacingMs);
  }

  #send({ functionCode, address, count }: LookRequest, priority: LinePriority): Promise<ModbusResult> {
    const { unit, line, profile } = this.#options;
    const { timeoutMs, silenceMs } = profile.data.timing;
    return line.request({ unit, functionCode, address, count, priority, timeoutMs, silenceMs });
  }

  async #ask(read: PlannedRead): Promise<ModbusResult> {
    const { functionCode, count, blocks } = read;
    const address = this.#options.addressOf(read);
    if (address === undefined) throw new RangeError(`the device has no model for ${read.address}`);
    const askedAtMs = this.#clock.runningMs();
    const wasWanted = blocks.map(({ index }) => this.#startAsking(index, askedAtMs));
    this.#keepPace(askedAtMs);
    const result = await this.#send({ functionCode, address, count }, 'poll');
    const nowMs = this.#clock.runningMs();
    if (result.ok) {
      this.#contact.answered();
      for (const { index } of blocks) this.#refusals[index] = 0;
      this.#readings.take(read, result.words, nowMs);
      return result;
    }
    if (isSilence(result)) {
      for (const [place, { index }] of blocks.entries()) {
        const progress = this.#progress[index];
        if (progress !== undefined) progress.isWanted ||= wasWanted[place] === true;
      }
      this.#contact.failed(result.fault, nowMs);
      this.noticeLoss();
      return result;
    }
    this.#contact.answered();
    if (blocks.length > 1) {
      // This device does not read across the gaps: each block by itself from here on, and now.
      this.#mayJoin = false;
      for (const { index } of blocks) {
        const progress = this.#progress[index];
        if (progress !== undefined) progress.askedAtMs = undefined;
      }
      return result;
    }
    for (const block of blocks) this.#countRefusal(block, nowMs);
    return result;
  }

  /** Whether somebody waited for this block. */
  #startAsking(index: number, nowMs: RunningMs): boolean {
    const progress = this.#progress[index];
    if (progress === undefined) throw new RangeError(`block ${index} is not planned`);
    const wasWanted = progress.isWanted;
    // A refused read-back is not asked for without end; its own cadence brings it again.
    progress.isWanted = false;
    progress.askedAtMs = nowMs;
    progress.waitsSinceMs = undefined;
    return wasWanted;
  }

  #countRefusal(block: PlannedBlock, nowMs: RunningMs): void {
    const refusals = (this.#refusals[block.index] ?? 0) + 1;
    this.#refusals[block.index] = refusals;
    if (refusals >= CONTACT_FIGURES.lostAfter) this.#readings.forgetBlock(block, 'device-exception', nowMs);
  }
}

const CLOSED: ModbusResult = { ok: false, fault: 'device-offline', detail: 'the device was closed' };

/** An exception is an answer; everything else that is not ok may be a dead unit. */
function isSilence(result: ModbusResult): result is Extract<ModbusResult, { ok: false }> {
  return !result.ok && result.fault !== 'device-exception';
}
