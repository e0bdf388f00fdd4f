import { expect, test } from 'vitest';
import { fitLinearithmic, type Sample, shareOfLinearithmic } from './growthFit.ts';
import { GrowthHome } from './growthHome.ts';

const SIZES = [0, 1, 2, 4, 8, 16, 32, 64];
const samplesOf = (costUs: (size: number) => number): Sample[] =>
  SIZES.map((size) => ({ size, costUs: costUs(size) }));
const linearithmic = (n: number): number => (n === 0 ? 0 : n * Math.log2(n));

test('a cost of n log n is its own measure, whatever an empty home costs', () => {
  for (const fixedUs of [10, 60, 300]) {
    const samples = samplesOf((n) => fixedUs + 4 * linearithmic(n));
    expect(shareOfLinearithmic(samples)).toBeCloseTo(1, 6);
    const { fixedUs: found, perUnitUs } = fitLinearithmic(samples);
    expect(found).toBeCloseTo(fixedUs, 6);
    expect(perUnitUs).toBeCloseTo(4, 6);
  }
});

test('a cost that does not grow stays below n log n, but for the noise', () => {
  expect(shareOfLinearithmic(samplesOf(() => 200))).toBeCloseTo(1, 6);
});

test.each([
  { name: 'linear', costUs: (n: number) => 70 + 16 * n, least: 0.4, most: 0.85 },
  { name: 'linear above much that is fixed', costUs: (n: number) => 200 + 4 * n, least: 0.5, most: 0.95 },
  { name: 'quadratic', costUs: (n: number) => 70 + 1.5 * n ** 2, least: 1.5, most: 4 },
  {
    name: 'quadratic above much that is fixed',
    costUs: (n: number) => 200 + 0.1 * n ** 2,
    least: 1.1,
    most: 4,
  },
])('the verdict on a growth stands on a busy machine: $name', ({ costUs, least, most }) => {
  // Each size too dear or too cheap by 2.5 %, in every combination: more than the quickest tenth differs by from run to run.
  for (let pattern = 0; pattern < 2 ** SIZES.length; pattern += 1) {
    const swing = (place: number): number => ((pattern >> place) % 2 === 0 ? 0.975 : 1.025);
    const share = shareOfLinearithmic(
      SIZES.map((size, place) => ({ size, costUs: costUs(size) * swing(place) })),
    );
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
  }
});

test.each([1, 3] as const)(
  'in the home that is measured on %i phases every car charges and more is wanted than fits',
  (phases) => {
    const home = new GrowthHome({ loads: 10, limits: 20, phases, boards: 4 });
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
