/** What one channel did in a stretch of time. Two of the same stretch, or of two that follow one another, add up. */
export interface Tally {
  /** How much of the time the power was known. */
  readonly coveredMs: number;
  /** Power times the time that it was known; import positive. */
  readonly wattSeconds: number;
  /** Absent while the power was not known at any moment. */
  readonly minimumW?: number;
  readonly maximumW?: number;
  readonly importWh: number;
  readonly exportWh: number;
  /** Time in which the power was not known, by its cause: the code of a fault. */
  readonly missingMs?: Readonly<Record<string, number>>;
}

export const EMPTY_TALLY: Tally = { coveredMs: 0, wattSeconds: 0, importWh: 0, exportWh: 0 };

export function mergeTallies(one: Tally, other: Tally): Tally {
  const minimumW = least(one.minimumW, other.minimumW);
  const maximumW = most(one.maximumW, other.maximumW);
  const missingMs = addUp(one.missingMs, other.missingMs);
  return {
    coveredMs: one.coveredMs + other.coveredMs,
    wattSeconds: one.wattSeconds + other.wattSeconds,
    ...(minimumW === undefined ? {} : { minimumW }),
    ...(maximumW === undefined ? {} : { maximumW }),
    importWh: one.importWh + other.importWh,
    exportWh: one.exportWh + other.exportWh,
    ...(missingMs === undefined ? {} : { missingMs }),
  };
}

/** A part of it, for a stretch that has to be shared out; the extremes are those of the whole. 0 <= share <= 1. */
export function shareOf(tally: Tally, share: number): Tally {
  const { coveredMs, wattSeconds, importWh, exportWh, missingMs, ...extremes } = tally;
  return {
    ...extremes,
    coveredMs: coveredMs * share,
    wattSeconds: wattSeconds * share,
    importWh: importWh * share,
    exportWh: exportWh * share,
    ...(missingMs === undefined
      ? {}
      : { missingMs: mapValues(missingMs, (durationMs) => durationMs * share) }),
  };
}

/** As it is kept: to the millisecond, the watt-second and the thousandth of a watt-hour. */
export function roundedTally(tally: Tally): Tally {
  const { coveredMs, wattSeconds, minimumW, maximumW, importWh, exportWh, missingMs } = tally;
  return {
    coveredMs: Math.round(coveredMs),
    wattSeconds: Math.round(wattSeconds),
    ...(minimumW === undefined ? {} : { minimumW: Math.round(minimumW) }),
    ...(maximumW === undefined ? {} : { maximumW: Math.round(maximumW) }),
    importWh: roundedWh(importWh),
    exportWh: roundedWh(exportWh),
    ...(missingMs === undefined ? {} : { missingMs: mapValues(missingMs, Math.round) }),
  };
}

/** Absent while nothing was known. */
export function meanOf({ wattSeconds, coveredMs }: Tally): number | undefined {
  return coveredMs > 0 ? (wattSeconds * 1000) / coveredMs : undefined;
}

export function roundedWh(energyWh: number): number {
  return Math.round(energyWh * 1000) / 1000;
}

function addUp(one: Tally['missingMs'], other: Tally['missingMs']): Tally['missingMs'] {
  if (one === undefined || other === undefined) return one ?? other;
  const sum: Record<string, number> = { ...one };
  for (const [cause, durationMs] of Object.entries(other)) sum[cause] = (sum[cause] ?? 0) + durationMs;
  return sum;
}

function mapValues(
  durations: Readonly<Record<string, number>>,
  change: (durationMs: number) => number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(durations).map(([cause, value]) => [cause, change(value)]));
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function most(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
