import { describe, expect, it } from 'vitest';
import { hashPin, isPin } from '../../src/adapters/system/engineerPin.ts';
import { openOwnerDoors } from '../../src/gateway/ownerDoors.ts';
import { SITE } from '../core/smallHome.ts';
import { FakeHome } from './parts.ts';

const PIN = '271828';
const HASH = hashPin(PIN);
const ALWAYS = JSON.stringify({
  timeZone: 'Europe/London',
  windows: [
    {
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      from: '00:00',
      until: '00:00',
      ceilingA: 0,
      reason: 'never',
    },
  ],
});

async function openDoors(site = { ...SITE, engineerPinHash: HASH }) {
  const home = new FakeHome();
  home.gateway.start();
  await home.clock.advance(3_000);
  const doors = openOwnerDoors({ gateway: home.gateway, site, clock: home.clock, isPin });
  return { home, doors };
}

/** A home that exports far too much for over a minute. */
async function lock(home: FakeHome): Promise<void> {
  home.householdA = -60;
  await home.clock.advance(70_000);
  home.householdA = 10;
  await home.clock.advance(5_000);
}

describe('what people may choose at the local socket', () => {
  it('a boost runs for its minutes and can be ended', async () => {
    const { home, doors } = await openDoors();
    expect(doors.chooseHours(ALWAYS).isDone).toBe(true);
    expect(doors.boost('car', 30)).toEqual({
      isDone: true,
      sentence: 'car may charge outside of the charging hours for 30 minutes',
    });
    expect(home.gateway.status().owner.boosts).toMatchObject([{ loadId: 'car' }]);
    expect(doors.boost('car', 0).isDone).toBe(true);
    expect(home.gateway.status().owner.boosts).toEqual([]);
  });

  it.each([
    ['another load', 'heater', 30, 'There is no charge point "heater"; the home has car'],
    ['a week', 'car', 10_080, 'A boost lasts from 1 to 1440 minutes, 0 ends it; 10080 was given'],
    ['no number', 'car', Number.NaN, 'A boost lasts from 1 to 1440 minutes, 0 ends it; NaN was given'],
  ])('no boost for %s', async (_, loadId, minutes, sentence) => {
    const { doors } = await openDoors();
    expect(doors.boost(loadId, minutes)).toEqual({ isDone: false, sentence });
  });

  it('hours are those of the plan, none, or others; what cannot be read changes nothing', async () => {
    const { home, doors } = await openDoors();
    expect(doors.chooseHours(ALWAYS).sentence).toContain('1 windows');
    expect(home.gateway.status().owner.hoursAre).toBe('chosen');
    expect(doors.chooseHours('{"timeZone":"Europe/Nowhere","windows":[]}')).toMatchObject({ isDone: false });
    expect(doors.chooseHours('nonsense')).toMatchObject({ isDone: false });
    expect(home.gateway.status().owner.hoursAre).toBe('chosen');
    expect(doors.chooseHours('none').sentence).toBe('Charge points may charge at any time');
    expect(doors.chooseHours('planned').isDone).toBe(true);
  });

  it('a wish for energy is answered with a forecast, an impossible one with why', async () => {
    const { home, doors } = await openDoors();
    await home.clock.advance(90_000);
    const inTwoHours = home.clock.now().utcMs + 7_200_000;
    expect(doors.readyBy('car', inTwoHours, 2_000).sentence).toContain('that will be enough');
    expect(doors.readyBy('car', inTwoHours, 90_000).sentence).toContain('only');
    expect(doors.readyBy('car', inTwoHours - 8_000_000, 2_000).isDone).toBe(false);
    expect(doors.readyBy('car', inTwoHours, -1).isDone).toBe(false);
    expect(doors.readyBy('car', 0, 0).sentence).toBe('The wish for car is taken back');
    expect(home.gateway.status().owner.readyBy).toEqual([]);
  });

  it('says so when a choice could not be recorded', async () => {
    const { home, doors } = await openDoors();
    home.store.isFull = true;
    expect(doors.boost('car', 30)).toMatchObject({ isDone: false });
    expect(home.gateway.status().owner.boosts).toHaveLength(1);
  });
});

describe('a lock-out', () => {
  it('is opened by the householder while he may', async () => {
    const { home, doors } = await openDoors();
    expect(doors.resetLockOut('householder', '')).toEqual({ isDone: false, sentence: 'Nothing is locked' });
    for (const _ of [1, 2]) {
      await lock(home);
      expect(doors.resetLockOut('householder', '')).toEqual({ isDone: true, sentence: 'Opened' });
      await home.clock.advance(700_000);
    }
    await lock(home);
    expect(doors.resetLockOut('householder', '').sentence).toContain('an engineer has to look at it');
    expect(doors.resetLockOut('engineer', PIN).sentence).toBe('Opened, and the history is cleared');
  });

  it('is not opened by a wrong PIN, and guessing becomes slow', async () => {
    const { home, doors } = await openDoors();
    await lock(home);
    expect(doors.resetLockOut('engineer', '000000').sentence).toBe('The PIN is wrong');
    expect(doors.resetLockOut('engineer', PIN).sentence).toContain('the next one is taken in 2 s');
    await home.clock.advance(2_000);
    expect(doors.resetLockOut('engineer', '111111').sentence).toBe('The PIN is wrong');
    await home.clock.advance(2_000);
    expect(doors.resetLockOut('engineer', PIN).sentence).toContain('in 2 s');
    await home.clock.advance(2_000);
    expect(doors.resetLockOut('engineer', PIN).isDone).toBe(true);
  });

  it('has no engineer where the plan names no PIN: nothing opens by default', async () => {
    const { doors } = await openDoors(SITE as never);
    expect(doors.resetLockOut('engineer', '').sentence).toContain('holds no engineerPinHash');
  });

  it('a PIN is known by its hash alone', () => {
    expect(isPin(PIN, HASH)).toBe(true);
    expect(isPin('271829', HASH)).toBe(false);
    expect(isPin('', 'scrypt:')).toBe(false);
    expect(hashPin(PIN)).not.toBe(HASH);
  });
});
