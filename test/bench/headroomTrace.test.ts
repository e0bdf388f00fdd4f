import { expect, test } from 'vitest';
import { excursionsOf, movesOf, type TraceStep, unavoidableMs } from './headroomTrace.ts';

const STEP_MS = 250;

function stepsOf(rows: readonly Partial<TraceStep>[]): TraceStep[] {
  return rows.map((row, index) => ({
    atMs: index * STEP_MS,
    stepMs: STEP_MS,
    voltageV: 230,
    otherW: 0,
    otherVar: 0,
    householdA: 20,
    carA: 10,
    pilotA: 10,
    cutOutA: 30,
    ...row,
  }));
}

test('an excursion lasts from the first step above the ceiling to the last', () => {
  const [excursion, ...more] = excursionsOf(
    stepsOf([{}, { cutOutA: 41 }, { cutOutA: 44 }, { cutOutA: 42 }, {}]),
    40,
  );
  expect(more).toEqual([]);
  expect(excursion).toEqual({ atMs: 250, lastsMs: 750, avoidableMs: 750, peakA: 44, roomA: 20 });
});

test('what the household alone exceeds, and what no meter can tell, was not to be avoided', () => {
  const alone = excursionsOf(stepsOf([{ cutOutA: 45, householdA: 42 }, { cutOutA: 41 }]), 40);
  expect(alone[0]).toMatchObject({ lastsMs: 500, avoidableMs: 250 });
  const unseen = excursionsOf(stepsOf([{ cutOutA: 40.05 }, { cutOutA: 40.05 }]), 40);
  expect(unseen[0]).toMatchObject({ lastsMs: 500, avoidableMs: 0 });
});

test('nobody can end an excursion sooner than the next sample and the fall of the car', () => {
  const excursion = { atMs: 0, lastsMs: 0, avoidableMs: 0, peakA: 52, roomA: 20 };
  // A sample, 600 ms of dead time, 12 A at 12 A a second, two steps.
  expect(unavoidableMs(excursion, 40, 1_000)).toBe(1_000 + 600 + 1_000 + 500);
  // A car that must pause lets go faster.
  expect(unavoidableMs({ ...excursion, roomA: 3 }, 40, 1_000)).toBe(1_000 + 600 + 150 + 500);
});

test('a pilot that begins or ceases to permit is counted as a start or a stop as well', () => {
  const pilots = [0, 0, 6, 11, 11, 0].map((pilotA) => ({ pilotA }));
  expect(movesOf(stepsOf(pilots))).toEqual({ changes: 3, operations: 2 });
});
