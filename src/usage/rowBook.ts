import type { ClockLevel, Now } from '../domain/instant.ts';
import type { UsageRow } from '../ports/usage.ts';
import { offsetOf } from './clock.ts';
import type { Gap } from './gap.ts';
import { HALF_HOUR_MS, type HalfHour, type Minute, shiftMinutes } from './minutes.ts';
import type { SecondBlock } from './seconds.ts';
import type { Session } from './session.ts';
import { packContent, type UsageContent } from './stored.ts';

/** Rows to write, and rows that are not true any more. */
export interface UsageChanges {
  readonly rows: readonly UsageRow[];
  readonly removedIds: readonly number[];
}

/** What was gathered by a clock that a better one has corrected. */
interface Uncertain {
  readonly id: number;
  readonly content: UsageContent;
  readonly clockLevel: ClockLevel;
  readonly offsetMs: number;
}

interface Moved {
  /** By the better clock. */
  readonly minutes: readonly Minute[];
  /** As they were. */
  readonly sessions: readonly Session[];
  readonly gaps: readonly Gap[];
  readonly seconds: readonly SecondBlock[];
}

/** Kept in mind for a correction: two days and more. What is older keeps the instants that it has. */
const MOST_UNCERTAIN = 1_000;
/** While nothing can be written: four days of half-hours and their minutes, six hours of seconds. */
const MOST_WAITING = 400;
const MOST_WAITING_SECONDS = 72;

/** Numbers the finished entries and holds them until they are written; knows which of them a better clock would move. */
export class RowBook {
  #nextId: number;
  #rows: UsageRow[] = [];
  #removedIds: number[] = [];
  #uncertain: Uncertain[] = [];

  constructor(nextId: number) {
    this.#nextId = nextId;
  }

  nextId(): number {
    return this.#nextId;
  }

  addHalfHour(
    { halfHour, minutes }: { readonly halfHour: HalfHour; readonly minutes: readonly Minute[] },
    offsetMs: number,
  ): void {
    const { fromUtcMs, clockLevel } = halfHour;
    const untilUtcMs = fromUtcMs + HALF_HOUR_MS;
    this.#add({ kind: 'halfHour', halfHour }, fromUtcMs, untilUtcMs, clockLevel, offsetMs);
    this.#add({ kind: 'minutes', minutes }, fromUtcMs, untilUtcMs, clockLevel, offsetMs);
  }

  addSeconds(block: SecondBlock, offsetMs: number): void {
    const { from } = block;
    const length = Math.max(0, ...Object.values(block.powersW).map((values) => values.length));
    const untilUtcMs = from.utcMs + length * 1000;
    this.#add({ kind: 'seconds', block }, from.utcMs, untilUtcMs, from.clockLevel, offsetMs);
  }

  addSession(session: Session): void {
    const { beganAt, endedAt = beganAt } = session;
    this.#add(
      { kind: 'session', session },
      beganAt.utcMs,
      endedAt.utcMs,
      endedAt.clockLevel,
      offsetOf(endedAt),
    );
  }

  addGap(gap: Gap, offsetMs: number): void {
    const { until, from = until } = gap;
    this.#add({ kind: 'gap', gap }, from.utcMs, until.utcMs, until.clockLevel, offsetMs);
  }

  take(): UsageChanges {
    const changes = { rows: this.#rows, removedIds: this.#removedIds };
    this.#rows = [];
    this.#removedIds = [];
    return changes;
  }

  giveBack({ rows, removedIds }: UsageChanges, now: Now): void {
    const removed = new Set(this.#removedIds);
    this.#rows = [...rows.filter(({ id }) => !removed.has(id)), ...this.#rows];
    this.#removedIds = [...removedIds, ...this.#removedIds];
    this.#giveUpOldest(now);
  }

  /** @param shiftOf how far a clock with this offset and level was off */
  takeUncertain(shiftOf: (offsetMs: number, level: ClockLevel) => number): Moved {
    const minutes: Minute[] = [];
    const sessions: Session[] = [];
    const gaps: Gap[] = [];
    const seconds: SecondBlock[] = [];
    for (const { id, content, clockLevel, offsetMs } of this.#uncertain) {
      const shiftMs = shiftOf(offsetMs, clockLevel);
      if (shiftMs === 0) continue;
      this.#remove(id);
      if (content.kind === 'minutes') minutes.push(...shiftMinutes(content.minutes, shiftMs));
      else if (content.kind === 'session') sessions.push(content.session);
      else if (content.kind === 'gap') gaps.push(content.gap);
      else if (content.kind === 'seconds') seconds.push(content.block);
    }
    this.#uncertain = [];
    return { minutes, sessions, gaps, seconds };
  }

  #add(
    content: UsageContent,
    fromUtcMs: number,
    untilUtcMs: number,
    clockLevel: ClockLevel,
    offsetMs: number,
  ): void {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#rows.push({ id, kind: content.kind, fromUtcMs, untilUtcMs, body: packContent(content) });
    if (clockLevel === 'synced' || !Number.isFinite(offsetMs)) return;
    this.#uncertain.push({ id, content, clockLevel, offsetMs });
    if (this.#uncertain.length > MOST_UNCERTAIN) this.#uncertain.shift();
  }

  #remove(id: number): void {
    this.#rows = this.#rows.filter((row) => row.id !== id);
    this.#removedIds.push(id);
  }

  /** Seconds first, then minutes, then the oldest of the rest; that is told as a gap. */
  #giveUpOldest(now: Now): void {
    this.#dropOldest('seconds', MOST_WAITING_SECONDS);
    const others = this.#rows.filter(({ kind }) => kind !== 'seconds' && kind !== 'minutes').length;
    this.#dropOldest('minutes', Math.max(0, MOST_WAITING - others));
    if (others <= MOST_WAITING) return;
    const lost = this.#dropOldest('halfHour', MOST_WAITING / 2);
    const [first] = lost;
    if (first === undefined) return;
    const from: Now = { runningMs: now.runningMs, utcMs: first.fromUtcMs, clockLevel: 'coarse' };
    const untilUtcMs = Math.max(...lost.map((row) => row.untilUtcMs));
    this.addGap(
      { cause: 'recordFailed', from, until: { ...from, utcMs: untilUtcMs }, energy: {} },
      Number.NaN,
    );
  }

  #dropOldest(kind: UsageRow['kind'], most: number): readonly UsageRow[] {
    const ofKind = this.#rows.filter((row) => row.kind === kind);
    const dropped = ofKind.slice(0, Math.max(0, ofKind.length - most));
    if (dropped.length > 0) this.#rows = this.#rows.filter((row) => !dropped.includes(row));
    return dropped;
  }
}
