import type { ClockLevel, Now } from '../domain/instant.ts';
import { ChannelCounter, type Counted, LONGEST_STEP_MS } from './channelCounter.ts';
import { leastCertain, offsetOf, restampBy, shiftTo } from './clock.ts';
import { type Gap, withEnergy } from './gap.ts';
import {
  floorTo,
  HALF_HOUR_MS,
  halfHoursOf,
  MINUTE_MS,
  type Minute,
  mapChannels,
  mergeChannels,
  shiftMinutes,
  type Tallies,
} from './minutes.ts';
import { RowBook, type UsageChanges } from './rowBook.ts';
import { channelOfLoad, type Metering, type UsageSample } from './sample.ts';
import { SecondGatherer } from './seconds.ts';
import {
  followSession,
  NO_SESSION,
  restampSession,
  restampState,
  resumeSession,
  type SessionState,
} from './session.ts';
import type { UsageState } from './state.ts';
import { roundedTally, shareOf } from './tally.ts';

export interface LedgerOptions {
  readonly metering: Metering;
  readonly startedAt: Now;
  /** The first number for a new entry. */
  readonly firstId: number;
  /** As the life before left it; absent: there was none. */
  readonly state?: UsageState;
  /** The record of before was lost, and a new one begun. */
  readonly isRecordLost: boolean;
}

/** A gap shorter than this is only time that is not covered. */
const LEAST_GAP_MS = 60_000;
/** What flowed in a gap is told with it when the registers are read within this time. */
const GAP_WAITS_MS = 600_000;
/** From here on the clock has jumped, or the power was off for long: ages by it are not sure. */
const JUMP_MS = 86_400_000;

/**
 * Keeps the account of energy: seconds, minutes, half-hours by UTC, charging sessions, and the gaps between. It only
 * gathers; what is finished is taken with takeChanges and written by whoever asks.
 */
export class UsageLedger {
  readonly #metering: Metering;
  readonly #began: Now;
  readonly #rows: RowBook;
  readonly #seconds = new SecondGatherer();
  readonly #counter: ChannelCounter;
  #minutes = new Map<number, Tallies>();
  #clockLevel: ClockLevel;
  #offsetMs: number;
  #sessions: Record<string, SessionState>;
  #gap: Gap | undefined;
  /** Channels whose energy the gap waits for. */
  #unread = new Set<string>();
  #last: Now;
  #calmSinceMs: number;

  constructor({ metering, startedAt, firstId, state, isRecordLost }: LedgerOptions) {
    this.#metering = metering;
    this.#began = startedAt;
    this.#last = startedAt;
    this.#offsetMs = offsetOf(startedAt);
    this.#clockLevel = startedAt.clockLevel;
    this.#rows = new RowBook(firstId);
    this.#counter = new ChannelCounter(state?.accounts ?? {});
    this.#sessions = { ...state?.sessions };
    this.#calmSinceMs = state?.calmSinceMs ?? startedAt.runningMs;
    if (state !== undefined && isJump(state.savedAt, startedAt)) this.#calmSinceMs = startedAt.runningMs;
    if (isRecordLost) {
      this.#rows.addGap({ cause: 'recordLost', until: startedAt, energy: {} }, offsetOf(startedAt));
    }
    if (state !== undefined) this.#resume(state, startedAt);
  }

  /** What was seen is taken to have held since the look before. */
  add(sample: UsageSample): void {
    const { now } = sample;
    if (shiftTo(now, this.#offsetMs, this.#clockLevel) !== 0) this.#correct(now);
    if (isJump(this.#last, now)) this.#calmSinceMs = now.runningMs;
    const passedMs = Math.max(0, now.runningMs - this.#last.runningMs);
    const counted = new Map(
      this.#metering.channels.map((channel) => [
        channel.channelId,
        this.#counter.count(channel, sample, passedMs),
      ]),
    );
    for (const [channelId, { isRead, late }] of counted) {
      if (isRead) this.#tellLate(channelId, now, late);
    }
    this.#putMinutes(now, passedMs, counted);
    this.#seconds.add(sample);
    this.#followSessions(sample, Math.min(passedMs, LONGEST_STEP_MS), counted);
    this.#settleGap(now);
    this.#last = now;
    this.#offsetMs = offsetOf(now);
  }

  nextId(): number {
    return this.#rows.nextId();
  }

  /** Since when the clock has not jumped by a day or more. */
  calmSinceMs(): number {
    return this.#calmSinceMs;
  }

  /** How much of the finest samples waits to be written. */
  waitingMs(): number {
    return this.#seconds.lengthMs();
  }

  /** Everything that is finished and was not taken yet, and what is not finished. Ask for it once per commit. */
  takeChanges(now: Now, isClosing = false): UsageChanges & { readonly state: UsageState } {
    const block = this.#seconds.take();
    if (block !== undefined) this.#rows.addSeconds(block, offsetOf(block.from));
    return {
      ...this.#rows.take(),
      state: {
        version: 1,
        savedAt: now,
        isClosed: isClosing,
        calmSinceMs: this.#calmSinceMs,
        nextId: this.#rows.nextId(),
        accounts: this.#counter.accounts(),
        clockLevel: this.#clockLevel,
        minutes: this.#listMinutes().map(({ fromUtcMs, channels }) => ({
          fromUtcMs,
          channels: mapChannels(channels, roundedTally),
        })),
        sessions: this.#sessions,
        ...(this.#gap === undefined ? {} : { gap: this.#gap }),
      },
    };
  }

  /** Changes that were taken and are on no disk; they are taken again. */
  giveBack(changes: UsageChanges): void {
    this.#rows.giveBack(changes, this.#last);
  }

  #resume(state: UsageState, startedAt: Now): void {
    const { savedAt, isClosed, clockLevel, minutes, sessions, gap } = state;
    this.#minutes = new Map(minutes.map(({ fromUtcMs, channels }) => [fromUtcMs, channels]));
    const isKnown = startedAt.clockLevel !== 'none';
    if (gap !== undefined) this.#rows.addGap(gap, Number.NaN);
    const awayMs = startedAt.utcMs - savedAt.utcMs;
    if (isKnown && awayMs < LEAST_GAP_MS && awayMs > -LEAST_GAP_MS) {
      this.#clockLevel = leastCertain(clockLevel, startedAt.clockLevel);
      return;
    }
    this.#closeHalfHours(clockLevel, Number.NaN, () => true);
    for (const [loadId, session] of Object.entries(sessions)) {
      this.#sessions[loadId] = resumeSession(session, savedAt);
    }
    this.#gap = {
      cause: isClosed ? 'stopped' : 'endedWithoutWord',
      from: savedAt,
      until: startedAt,
      energy: {},
    };
    this.#unread = new Set(this.#counter.resumeAfterGap());
  }

  /** To the gap that waits for it, or as one of its own. */
  #tellLate(channelId: string, now: Now, late: Counted['late']): void {
    const isAwaited = this.#unread.delete(channelId);
    if (late === undefined) return;
    if (isAwaited && this.#gap !== undefined) {
      this.#gap = withEnergy(this.#gap, channelId, late.importWh, late.exportWh);
      return;
    }
    const gap: Gap = { cause: 'deviceSilent', from: late.from, until: now, energy: {} };
    this.#rows.addGap(withEnergy(gap, channelId, late.importWh, late.exportWh), offsetOf(now));
  }

  #settleGap(now: Now): void {
    if (this.#gap === undefined) return;
    const isPatient = now.runningMs - this.#began.runningMs < GAP_WAITS_MS;
    if (this.#unread.size > 0 && isPatient) return;
    this.#rows.addGap(this.#gap, offsetOf(now));
    this.#gap = undefined;
    this.#unread.clear();
  }

  /** Shares a step out between the minutes that it lies in. */
  #putMinutes(now: Now, passedMs: number, counted: ReadonlyMap<string, Counted>): void {
    const stepMs = Math.min(passedMs, LONGEST_STEP_MS);
    const minute = floorTo(now.utcMs, MINUTE_MS);
    const intoMs = now.utcMs - minute;
    const before = stepMs > intoMs ? (stepMs - intoMs) / stepMs : 0;
    const parts = [
      [minute - MINUTE_MS, before],
      [minute, 1 - before],
    ] as const;
    for (const [fromUtcMs, share] of parts) {
      if (share === 0) continue;
      const channels = Object.fromEntries(
        [...counted].map(([channelId, { tally }]) => [channelId, shareOf(tally, share)]),
      );
      this.#closeHalfHours(
        this.#clockLevel,
        this.#offsetMs,
        (startMs) => floorTo(startMs, HALF_HOUR_MS) !== floorTo(fromUtcMs, HALF_HOUR_MS),
      );
      if (this.#minutes.size === 0) this.#clockLevel = now.clockLevel;
      this.#clockLevel = leastCertain(this.#clockLevel, now.clockLevel);
      this.#minutes.set(fromUtcMs, mergeChannels(this.#minutes.get(fromUtcMs) ?? {}, channels));
    }
  }

  #listMinutes(): readonly Minute[] {
    return [...this.#minutes].map(([fromUtcMs, channels]) => ({ fromUtcMs, channels }));
  }

  /** @param offsetMs of the clock that they were gathered by; not a number: by that of another life */
  #closeHalfHours(level: ClockLevel, offsetMs: number, isOver: (fromUtcMs: number) => boolean): void {
    const over = this.#listMinutes().filter(({ fromUtcMs }) => isOver(fromUtcMs));
    if (over.length === 0) return;
    for (const { fromUtcMs } of over) this.#minutes.delete(fromUtcMs);
    const rounded = over.map(({ fromUtcMs, channels }) => ({
      fromUtcMs,
      channels: mapChannels(channels, roundedTally),
    }));
    for (const closed of halfHoursOf(rounded, level)) this.#rows.addHalfHour(closed, offsetMs);
  }

  #followSessions(
    { now, chargePoints }: UsageSample,
    stepMs: number,
    counted: ReadonlyMap<string, Counted>,
  ): void {
    for (const { loadId, givingLoadIds } of this.#metering.chargePoints) {
      const own = counted.get(channelOfLoad(loadId));
      const giving = givingLoadIds.flatMap((id) => counted.get(channelOfLoad(id)) ?? []);
      const late = own?.late;
      const { state, ended } = followSession(this.#sessions[loadId] ?? NO_SESSION, loadId, {
        now,
        stepMs,
        reading: chargePoints[loadId] ?? {},
        importWh: (own?.importWh ?? 0) + (late?.importWh ?? 0),
        exportWh:
          (own?.exportWh ?? 0) + sumOf(giving.map(({ exportWh, late }) => exportWh + (late?.exportWh ?? 0))),
        ...(late === undefined ? {} : { late: { energyWh: late.importWh, from: late.from } }),
      });
      this.#sessions[loadId] = state;
      if (ended !== undefined) this.#rows.addSession(ended);
    }
  }

  /** A better clock has turned up: what this life has gathered by the worse one moves to where it belongs. */
  #correct(now: Now): void {
    const restamp = restampBy(now, this.#began);
    const openShiftMs = shiftTo(now, this.#offsetMs, this.#clockLevel);
    const open = shiftMinutes(this.#listMinutes(), openShiftMs);
    const moved = this.#rows.takeUncertain((offsetMs, level) => shiftTo(now, offsetMs, level));
    this.#minutes = new Map();
    for (const { fromUtcMs, channels } of [...moved.minutes, ...open]) {
      this.#minutes.set(fromUtcMs, mergeChannels(this.#minutes.get(fromUtcMs) ?? {}, channels));
    }
    this.#clockLevel = now.clockLevel;
    const current = floorTo(now.utcMs, HALF_HOUR_MS);
    this.#closeHalfHours(
      now.clockLevel,
      offsetOf(now),
      (startMs) => floorTo(startMs, HALF_HOUR_MS) !== current,
    );
    for (const session of moved.sessions) this.#rows.addSession(restampSession(session, restamp));
    for (const gap of moved.gaps) this.#rows.addGap(restampGap(gap, restamp), offsetOf(now));
    for (const block of moved.seconds) {
      this.#rows.addSeconds({ ...block, from: restamp(block.from) }, offsetOf(now));
    }
    if (this.#gap !== undefined) this.#gap = restampGap(this.#gap, restamp);
    this.#sessions = Object.fromEntries(
      Object.entries(this.#sessions).map(([loadId, state]) => [loadId, restampState(state, restamp)]),
    );
  }
}

function restampGap(gap: Gap, restamp: (at: Now) => Now): Gap {
  const { from, until } = gap;
  return { ...gap, ...(from === undefined ? {} : { from: restamp(from) }), until: restamp(until) };
}

function isJump(before: Now, after: Now): boolean {
  return Math.abs(offsetOf(after) - offsetOf(before)) >= JUMP_MS;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
