import { expect, test } from 'vitest';
import { exponentOfLinearithmic, fitGrowth, type Sample } from './growthFit.ts';
import { GrowthHome } from './growthHome.ts';

const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const samplesOf = (costUs: (size: number) => number): Sample[] =>
  SIZES.map((size) => ({ size, costUs: costUs(size) }));

test.each([
  { name: 'linear', costUs: (n: number) => 40 + 5 * n, exponent: 1 },
  { name: 'quadratic', costUs: (n: number) => 40 + 5 * n ** 2, exponent: 2 },
  { name: 'none', costUs: () => 40, exponent: 0 },
])('finds the exponent of a cost with a fixed part: $name', ({ costUs, exponent }) => {
  expect(fitGrowth(samplesOf(costUs)).exponent).toBeCloseTo(exponent, 1);
});

test('n log n lies between linear and quadratic, and a quadratic cost exceeds it', () => {
  const quadratic = samplesOf((n) => 40 + 5 * n ** 2);
  const most = exponentOfLinearithmic(quadratic, fitGrowth(quadratic));
  expect(most).toBeGreaterThan(1.2);
  expect(most).toBeLessThan(1.8);
});

test.each([1, 3] as const)(
  'in the home that is measured on %i phases every car charges and more is wanted than fits',
  (phases) => {
    const home = new GrowthHome({ loads: 10, limits: 20, phases });
    let leastA = Number.POSITIVE_INFINITY;
    let mostA = 0;
    for (let cycle = 0; cycle < 240; cycle += 1) {
      home.decideNext();
      if (cycle < 120) continue;
      leastA = Math.min(leastA, home.drawnA());
      mostA = Math.max(mostA, home.drawnA());
    }
    // The household swings by 8 A around the middle of 160 A, so set-points go down and up.
    expect(leastA).toBeGreaterThan(140);
    expect(mostA).toBeLessThan(170);
    expect(mostA - leastA).toBeGreaterThan(4);
  },
);
