import fc from 'fast-check';
import { expect, it } from 'vitest';
import { drawRelief, niceLevels, timeTicks } from '../../src/ui/desk/logic/reliefChart.ts';

const FRAME = { width: 640, height: 240, fromMs: 0, untilMs: 3_600_000 };

it('draws the forecast between zero and the top, and the line from left to right', () => {
  const points = [
    { atMs: 0, valueW: 0 },
    { atMs: 1_800_000, valueW: 300_000 },
    { atMs: 3_600_000, valueW: 350_000 },
  ];
  const chart = drawRelief({ ...FRAME, forecastW: 360_000, points });
  expect(chart.levels.map(({ value }) => value)).toEqual([0, 100_000, 200_000, 300_000, 400_000]);
  expect(chart.zeroY).toBe(chart.plot.bottom);
  expect(chart.forecastY).toBeGreaterThan(chart.plot.top);
  expect(chart.line).toMatch(/^M58 214L342 /);
  expect(chart.head?.x).toBe(chart.plot.right);
});

it('draws nothing but the forecast while nothing is measured', () => {
  const chart = drawRelief({ ...FRAME, forecastW: 1_000, points: [] });
  expect([chart.line, chart.area, chart.head]).toEqual(['', '', undefined]);
});

it('shows a load that grew instead as less than zero', () => {
  const chart = drawRelief({ ...FRAME, forecastW: 1_000, points: [{ atMs: 0, valueW: -900 }] });
  expect(chart.zeroY).toBeLessThan(chart.head?.y ?? 0);
});

it('has few and round levels for any figures', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e7, max: 0 }), fc.integer({ min: 1, max: 1e8 }), (low, high) => {
      const levels = niceLevels(low, high);
      expect(levels.length).toBeGreaterThanOrEqual(3);
      expect(levels.length).toBeLessThanOrEqual(8);
      expect(levels[0]).toBeLessThanOrEqual(low);
      expect(levels.at(-1)).toBeGreaterThanOrEqual(high * (1 - 1e-9));
      expect(levels.some((level) => Math.abs(level) < 1e-6)).toBe(true);
    }),
  );
});

it('has at most seven round times for any duration of a notice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e12 }),
      fc.integer({ min: 60_000, max: 86_400_000 }),
      (fromMs, length) => {
        const ticks = timeTicks(fromMs, fromMs + length);
        expect(ticks.length).toBeLessThanOrEqual(7);
        expect(ticks.every((tick) => tick >= fromMs && tick <= fromMs + length && tick % 60_000 === 0)).toBe(
          true,
        );
      },
    ),
  );
});
