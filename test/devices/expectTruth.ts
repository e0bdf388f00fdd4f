import { expect } from 'vitest';
import type { StandTruth } from '../../firmware-sim/standTruth.ts';
import type { DeviceReadings, PointName } from '../../src/domain/point.ts';
import { registerSteps } from './registerStep.ts';
import type { WireBench } from './wireBench.ts';

/** A device looks at what flows every 0.5 to 1 s. */
const LAG_MS = 3_000;
/** What the bench has no physics for. */
const NOT_IN_TRUTH = /^(sessionEnergyWh|errorCode|fallbackCurrentA|fallbackTimeoutMs|watchdogRemainingMs)$/;

/** 216 V against 230 V, and the power factor of a charger. */
const AMPS_OF_WATTS_SHARE = 0.07;
/** A bidirectional charge point has a set-point of its own, and each direction its part of it. */
const BIDIRECTIONAL = /^(setpointA|powerLimitW|ratedPowerW)$/;
/** Set-points that cannot be read: what stands in for them, by the makers' documents. */
const IN_PLACE_OF_SETPOINT: Readonly<Record<string, (truth: StandTruth) => unknown>> = {
  // Reads 6 after a pause, so that it counts while it charges only.
  'vestel-evc04': ({ chargingState, setpointA }) => (chargingState === 'C' ? setpointA : 0),
  'webasto-next': (truth) => (truth.chargingState === 'C' ? truth['phaseCurrentA.L1'] : 0),
};

/** Every point of the profile as the physics has it, within the step of its register; what is not so is not measured. */
export async function expectTruth(bench: WireBench, readings: DeviceReadings): Promise<void> {
  const { stand, profile, truths } = bench;
  const stepOf = await registerSteps(stand, profile);
  const inPlace = IN_PLACE_OF_SETPOINT[profile.id];
  const truthOf = (truth: StandTruth, name: PointName) =>
    name === 'setpointA' && inPlace !== undefined ? inPlace(truth) : truth[name];
  const now = stand.truth();
  const mistakes: string[] = [];
  for (const name of Object.keys(profile.data.points) as PointName[]) {
    if (NOT_IN_TRUTH.test(name)) continue;
    if (profile.data.commands.setSignedPower !== undefined && BIDIRECTIONAL.test(name)) continue;
    const reading = readings[name];
    const truth = truthOf(now, name);
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
      .map(({ truth: each }) => truthOf(each, name));
    if (typeof reading.value === 'number') {
      const values = span.filter((value) => typeof value === 'number');
      const point = profile.data.points[name];
      // Watts told as amps of the lowest supply voltage are a little more than flows.
      const tooHigh =
        point?.is === 'number' && point.perAmp !== undefined
          ? AMPS_OF_WATTS_SHARE * Math.abs(reading.value)
          : 0;
      const step = tooHigh + stepOf(name, reading.value, Number(now.ratedPowerW));
      if (
        reading.value < Math.min(...values) - step * 1.001 ||
        reading.value > Math.max(...values) + step * 1.001
      )
        mistakes.push(`${name}: ${Math.min(...values)} to ${Math.max(...values)} by ${step}, found ${found}`);
    } else if (!span.includes(reading.value)) mistakes.push(`${name}: ${truth}, found ${found}`);
  }
  expect(mistakes, profile.id).toEqual([]);
}
