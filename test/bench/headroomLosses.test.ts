import { expect, test } from 'vitest';
import { lossesOf } from './headroomLosses.ts';
import type { TraceStep } from './headroomTrace.ts';

const step = (carA: number, pilotA = carA): TraceStep => ({
  atMs: 0,
  stepMs: 250,
  voltageV: 230,
  otherW: 0,
  otherVar: 0,
  householdA: 0,
  carA,
  pilotA,
  cutOutA: carA,
});
/** Watt-hours of so many amps through one step. */
const wh = (amps: number): number => (amps * 230 * 250) / 3_600_000;

test('a gap is laid to the car, then to the margin, then to what the judgement waited for', () => {
  const losses = lossesOf({
    steps: [step(10, 11)],
    clairvoyant: [step(16)],
    waits: [{ atMs: 0, cause: 'rest', isPaused: false }],
    marginA: 0.8,
  });
  expect(losses.get('the car follows its pilot')).toBeCloseTo(wh(1), 9);
  expect(losses.get('margin')).toBeCloseTo(wh(0.8), 9);
  expect(losses.get('rest after narrowing')).toBeCloseTo(wh(4.2), 9);
});

test('what was drawn above the ceiling counts against the losses, so that they add up', () => {
  const losses = lossesOf({ steps: [step(20)], clairvoyant: [step(16)], waits: [], marginA: 0.8 });
  expect([...losses]).toEqual([['above the ceiling', wh(-4)]]);
});
