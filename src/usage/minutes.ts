import type { ClockLevel, UtcMs } from '../domain/instant.ts';
import { EMPTY_TALLY, mergeTallies, roundedTally, shareOf, type Tally } from './tally.ts';

export const MINUTE_MS = 60_000;
/** The settlement period of the electricity market: it begins at each full and half hour UTC. */
export const HALF_HOUR_MS = 1_800_000;

export type Tallies = Readonly<Record<string, Tally>>;

/** One minute by UTC. */
export interface Minute {
  readonly fromUtcMs: UtcMs;
  /** By channel id. */
  readonly channels: Tallies;
}

/** One half-hour by UTC; the sum of its minutes. */
export interface HalfHour {
  readonly fromUtcMs: UtcMs;
  /** The least certain level of the clock while it was gathered. */
  readonly clockLevel: ClockLevel;
  readonly channels: Tallies;
}

export function floorTo(utcMs: UtcMs, spanMs: number): UtcMs {
  return Math.floor(utcMs / spanMs) * spanMs;
}

export function mergeChannels(one: Tallies, other: Tallies): Tallies {
  const sum: Record<string, Tally> = { ...one };
  for (const [channelId, tally] of Object.entries(other)) {
    sum[channelId] = mergeTallies(sum[channelId] ?? EMPTY_TALLY, tally);
  }
  return sum;
}

export function mapChannels(channels: Tallies, change: (tally: Tally) => Tally): Tallies {
  return Object.fromEntries(Object.entries(channels).map(([id, tally]) => [id, change(tally)]));
}

/** The half-hours that these minutes make up, in their order. */
export function halfHoursOf(
  minutes: readonly Minute[],
  clockLevel: ClockLevel,
): readonly { readonly halfHour: HalfHour; readonly minutes: readonly Minute[] }[] {
  const starts = [...new Set(minutes.map(({ fromUtcMs }) => floorTo(fromUtcMs, HALF_HOUR_MS)))];
  return starts
    .toSorted((one, other) => one - other)
    .map((fromUtcMs) => {
      const own = minutes.filter((minute) => floorTo(minute.fromUtcMs, HALF_HOUR_MS) === fromUtcMs);
      const channels = own.reduce<Tallies>((sum, minute) => mergeChannels(sum, minute.channels), {});
      return {
        halfHour: { fromUtcMs, clockLevel, channels: mapChannels(channels, roundedTally) },
        minutes: own,
      };
    });
}

/**
 * The same minutes by a clock that was found to be wrong by so much. A minute that then lies across two is shared out
 * between them, so that the sums stay.
 */
export function shiftMinutes(minutes: readonly Minute[], shiftMs: number): readonly Minute[] {
  const shifted = new Map<UtcMs, Tallies>();
  const put = (fromUtcMs: UtcMs, channels: Tallies): void => {
    shifted.set(fromUtcMs, mergeChannels(shifted.get(fromUtcMs) ?? {}, channels));
  };
  for (const { fromUtcMs, channels } of minutes) {
    const beginsAtMs = fromUtcMs + shiftMs;
    const first = floorTo(beginsAtMs, MINUTE_MS);
    const later = (beginsAtMs - first) / MINUTE_MS;
    if (later === 0) {
      put(first, channels);
      continue;
    }
    put(
      first,
      mapChannels(channels, (tally) => shareOf(tally, 1 - later)),
    );
    put(
      first + MINUTE_MS,
      mapChannels(channels, (tally) => shareOf(tally, later)),
    );
  }
  return [...shifted]
    .toSorted(([one], [other]) => one - other)
    .map(([fromUtcMs, channels]) => ({ fromUtcMs, channels }));
}
