import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Truth } from '../../firmware-sim/truth.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { sleep, until } from '../support/processes/waiting.ts';

/** A night without sun in which the household draws little: car and immersion heater may both have all. */
const QUIET_NIGHT_MS = Date.UTC(2006, 11, 24, 3, 0);
/** Figures of docs/limits.md: from the last reading to loads that have obeyed. */
const POSTURE_WITHIN_S = 5;
const RESUME_REST_MS = 10_000;

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

function isWide({ chargePoints, switches }: Truth): boolean {
  return (chargePoints['charge-point']?.carA ?? 0) > 12 && switches.waterHeater === 'closed';
}

function isSafe({ chargePoints, switches }: Truth): boolean {
  const chargePoint = chargePoints['charge-point'];
  const { waterHeater, generator } = switches;
  return (
    chargePoint?.pilotA === 0 && chargePoint.carA === 0 && waterHeater === 'open' && generator === 'open'
  );
}

/** A home whose car charges and whose heater is on, with short rests so that they come back soon. */
async function openWideHome(): Promise<HomeUnderTest> {
  const home = await bed.openHome({ name: 'silent-meter', startAtMs: QUIET_NIGHT_MS });
  home.writePlan({
    ...home.plan,
    loads: home.plan.loads.map((load) =>
      load.kind === 'chargePoint' ? load : { ...load, minimumOpenMs: RESUME_REST_MS },
    ),
    timing: { ...home.plan.timing, resumeRestMs: RESUME_REST_MS, rampAPerS: 4 },
  });
  await home.gateway.start();
  await home.house.plugIn();
  await home.judge();
  await reach('the car charges and the heater is on', home, isWide);
  return home;
}

/** @returns simulated seconds until the house was so, by its own truth */
async function reach(what: string, home: HomeUnderTest, isSo: (truth: Truth) => boolean): Promise<number> {
  const from = (await home.house.truth()).simulatedSeconds;
  const { answer } = await until(
    what,
    async () => {
      const truth = await home.house.truth();
      return isSo(truth) ? truth : undefined;
    },
    { withinMs: 60_000 },
  );
  return answer.simulatedSeconds - from;
}

/** Looks all the time that the posture stays safe. */
async function staysSafe(home: HomeUnderTest, forMs: number): Promise<void> {
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs) {
    expect(isSafe(await home.house.truth())).toBe(true);
    await sleep(200);
  }
}

describe('the grid meter falls silent', () => {
  it('takes the safe posture within 5 s, names the meter, and goes back to normal with fresh readings alone', {
    timeout: 150_000,
  }, async () => {
    const home = await openWideHome();

    await home.house.fault('grid-meter', { kind: 'silence' });
    expect(await reach('the safe posture', home, isSafe)).toBeLessThanOrEqual(POSTURE_WITHIN_S);

    const why = await home.ask('why', '--json');
    expect(why.code, why.stderr).toBe(0);
    const reasons = JSON.parse(why.stdout);
    expect(reasons.posture).toBe('safe');
    expect(reasons.sentence).toMatch(/grid/);
    for (const load of reasons.loads) {
      expect(load.reason, load.loadId).toMatchObject({
        kind: 'fault',
        subject: expect.stringMatching(/^grid/),
      });
    }
    await staysSafe(home, RESUME_REST_MS + 5_000);

    // It answers again, but later than it may: no reading is fresh.
    await Promise.all([
      home.house.clearFaults(),
      home.house.fault('grid-meter', { kind: 'delay', delayMs: 3_000 }),
    ]);
    await staysSafe(home, RESUME_REST_MS + 5_000);
    expect((await home.gateway.status())?.posture).toBe('safe');

    await home.house.clearFaults();
    const { answer: status } = await until('the posture is normal', async () => {
      const found = await home.gateway.status();
      return found?.posture === 'normal' ? found : undefined;
    });
    const meter = status.devices.find(({ deviceId }) => deviceId === 'grid-meter');
    expect(meter?.isAnswering).toBe(true);
    expect(status.runningMs - (meter?.lastReadMs ?? 0)).toBeLessThan(1_500);
    await reach('the car charges and the heater is on again', home, isWide);
    expect((await home.house.truth()).ceilings.import.phases[0]?.secondsAbove).toBe(0);
  });
});
