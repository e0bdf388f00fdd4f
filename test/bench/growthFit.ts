export interface Sample {
  readonly size: number;
  readonly costUs: number;
}

/** cost = fixed + perUnit * size ^ exponent */
export interface Growth {
  readonly exponent: number;
  readonly fixedUs: number;
  readonly perUnitUs: number;
}

const LEAST_EXPONENT = 0;
const MOST_EXPONENT = 4;
const STEP = 0.01;

/**
 * The curve of least squares, by the relative error, with neither part below zero. What a decision costs whatever the size
 * of the home is no growth, so it has a part of its own. A cost that does not grow at all has the exponent 0.
 */
export function fitGrowth(samples: readonly Sample[]): Growth {
  let best: Growth = { exponent: 0, fixedUs: 0, perUnitUs: 0 };
  let leastError = Number.POSITIVE_INFINITY;
  for (let exponent = LEAST_EXPONENT; exponent <= MOST_EXPONENT; exponent += STEP) {
    const fitted = { exponent, ...fitLine(samples, exponent) };
    const error = samples.reduce((sum, { size, costUs }) => {
      const modelUs = fitted.fixedUs + fitted.perUnitUs * size ** exponent;
      return sum + ((modelUs - costUs) / costUs) ** 2;
    }, 0);
    if (error < leastError - 1e-12) {
      leastError = error;
      best = fitted;
    }
  }
  return best;
}

/**
 * What growth may not exceed: the exponent that the same fit finds in n log n itself, over the same sizes, on top of the
 * same fixed part and with the same cost at the largest.
 */
export function exponentOfLinearithmic(samples: readonly Sample[], { fixedUs }: Growth): number {
  const largest = samples.reduce((most, sample) => (sample.size > most.size ? sample : most));
  const perUnitUs = (largest.costUs - fixedUs) / linearithmic(largest.size);
  return fitGrowth(samples.map(({ size }) => ({ size, costUs: fixedUs + perUnitUs * linearithmic(size) })))
    .exponent;
}

function linearithmic(size: number): number {
  return size * Math.log2(size);
}

function fitLine(samples: readonly Sample[], exponent: number): Omit<Growth, 'exponent'> {
  const sums = { w: 0, x: 0, y: 0, xx: 0, xy: 0 };
  for (const { size, costUs } of samples) {
    const w = 1 / costUs ** 2;
    const x = size ** exponent;
    sums.w += w;
    sums.x += w * x;
    sums.y += w * costUs;
    sums.xx += w * x * x;
    sums.xy += w * x * costUs;
  }
  const determinant = sums.w * sums.xx - sums.x ** 2;
  const perUnitUs = determinant < 1e-15 ? 0 : (sums.w * sums.xy - sums.x * sums.y) / determinant;
  if (perUnitUs <= 0) return { fixedUs: sums.y / sums.w, perUnitUs: 0 };
  const fixedUs = (sums.y - perUnitUs * sums.x) / sums.w;
  return fixedUs >= 0 ? { fixedUs, perUnitUs } : { fixedUs: 0, perUnitUs: sums.xy / sums.xx };
}
