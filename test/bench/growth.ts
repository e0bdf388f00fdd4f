import { exponentOfLinearithmic, fitGrowth, type Sample } from './growthFit.ts';
import { GrowthHome, type HomeSize } from './growthHome.ts';
import type { Figure, Measurement } from './report.ts';
import { spreadOf } from './statistics.ts';

const CYCLE_US = 1_000_000;
const TARGET_SHARE_PERCENT = 1;
const LOADS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const LIMITS = [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20];
const LARGEST: HomeSize = { loads: 10, limits: 20, phases: 3 };
const BATCH = 50;
/** The homes take turns, each round in another order, so that a busy moment and what the last home left behind meet all alike. */
const ROUNDS = { full: 30, short: 2 };
const WARM_UP_ROUNDS = { full: 8, short: 2 };

interface Row {
  readonly name: string;
  readonly sizes: readonly number[];
  sizeOf(count: number): HomeSize;
}

const ROWS: readonly Row[] = [1, 3].flatMap((phases) => [
  {
    name: `loads, ${phases} ${phases === 1 ? 'phase' : 'phases'}`,
    sizes: LOADS,
    sizeOf: (loads): HomeSize => ({ loads, limits: 20, phases: phases === 1 ? 1 : 3 }),
  },
  {
    name: `limits, ${phases} ${phases === 1 ? 'phase' : 'phases'}`,
    sizes: LIMITS,
    sizeOf: (limits): HomeSize => ({ loads: 10, limits, phases: phases === 1 ? 1 : 3 }),
  },
]);

/** What one decision costs by the size of the home: loads up to 10 under 20 limits, limits up to 20 over 10 loads. */
export function measureGrowth(isShort: boolean): Measurement {
  const extent = isShort ? 'short' : 'full';
  const sizes = ROWS.flatMap(({ sizes: counts, sizeOf }) => counts.map(sizeOf));
  const costs = measureCosts([...sizes, LARGEST], ROUNDS[extent], WARM_UP_ROUNDS[extent]);
  const medianUs = (size: HomeSize): number => spreadOf(costs.get(keyOf(size)) ?? []).median;
  const growths = ROWS.map(({ name, sizes: counts, sizeOf }) => {
    const samples: Sample[] = counts.map((count) => ({ size: count, costUs: medianUs(sizeOf(count)) }));
    const fit = fitGrowth(samples);
    return { name, samples, fit, mostExponent: exponentOfLinearithmic(samples, fit) };
  });
  const largest = spreadOf(costs.get(keyOf(LARGEST)) ?? []);
  const figures: Figure[] = [
    { name: 'decision for the largest home, median', unit: 'us', gateway: largest.median },
    { name: 'decision for the largest home, p99', unit: 'us', gateway: largest.p99 },
    {
      name: 'its share of the 1 s cycle on one core',
      unit: '%',
      gateway: (largest.median / CYCLE_US) * 100,
      target: TARGET_SHARE_PERCENT,
    },
    ...growths.map(({ name, fit, mostExponent }) => ({
      name: `growth with ${name}: exponent`,
      unit: '',
      gateway: fit.exponent,
      target: Math.round(mostExponent * 100) / 100,
    })),
  ];
  return {
    ok: true,
    title: 'growth',
    figures,
    notes: [
      `the largest home: ${LARGEST.loads} charge points on ${LARGEST.phases} phases, ${LARGEST.limits} limits from outside; ${largest.samples} decisions, the explanation included; the code is warm`,
      ...growths.map(({ name, samples, fit }) => {
        const costsText = samples.map(({ size, costUs }) => `${size}: ${costUs.toFixed(0)}`).join(', ');
        const fitText = `${fit.fixedUs.toFixed(0)} + ${fit.perUnitUs.toFixed(2)} n^${fit.exponent.toFixed(2)} us`;
        return `by ${name}, median us: ${costsText}; fitted ${fitText}`;
      }),
      'the target of an exponent is what the same fit finds in n log n over the same sizes, with the same fixed part',
    ],
  };
}

function measureCosts(
  sizes: readonly HomeSize[],
  rounds: number,
  warmUpRounds: number,
): ReadonlyMap<string, readonly number[]> {
  const homes = new Map(sizes.map((size) => [keyOf(size), new GrowthHome(size)]));
  const costs = new Map<string, number[]>([...homes.keys()].map((key) => [key, []]));
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    for (const [key, home] of inAnyOrder([...homes])) {
      for (let time = 0; time < BATCH; time += 1) {
        const tookUs = home.decideNext();
        if (round >= warmUpRounds) costs.get(key)?.push(tookUs);
      }
    }
  }
  return costs;
}

function inAnyOrder<T>(things: readonly T[]): readonly T[] {
  return things
    .map((thing) => ({ thing, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ thing }) => thing);
}

function keyOf({ loads, limits, phases }: HomeSize): string {
  return `${loads} ${limits} ${phases}`;
}
