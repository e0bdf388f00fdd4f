export interface Spread {
  readonly samples: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly worst: number;
}

/** By the nearest rank, so that every figure is one that was measured. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return {
    samples: sorted.length,
    median: rank(0.5),
    p95: rank(0.95),
    p99: rank(0.99),
    worst: rank(1),
  };
}
