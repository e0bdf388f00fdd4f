import { type Sample, shareOfLinearithmic } from './growthFit.ts';
import { GrowthHome, type HomeSize } from './growthHome.ts';
import type { Figure, Measurement } from './report.ts';
import { spreadOf } from './statistics.ts';

const CYCLE_US = 1_000_000;
const TARGET_SHARE_PERCENT = 1;
/** Far larger than any home, so that what grows is most of the cost. */
const LOADS = [0, 1, 2, 4, 8, 16, 32, 64];
const LIMITS = [0, 1, 2, 5, 10, 20, 40, 80];
/** Each limit is the only one of its kind on its circuit: so many need as many circuits. */
const BOARDS_FOR_LIMITS = 20;
const LARGEST: HomeSize = { loads: 10, limits: 20, phases: 3, boards: 4 };
const BATCH = 50;
/** The homes take turns, each round in another order, so that a busy moment and what the last home left behind meet all alike. */
const ROUNDS = { full: 30, short: 4 };
const WARM_UP_ROUNDS = { full: 8, short: 3 };
/** A busy machine only ever adds to what a decision costs: the quickest tenth has met it least. */
const QUIET_SHARE = 0.1;
/** n log n, and a twentieth for what is left of the noise. */
const MOST_OF_LINEARITHMIC = 1.05;

interface Row {
  readonly name: string;
  readonly sizes: readonly number[];
  sizeOf(count: number): HomeSize;
}

const ROWS: readonly Row[] = ([1, 3] as const).flatMap((phases) => [
  {
    name: `loads, ${phases} ${phases === 1 ? 'phase' : 'phases'}`,
    sizes: LOADS,
    sizeOf: (loads): HomeSize => ({ loads, limits: 20, phases, boards: 4 }),
  },
  {
    name: `limits, ${phases} ${phases === 1 ? 'phase' : 'phases'}`,
    sizes: LIMITS,
    sizeOf: (limits): HomeSize => ({ loads: 10, limits, phases, boards: BOARDS_FOR_LIMITS }),
  },
]);

/** What one decision costs in the largest home, and how it grows with loads under 20 limits and with limits over 10 loads. */
export function measureGrowth(isShort: boolean): Measurement {
  const extent = isShort ? 'short' : 'full';
  const sizes = ROWS.flatMap(({ sizes: counts, sizeOf }) => counts.map(sizeOf));
  const costs = measureCosts([...sizes, LARGEST], ROUNDS[extent], WARM_UP_ROUNDS[extent]);
  const growths = ROWS.map(({ name, sizes: counts, sizeOf }) => {
    const samples = counts.map(
      (size): Sample => ({ size, costUs: quietest(costs.get(keyOf(sizeOf(size)))) }),
    );
    return { name, samples, share: shareOfLinearithmic(samples), largest: Math.max(...counts) };
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
    ...growths.map(({ name, share, largest: most }) => ({
      name: `growth with ${name}: cost at ${most}, of n log n`,
      unit: '',
      gateway: share,
      target: MOST_OF_LINEARITHMIC,
    })),
  ];
  return {
    ok: true,
    title: 'growth',
    figures,
    notes: [
      `the largest home: ${LARGEST.loads} charge points on ${LARGEST.phases} phases, ${LARGEST.limits} limits from outside; ${largest.samples} decisions, the explanation included; the code is warm`,
      ...growths.map(({ name, samples }) => {
        const costsText = samples.map(({ size, costUs }) => `${size}: ${costUs.toFixed(0)}`).join(', ');
        return `by ${name}, us of the quickest tenth: ${costsText}`;
      }),
      'of n log n: of what a curve fixed + c n log n, laid through the sizes up to a quarter of the largest, makes of the largest',
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

function quietest(costsUs: readonly number[] = []): number {
  const sorted = costsUs.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length * QUIET_SHARE)] ?? Number.NaN;
}

function inAnyOrder<T>(things: readonly T[]): readonly T[] {
  return things
    .map((thing) => ({ thing, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ thing }) => thing);
}

function keyOf({ loads, limits, phases, boards }: HomeSize): string {
  return `${loads} ${limits} ${phases} ${boards}`;
}
