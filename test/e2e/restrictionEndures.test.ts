import { describe, expect, it } from 'vitest';
import { hasMosquitto } from '../support/processes/mosquitto.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { sleep } from '../support/processes/waiting.ts';
import {
  type Course,
  DURATION_S,
  RestrictedHome,
  UNRECORDED_S,
} from './restrictionEndures/restrictedHome.ts';

const YEAR_MS = 365 * 86_400_000;
const CEILING_A = 8;
/** A look, a cycle and a slow machine. */
const TOLERANCE_S = 2.5;
const AWAY_MS = 3_000;
const TIMEOUT_MS = 240_000;

/** A home whose car charges, and what is found out about it; everything is ended whatever happens. */
async function withHome(name: string, run: (home: RestrictedHome) => Promise<void>): Promise<void> {
  const bed = new TestBed();
  try {
    await run(await RestrictedHome.open(bed, name));
  } finally {
    await bed.close();
  }
}

/** Never shorter than it was asked for, and longer by the margin at most; nothing widened meanwhile. */
function expectEndured({ lastedS, highestPilotA }: Course, marginS: number): void {
  expect(highestPilotA).toBeLessThanOrEqual(CEILING_A);
  expect(lastedS).toBeGreaterThanOrEqual(DURATION_S - 0.5);
  expect(lastedS).toBeLessThanOrEqual(DURATION_S + marginS + TOLERANCE_S);
}

/** Away without a word for some seconds in the middle of the notice. */
function dies(home: RestrictedHome, meanwhile: () => void = () => undefined): () => Promise<void> {
  return async () => {
    await sleep(7_000);
    await home.kill();
    meanwhile();
    await sleep(AWAY_MS);
    await home.startAgain();
  };
}

/** Time without power goes on top when nobody can tell how long it was, and so does what was not on the disk yet. */
const AWAY_S = AWAY_MS / 1_000 + 2;
const MARGIN_S = AWAY_S + UNRECORDED_S;

describe.skipIf(!hasMosquitto).concurrent('a restriction in force', { timeout: TIMEOUT_MS }, () => {
  it('goes on after SIGKILL, and ends by itself', () =>
    withHome('killed', async (home) => {
      await home.charge();
      await home.restrict();
      expectEndured(await home.watch(dies(home)), MARGIN_S);
      expect(await home.receipted(['received', 'started', 'completed'])).toEqual([1, 1, 1]);
    }));

  it('after SIGKILL ends when it was to end, where the wall clock is synced before and after', () =>
    withHome('killed-synced', async (home) => {
      home.clock.setSynced(true);
      await home.charge();
      await home.restrict();
      const course = await home.watch(dies(home));
      expectEndured(course, 0);
      expect(await home.clockLevel()).toBe('synced');
    }));

  it('is not made longer by a lost broker, which hears of all of it afterwards', () =>
    withHome('no-broker', async (home) => {
      await home.charge();
      await home.restrict();
      const course = await home.watch(async () => {
        await sleep(4_000);
        await home.broker.kill();
      });
      await home.broker.start();
      expectEndured(course, 0);
      expect(await home.receipted(['received', 'started', 'completed'])).toEqual([1, 1, 1]);
    }));

  it('goes on after a power cut, with the disk as it was when the receipt was acknowledged', () =>
    withHome('power-cut', async (home) => {
      await home.charge();
      await home.restrict();
      await home.receipted(['received']);
      const restore = home.copyState();
      expectEndured(await home.watch(dies(home, restore)), 7 + MARGIN_S);
      expect(await home.receipted(['completed'])).toEqual([1]);
    }));

  it('is not moved by a wall clock that is stepped a year either way', () =>
    withHome('stepped', async (home) => {
      home.clock.setSynced(true);
      await home.charge();
      await home.restrict();
      const course = await home.watch(async () => {
        for (const offsetMs of [YEAR_MS, -YEAR_MS, 0]) {
          await sleep(5_000);
          home.clock.step(offsetMs);
        }
      });
      expectEndured(course, 0);
    }));

  it.each([
    ['a year ahead', YEAR_MS],
    ['a year back', -YEAR_MS],
  ])('goes on with a clock that is %s after a power cut and believed to be synced', (name, offsetMs) =>
    withHome(`restart-${name.replaceAll(' ', '-')}`, async (home) => {
      home.clock.setSynced(true);
      await home.charge();
      await home.restrict();
      expectEndured(await home.watch(dies(home, () => home.clock.step(offsetMs))), MARGIN_S);
    }),
  );

  it('goes on at a box whose clock is unset when it starts again', () =>
    withHome('unset', async (home) => {
      home.clock.setSynced(true);
      await home.charge();
      await home.restrict();
      const course = await home.watch(
        dies(home, () => {
          home.clock.unset();
          home.clock.setSynced(false);
        }),
      );
      expectEndured(course, MARGIN_S);
      expect(await home.clockLevel()).toBe('none');
    }));

  it('is taken, and ends by itself, at a box whose clock was never set', () =>
    withHome('never-set', async (home) => {
      home.clock.unset();
      await home.charge();
      expect(await home.clockLevel()).toBe('none');
      await home.restrict();
      expectEndured(await home.watch(async () => undefined), 0);
    }));
});
