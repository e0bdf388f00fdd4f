import type { UtcMs } from '../domain/instant.ts';
import type { Span } from './calendar.ts';
import type { Gap, GapEnergy } from './gap.ts';
import { floorTo, HALF_HOUR_MS, type HalfHour, mergeChannels, type Tallies } from './minutes.ts';
import { EMPTY_TALLY, mergeTallies, type Tally } from './tally.ts';

/** All that a report rests on, as it was found in the record. */
export interface UsageFound {
  readonly halfHours: readonly HalfHour[];
  readonly gaps: readonly Gap[];
  /** Where entries were that cannot be read any more. */
  readonly damaged: readonly Span[];
}

export interface EnergyRow extends Span {
  readonly channels: Tallies;
}

/** Time for which something is not known, and what of it is known after all. */
export interface NotKnown {
  /** A gap of the record, the code of a fault of a channel, or notRecorded, damaged. */
  readonly cause: Gap['cause'] | 'notRecorded' | 'damaged' | (string & {});
  readonly fromUtcMs?: UtcMs;
  readonly untilUtcMs: UtcMs;
  /** Absent: nothing at all is known. */
  readonly channelId?: string;
  /** How much of the time between; absent: all of it. */
  readonly durationMs?: number;
  /** By the registers of the meters, by channel. */
  readonly energy?: Readonly<Record<string, GapEnergy>>;
  /** Where that energy is counted: in a row, only in the sum since it is not known when it flowed, or nowhere since the gap reaches beyond the report. */
  readonly counted?: 'row' | 'sum' | 'not';
}

export interface EnergyReport {
  /** In their order: those that were counted at any time of the report. */
  readonly channelIds: readonly string[];
  readonly rows: readonly EnergyRow[];
  readonly total: EnergyRow;
  readonly notKnown: readonly NotKnown[];
}

/**
 * Adds up half-hours in rows. What flowed in a gap counts in its row when the whole gap lies in it, otherwise only in the sum.
 * @param spans the rows, one behind the other, without gap
 * @param recorded from the first thing that was recorded to now: nothing is expected outside of it
 */
export function reportEnergy(found: UsageFound, spans: readonly Span[], recorded: Span): EnergyReport {
  const whole = { fromUtcMs: spans[0]?.fromUtcMs ?? 0, untilUtcMs: spans.at(-1)?.untilUtcMs ?? 0 };
  const halfHours = mergeHalfHours(found.halfHours.filter(({ fromUtcMs }) => isIn(whole, fromUtcMs)));
  const gaps = found.gaps.filter((gap) => overlaps(whole, spanOfGap(gap)));
  const placed = gaps.map((gap) => ({ gap, row: spans.find((span) => isWhollyIn(span, gap)) }));
  const measured = sumBySpan(spans, halfHours);
  const rows = spans.map((span, place): EnergyRow => {
    const channels = placed
      .filter(({ row }) => row === span)
      .reduce((sum, { gap }) => mergeChannels(sum, talliesOf(gap)), measured[place] ?? {});
    return { ...span, channels };
  });
  const unplaced = placed.filter(({ gap, row }) => row === undefined && isWhollyIn(whole, gap));
  const total = [
    ...rows.map(({ channels }) => channels),
    ...unplaced.map(({ gap }) => talliesOf(gap)),
  ].reduce((sum, channels) => mergeChannels(sum, channels), {});
  return {
    channelIds: Object.keys(total).toSorted(connectionFirst),
    rows,
    total: { ...whole, channels: total },
    notKnown: [
      ...placed.map(({ gap, row }) => gapText(gap, row !== undefined, isWhollyIn(whole, gap))),
      ...missingOf(halfHours),
      ...notRecorded(halfHours, { gaps, damaged: found.damaged }, clip(whole, recorded)),
    ].toSorted((one, other) => (one.fromUtcMs ?? 0) - (other.fromUtcMs ?? 0)),
  };
}

/** Of the connection point, or of the first channel where it has no meter: how much of a row is known, 0 to 1. */
export function knownShareOf(
  { fromUtcMs, untilUtcMs, channels }: EnergyRow,
  recorded: Span,
): number | undefined {
  const [id] = Object.keys(channels).toSorted(connectionFirst);
  const within = clip({ fromUtcMs, untilUtcMs }, recorded);
  const lastsMs = within.untilUtcMs - within.fromUtcMs;
  if (lastsMs <= 0) return undefined;
  return Math.min(1, (id === undefined ? 0 : (channels[id]?.coveredMs ?? 0)) / lastsMs);
}

/** Goes along both once: a year of half-hours may be asked for by half-hours. */
function sumBySpan(spans: readonly Span[], halfHours: ReadonlyMap<UtcMs, Tallies>): readonly Tallies[] {
  const sums: Tallies[] = spans.map(() => ({}));
  let place = 0;
  for (const [fromUtcMs, channels] of halfHours) {
    while (place < spans.length - 1 && fromUtcMs >= (spans[place]?.untilUtcMs ?? 0)) place += 1;
    sums[place] = mergeChannels(sums[place] ?? {}, channels);
  }
  return sums;
}

/** Half-hours that were gathered in several goes are one. */
function mergeHalfHours(halfHours: readonly HalfHour[]): ReadonlyMap<UtcMs, Tallies> {
  const merged = new Map<UtcMs, Tallies>();
  for (const { fromUtcMs, channels } of halfHours.toSorted((one, other) => one.fromUtcMs - other.fromUtcMs)) {
    merged.set(fromUtcMs, mergeChannels(merged.get(fromUtcMs) ?? {}, channels));
  }
  return merged;
}

function talliesOf(gap: Gap): Tallies {
  return Object.fromEntries(
    Object.entries(gap.energy).map(([channelId, energy]): [string, Tally] => [
      channelId,
      mergeTallies(EMPTY_TALLY, { ...EMPTY_TALLY, ...energy }),
    ]),
  );
}

function gapText(gap: Gap, isInRow: boolean, isInWhole: boolean): NotKnown {
  const { cause, from, until, energy } = gap;
  const hasEnergy = Object.keys(energy).length > 0;
  const [only, ...others] = Object.keys(energy);
  return {
    cause,
    ...(from === undefined ? {} : { fromUtcMs: from.utcMs }),
    untilUtcMs: until.utcMs,
    ...(cause === 'deviceSilent' && only !== undefined && others.length === 0 ? { channelId: only } : {}),
    ...(hasEnergy ? { energy, counted: isInRow ? 'row' : isInWhole ? 'sum' : 'not' } : {}),
  };
}

/** Runs of half-hours in which a channel was not known for the same cause. */
function missingOf(halfHours: ReadonlyMap<UtcMs, Tallies>): readonly NotKnown[] {
  const open = new Map<string, NotKnown & { readonly durationMs: number }>();
  const found: NotKnown[] = [];
  for (const [fromUtcMs, channels] of halfHours) {
    for (const [channelId, { missingMs }] of Object.entries(channels)) {
      for (const [cause, durationMs] of Object.entries(missingMs ?? {})) {
        const key = `${channelId} ${cause}`;
        const known = open.get(key);
        const untilUtcMs = fromUtcMs + HALF_HOUR_MS;
        if (known !== undefined && known.untilUtcMs === fromUtcMs) {
          open.set(key, { ...known, untilUtcMs, durationMs: known.durationMs + durationMs });
          continue;
        }
        if (known !== undefined) found.push(known);
        open.set(key, { cause, channelId, fromUtcMs, untilUtcMs, durationMs });
      }
    }
  }
  return [...found, ...open.values()].filter(({ durationMs = 0 }) => durationMs >= LEAST_TOLD_MS);
}

/** Less than this in one run is the ordinary breath of a bus. */
const LEAST_TOLD_MS = 60_000;

/** Half-hours of which nothing is there and nothing says why. */
function notRecorded(
  halfHours: ReadonlyMap<UtcMs, Tallies>,
  { gaps, damaged }: Pick<UsageFound, 'gaps' | 'damaged'>,
  { fromUtcMs, untilUtcMs }: Span,
): readonly NotKnown[] {
  const found: NotKnown[] = damaged.map((span) => ({ cause: 'damaged', ...span }));
  const told = [...gaps.map(spanOfGap), ...damaged];
  // The half-hour that runs is not closed yet.
  const last = floorTo(untilUtcMs, HALF_HOUR_MS) - HALF_HOUR_MS;
  for (let at = floorTo(fromUtcMs, HALF_HOUR_MS); at <= last; at += HALF_HOUR_MS) {
    const span = { fromUtcMs: at, untilUtcMs: at + HALF_HOUR_MS };
    if (halfHours.has(at) || told.some((other) => overlaps(span, other))) continue;
    const before = found.at(-1);
    if (before?.cause === 'notRecorded' && before.untilUtcMs === at) {
      found[found.length - 1] = { ...before, untilUtcMs: span.untilUtcMs };
    } else found.push({ cause: 'notRecorded', ...span });
  }
  return found;
}

function spanOfGap({ from, until }: Gap): Span {
  return { fromUtcMs: Math.min(from?.utcMs ?? until.utcMs, until.utcMs), untilUtcMs: until.utcMs };
}

function isWhollyIn(span: Span, gap: Gap): boolean {
  const { fromUtcMs, untilUtcMs } = spanOfGap(gap);
  return gap.from !== undefined && fromUtcMs >= span.fromUtcMs && untilUtcMs <= span.untilUtcMs;
}

function isIn({ fromUtcMs, untilUtcMs }: Span, atUtcMs: UtcMs): boolean {
  return atUtcMs >= fromUtcMs && atUtcMs < untilUtcMs;
}

/** Touching is not overlapping; a moment overlaps what it lies in. */
function overlaps(one: Span, other: Span): boolean {
  return one.fromUtcMs <= other.untilUtcMs && other.fromUtcMs < one.untilUtcMs;
}

function clip(one: Span, other: Span): Span {
  return {
    fromUtcMs: Math.max(one.fromUtcMs, other.fromUtcMs),
    untilUtcMs: Math.min(one.untilUtcMs, other.untilUtcMs),
  };
}

function connectionFirst(one: string, other: string): number {
  if (one === 'connection' || other === 'connection') return one === 'connection' ? -1 : 1;
  return one < other ? -1 : one > other ? 1 : 0;
}
