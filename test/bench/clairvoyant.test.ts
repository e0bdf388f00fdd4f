import { expect, test } from 'vitest';
import { recordedHousehold } from '../../firmware-sim/household.ts';
import { planPilot, roomBeside, runClairvoyant, STEP_MS } from './clairvoyant.ts';
import { eventfulDays } from './headroomDays.ts';
import { homeOn } from './headroomRun.ts';
import { energyWh } from './headroomTrace.ts';

const MINUTE_STEPS = 60_000 / STEP_MS;
const minutes = (...roomA: number[]): number[] =>
  roomA.flatMap((each) => Array<number>(MINUTE_STEPS).fill(each));

test('the pilot falls before the household rises, as early as the car is slow', () => {
  const pilot = planPilot(minutes(32, 20), 32);
  // 12 A at 12 A a second: one second, four steps.
  expect(pilot.slice(MINUTE_STEPS - 5, MINUTE_STEPS + 1)).toEqual([32, 32, 29, 26, 23, 20]);
});

test('the car never has more than its own maximum', () => {
  expect(Math.max(...planPilot(minutes(50, 50), 32))).toBe(32);
});

test('below 6 A the car pauses, and its permission comes back early enough for it to begin in time', () => {
  const pilot = planPilot(minutes(20, 4, 20), 32);
  expect(pilot[MINUTE_STEPS]).toBe(0);
  const back = pilot.indexOf(6, MINUTE_STEPS);
  // 1.4 s from permission to the first amp: six steps.
  expect(back).toBe(2 * MINUTE_STEPS - 6);
  expect(pilot[2 * MINUTE_STEPS]).toBe(20);
});

test('room beside a household of another power factor is a little more than the difference', () => {
  const beside = (otherW: number, otherVar: number): number =>
    roomBeside({ otherW, otherVar, voltageV: 230 }, 40);
  expect(beside(0, 0)).toBeCloseTo(40, 6);
  expect(beside(2300, 460)).toBeGreaterThan(40 - Math.hypot(10, 2));
  expect(beside(2300, 460)).toBeLessThan(30.2);
  expect(beside(230 * 41, 0)).toBe(0);
});

test('with knowledge of the future the ceiling is never exceeded and hardly anything is left', () => {
  const ceilingA = 40;
  const [day] = eventfulDays(recordedHousehold(), 1);
  if (day === undefined) throw new Error('no day was found');
  const { steps, ledger } = runClairvoyant({
    spec: homeOn(day),
    startAtMs: day.plugInAtMs - 60_000,
    fromMs: day.plugInAtMs,
    untilMs: day.plugInAtMs + 3_600_000,
    ceilingA,
  });
  expect(ledger.excursions('import')[0]?.secondsAbove).toBe(0);
  const all = steps.map((step) => {
    const roomA = roomBeside(step, ceilingA);
    return { ...step, carA: roomA < 6 ? 0 : Math.min(32, roomA) };
  });
  expect(energyWh(steps) / energyWh(all)).toBeGreaterThan(0.995);
});
