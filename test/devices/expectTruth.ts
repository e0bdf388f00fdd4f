import { expect } from 'vitest';
import type { DeviceReadings, PointName } from '../../src/domain/point.ts';
import { registerSteps } from './registerStep.ts';
import type { WireBench } from './wireBench.ts';

/** A device looks at what flows every 0.5 to 1 s. */
const LAG_MS = 3_000;
/** What the bench has no physics for. */
const NOT_IN_TRUTH =
  /^(sessionEnergyWh|errorCode|fallbackCurrentA|fallbackTimeoutMs|watchdogRemainingMs)$/;

/** Every point of the profile as the physics has it, within the step of its register; what is not so is not measured. */
export async function expectTruth(bench: WireBench, readings: DeviceReadings): Promise<void> {
  const { stand, profile, truths } = bench;
  const stepOf = await registerSteps(stand, profile);
  const now = stand.truth();
  const mistakes: string[] = [];
  for (const name of Object.keys(profile.data.points) as PointName[]) {
    if (NOT_IN_TRUTH.test(name)) continue;
    const reading = readings[name];
    const truth = now[name];
    const found = reading?.state === 'measured' ? reading.value : (reading?.state ?? 'none');
    if (truth === undefined) {
      if (reading?.state === 'measured') mistakes.push(`${name}: nothing to say, found ${found}`);
      continue;
    }
    if (reading?.state !== 'measured') {
      mistakes.push(`${name}: ${truth}, found ${found}`);
      continue;
    }
    const span = truths
      .filter(({ atMs }) => atMs >= reading.measuredAtMs - LAG_MS && atMs <= reading.measuredAtMs + 1_000)
      .map(({ truth: each }) => each[name]);
    if (typeof reading.value === 'number') {
      const values = span.filter((value) => typeof value === 'number');
      const step = stepOf(name, reading.value, Number(now.ratedPowerW));
      if (reading.value < Math.min(...values) - step * 1.001 || reading.value > Math.max(...values) + step * 1.001)
        mistakes.push(`${name}: ${Math.min(...values)} to ${Math.max(...values)} by ${step}, found ${found}`);
    } else if (!span.includes(reading.value)) mistakes.push(`${name}: ${truth}, found ${found}`);
  }
  expect(mistakes, profile.id).toEqual([]);
}
