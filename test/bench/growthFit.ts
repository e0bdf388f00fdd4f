export interface Sample {
  readonly size: number;
  readonly costUs: number;
}

/** cost = fixed + perUnit * n log2 n */
export interface Linearithmic {
  readonly fixedUs: number;
  readonly perUnitUs: number;
}

/** The sizes that the curve is laid through, of the largest. */
const SMALLER_SHARE = 1 / 4;

/**
 * The cost of the largest size, of what n log n makes of it when it is carried on from the sizes up to a quarter of that. Below
 * 1 the cost grows slower than n log n. A free exponent would say nothing: the cost of an empty home is much of the whole.
 */
export function shareOfLinearithmic(samples: readonly Sample[]): number {
  const largest = samples.reduce((most, sample) => (sample.size > most.size ? sample : most));
  const { fixedUs, perUnitUs } = fitLinearithmic(
    samples.filter(({ size }) => size <= largest.size * SMALLER_SHARE),
  );
  return largest.costUs / (fixedUs + perUnitUs * linearithmic(largest.size));
}

/** The curve of least squares, by the relative error, with neither part below zero. */
export function fitLinearithmic(samples: readonly Sample[]): Linearithmic {
  const sums = { w: 0, x: 0, y: 0, xx: 0, xy: 0 };
  for (const { size, costUs } of samples) {
    const w = 1 / costUs ** 2;
    const x = linearithmic(size);
    sums.w += w;
    sums.x += w * x;
    sums.y += w * costUs;
    sums.xx += w * x * x;
    sums.xy += w * x * costUs;
  }
  const perUnitUs = (sums.w * sums.xy - sums.x * sums.y) / (sums.w * sums.xx - sums.x ** 2);
  if (perUnitUs <= 0) return { fixedUs: sums.y / sums.w, perUnitUs: 0 };
  const fixedUs = (sums.y - perUnitUs * sums.x) / sums.w;
  return fixedUs >= 0 ? { fixedUs, perUnitUs } : { fixedUs: 0, perUnitUs: sums.xy / sums.xx };
}

function linearithmic(size: number): number {
  return size === 0 ? 0 : size * Math.log2(size);
}
