import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventfulStretches } from '../../firmware-sim/eventful.ts';
import { recordedHousehold } from '../../firmware-sim/household.ts';
import type { Truth } from '../../firmware-sim/truth.ts';
import type { BackOffice } from '../support/processes/backOffice.ts';
import { type HomeUnderTest, longestAvoidableExcursionS } from '../support/processes/homeUnderTest.ts';
import { hasMosquitto } from '../support/processes/mosquitto.ts';
import { findMissing, readHandedOut } from '../support/processes/records.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { sleep, until } from '../support/processes/waiting.ts';

const isShort = process.env.LOADGATE_SHORT === '1';
const HOMES = isShort ? 4 : 10;
/** Real time, at speed 1, in which the ledgers judge. */
const WATCH_MS = isShort ? 75_000 : 110_000;
/** All processes are up this long after the first home has started; the watch begins then. */
const START_UP_MS = isShort ? 15_000 : 25_000;
/** The largest rise of each stretch comes this long after the watch begins. */
const RISE_AFTER_MS = WATCH_MS / 2;
/** As the unit file of the gateway has it. */
const GATEWAY_AWAY_MS = 200;
const BROKER_KILLED_AFTER_MS = WATCH_MS * 0.3;
const BROKER_AWAY_MS = 3_000;
const LONGEST_EXCURSION_S = 5;

const MINUTE_MS = 60_000;
const STRETCH_MS = 10 * MINUTE_MS;

/** In each of the most eventful stretches of the recording, the minute in which the load rises most. */
function largestRises(): readonly number[] {
  const household = recordedHousehold();
  return eventfulStretches(household, { count: 10, lengthMs: STRETCH_MS })
    .slice(0, HOMES)
    .map((startAtMs) => {
      const minutes = Array.from({ length: 9 }, (_, index) => startAtMs + (index + 1) * MINUTE_MS);
      const riseW = (atMs: number): number =>
        household.loadAt(atMs).activeW - household.loadAt(atMs - MINUTE_MS).activeW;
      return minutes.reduce((best, atMs) => (riseW(atMs) > riseW(best) ? atMs : best));
    });
}

/**
 * When the gateway of a home is killed, seen from its largest rise, by the clock of the house. The load steps with the
 * minute; two are killed so that the step comes just before or while the gateway is dead.
 */
const KILLED_FROM_RISE_MS = [8_000, -1_000, 32_000, -20_000, 20_000, 500, 40_000, -35_000, 12_000, -45_000];

let bed: TestBed;

beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

interface Outcome {
  readonly home: HomeUnderTest;
  readonly truth: Truth;
  readonly energyBeforeKillWh: number;
}

/** @returns energy of the car before */
async function killInTheMiddle(home: HomeUnderTest, atMs: number): Promise<number> {
  const { at } = await home.house.truth();
  await sleep(atMs - Date.parse(at));
  const { energyWh } = await home.house.truth();
  await home.gateway.kill();
  await sleep(GATEWAY_AWAY_MS);
  await home.gateway.start();
  return energyWh.cars;
}

/** Starts the gateway of a home and watches to the end how it does. */
async function watchHome(
  home: HomeUnderTest,
  index: number,
  { riseAtMs, watchFromMs }: { readonly riseAtMs: number; readonly watchFromMs: number },
): Promise<Outcome> {
  await home.gateway.start();
  await home.house.plugIn();
  await sleep(watchFromMs - performance.now());
  await home.judge();
  const fromRiseMs = KILLED_FROM_RISE_MS[index] ?? 0;
  const [energyBeforeKillWh] = await Promise.all([
    killInTheMiddle(home, riseAtMs + fromRiseMs),
    sleep(WATCH_MS),
  ]);
  return { home, energyBeforeKillWh, truth: await home.house.truth() };
}

/** No message is on its way any more: the back office has all that the stores gave out, or time is up. */
async function waitForTheLast(homes: readonly HomeUnderTest[], backOffice: BackOffice): Promise<void> {
  const isComplete = (): boolean => homes.every((home) => findMissing(home, backOffice).length === 0);
  await until('every message came', isComplete, { withinMs: 10_000, everyMs: 500 }).catch(() => undefined);
}

describe.skipIf(!hasMosquitto)(
  'the most eventful stretches of the recording, real processes over real wires',
  () => {
    it(`holds ${HOMES} homes inside their ceilings and charges their cars, though each gateway and the broker are killed; no record is lost or doubled`, {
      timeout: START_UP_MS + WATCH_MS + 120_000,
    }, async () => {
      const broker = await bed.openBroker();
      const backOffice = await bed.openBackOffice(broker.url);
      const watchFromMs = performance.now() + START_UP_MS;
      const rises = largestRises();
      const homes = await Promise.all(
        rises.map((riseAtMs, index) =>
          bed.openHome({
            name: `home-${index + 1}`,
            brokerUrl: broker.url,
            startAtMs: riseAtMs - RISE_AFTER_MS - START_UP_MS,
          }),
        ),
      );
      const replaceBroker = async (): Promise<void> => {
        await sleep(watchFromMs + BROKER_KILLED_AFTER_MS - performance.now());
        await broker.kill();
        await sleep(BROKER_AWAY_MS);
        await broker.start();
      };
      const [outcomes] = await Promise.all([
        Promise.all(
          homes.map((home, index) => watchHome(home, index, { riseAtMs: rises[index] ?? 0, watchFromMs })),
        ),
        replaceBroker(),
      ]);

      for (const { name, gateway } of homes) {
        const isConnected = async (): Promise<boolean> => (await gateway.status())?.sync.isConnected === true;
        await until(`${name} has found the broker again`, isConnected);
      }
      const statuses = await Promise.all(homes.map((home) => home.gateway.status()));
      const endings = await Promise.all(homes.map((home) => home.gateway.stop()));
      await waitForTheLast(homes, backOffice);
      report(outcomes);

      for (const [index, { home, truth, energyBeforeKillWh }] of outcomes.entries()) {
        const { name } = home;
        expect(endings[index], home.gateway.process.account()).toEqual({ code: 0, signal: null });
        expect(statuses[index]?.record.condition, name).toBe('restored');
        expect(truth.simulatedSeconds, name).toBeGreaterThan(WATCH_MS / 1_000);
        expect(longestAvoidableExcursionS(truth), name).toBeLessThanOrEqual(LONGEST_EXCURSION_S);
        expect(energyBeforeKillWh, `${name}: the car charged`).toBeGreaterThan(0);
        expect(findMissing(home, backOffice)).toEqual([]);
        // The gateway started twice: its events carry on from one number to the next.
        expect(readHandedOut(home.stateDirectory).sequences.events, name).toBeGreaterThan(2);
      }
      expect(backOffice.complaints).toEqual([]);

      for (const home of homes) {
        const replayed = await home.ask('replay', '--json');
        expect(replayed.code, replayed.stdout + replayed.stderr).toBe(0);
        const result = JSON.parse(replayed.stdout);
        expect(result.firstDifference, home.name).toBeUndefined();
        // A kill loses at most the segment that was not yet on the disk.
        expect(result.decisions, home.name).toBeGreaterThan(WATCH_MS / 1_000 / 2);
      }
    });
  },
);

/** One line a home, so that a run shows how much of the five seconds was needed. */
function report(outcomes: readonly Outcome[]): void {
  for (const { home, truth, energyBeforeKillWh } of outcomes) {
    const peakA = Math.max(...truth.ceilings.import.phases.map((phase) => phase.peakA));
    const facts = [
      `longest avoidable excursion ${longestAvoidableExcursionS(truth).toFixed(1)} s of ${LONGEST_EXCURSION_S} s`,
      `peak ${peakA.toFixed(1)} A`,
      `car ${energyBeforeKillWh.toFixed(0)} Wh before the kill, ${truth.energyWh.cars.toFixed(0)} Wh at the end`,
    ];
    console.info(`${home.name} from ${truth.at}: ${facts.join('; ')}`);
  }
}
