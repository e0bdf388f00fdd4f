import type { UsageFinding, UsageKind } from '../ports/usage.ts';
import type { Span } from './calendar.ts';
import type { UsageFound } from './energyReport.ts';
import type { Gap } from './gap.ts';
import { type HalfHour, halfHoursOf } from './minutes.ts';
import type { Session } from './session.ts';
import { type UsageState, unpackState } from './state.ts';
import { unpackContent } from './stored.ts';

/** What is asked of a record. */
export interface UsageSource {
  usage(kind: UsageKind, interval?: Partial<Span>): Iterable<UsageFinding>;
  usageState(): unknown;
}

export interface Account {
  readonly found: UsageFound;
  /** By their beginning; those that go on as well. */
  readonly sessions: readonly Session[];
  /** Absent: nothing was recorded yet. */
  readonly recorded?: Span;
}

/** The account of energy as it stands in a record: what is finished, and what is not. */
export function readAccount(source: UsageSource): Account {
  const damaged: Span[] = [];
  const halfHours: HalfHour[] = [];
  const gaps: Gap[] = [];
  const sessions: Session[] = [];
  for (const kind of ['halfHour', 'gap', 'session'] as const) {
    for (const finding of source.usage(kind)) {
      if (finding.kind === 'damaged') {
        damaged.push({ fromUtcMs: finding.fromUtcMs, untilUtcMs: finding.untilUtcMs });
        continue;
      }
      const content = unpackContent(finding.row);
      if (content.kind === 'halfHour') halfHours.push(content.halfHour);
      else if (content.kind === 'gap') gaps.push(content.gap);
      else if (content.kind === 'session') sessions.push(content.session);
    }
  }
  const state = unpackState(source.usageState());
  if (state !== undefined) {
    halfHours.push(...halfHoursOf(state.minutes, state.clockLevel).map(({ halfHour }) => halfHour));
    if (state.gap !== undefined) gaps.push(state.gap);
    sessions.push(...Object.values(state.sessions).flatMap(({ open }) => open ?? []));
  }
  const recorded = spanOf(halfHours, gaps, state);
  return {
    found: { halfHours, gaps, damaged },
    sessions: sessions.toSorted((one, other) => one.beganAt.utcMs - other.beganAt.utcMs),
    ...(recorded === undefined ? {} : { recorded }),
  };
}

function spanOf(
  halfHours: readonly HalfHour[],
  gaps: readonly Gap[],
  state: UsageState | undefined,
): Span | undefined {
  const beginnings = [
    ...halfHours.map(({ fromUtcMs }) => fromUtcMs),
    ...gaps.map(({ from, until }) => (from ?? until).utcMs),
  ];
  const fromUtcMs = beginnings.reduce((least, utcMs) => Math.min(least, utcMs), Number.POSITIVE_INFINITY);
  const untilUtcMs = [...halfHours.map((halfHour) => halfHour.fromUtcMs), state?.savedAt.utcMs ?? 0].reduce(
    (most, utcMs) => Math.max(most, utcMs),
    0,
  );
  return Number.isFinite(fromUtcMs) ? { fromUtcMs, untilUtcMs: Math.max(fromUtcMs, untilUtcMs) } : undefined;
}
