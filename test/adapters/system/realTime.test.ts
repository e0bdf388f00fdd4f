import { expect, it } from 'vitest';
import { createSystemClock } from '../../../src/adapters/system/systemClock.ts';
import { createSystemEntropy } from '../../../src/adapters/system/systemEntropy.ts';
import { isTimeSynchronised } from '../../../src/adapters/system/timeSynchronisation.ts';

it('never runs a timer early on the real clock', async () => {
  const clock = createSystemClock({ speed: 20 });
  const early = await Promise.all(
    Array.from({ length: 50 }, (_, index) => {
      const dueMs = clock.runningMs() + index * 7;
      return new Promise<number>((resolve) =>
        clock.after(index * 7, () => resolve(dueMs - clock.runningMs())),
      );
    }),
  );
  expect(Math.max(...early)).toBeLessThanOrEqual(0);
});

it('says whether this box keeps synchronised time, and never fails to', async () => {
  expect(typeof (await isTimeSynchronised())).toBe('boolean');
});

it('draws whole numbers uniformly from 0 to the greatest, both included', () => {
  const entropy = createSystemEntropy();
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 4_000; draw += 1) {
    const drawn = entropy.wholeUpTo(3);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  expect(counts).toHaveLength(4);
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(250);
  expect(entropy.wholeUpTo(0)).toBe(0);
  expect(() => entropy.wholeUpTo(-1)).toThrow('expected a whole number');
  expect(() => entropy.wholeUpTo(1.5)).toThrow('expected a whole number');
});

it('gives identifiers that differ', () => {
  const entropy = createSystemEntropy();
  expect(new Set(Array.from({ length: 100 }, () => entropy.identifier())).size).toBe(100);
});
