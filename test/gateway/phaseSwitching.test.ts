import { describe, expect, it } from 'vitest';
import type { SetChargeCurrent, SetPhases } from '../../src/domain/command.ts';
import type { Reason } from '../../src/domain/reason.ts';
import { Actuator } from '../../src/gateway/actuator.ts';
import { describePhases } from '../../src/gateway/describePhases.ts';
import { bindingSentence } from '../../src/gateway/describeStatus.ts';
import { chargingOnOne, chargingOnThree, type SwitchingHome, THREE_PHASES } from '../core/switchingHome.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { FakeDevice } from './parts.ts';

const REASON: Reason = {
  kind: 'limit',
  limitId: 'supply:rating:import',
  source: 'protection',
  circuitId: 'supply',
  direction: 'import',
  basis: 'phaseCurrentA',
  ceiling: 40,
  text: 'rating of the cut-out',
};
const load = { loadId: 'car', deviceId: 'charger', reason: REASON } as const;
const PAUSE: SetChargeCurrent = { ...load, kind: 'setChargeCurrent', effect: 'narrowing', currentA: 0 };
const ONE: SetPhases = { ...load, kind: 'setPhases', effect: 'widening', phases: 1 };

describe('a command for the phases', () => {
  const set = (refreshEveryMs?: number) => {
    const clock = new SteppedClock();
    const happenings: string[] = [];
    const device = new FakeDevice('charger', clock, happenings, refreshEveryMs);
    const actuator = new Actuator({ site: THREE_PHASES, devices: [device], clock, log: new RecordingLog() });
    return { clock, happenings, device, actuator };
  };

  it('is said once, and the pause beside it goes on being repeated where it lapses', async () => {
    const { clock, happenings, actuator } = set(10_000);
    actuator.give([PAUSE]);
    await clock.advance(1_000);
    actuator.give([ONE]);
    for (let second = 0; second < 35; second += 1) {
      await clock.advance(1_000);
      actuator.upkeep({});
    }
    expect(happenings).toEqual([
      'charger 0 A narrowing',
      'charger 1 of 3 phases widening',
      'charger 0 A refresh',
      'charger 0 A refresh',
      'charger 0 A refresh',
    ]);
  });

  it('is not said again when it was not heard: the judgement sees that it did not come', async () => {
    const { clock, happenings, device, actuator } = set();
    device.isDeaf = true;
    actuator.give([ONE]);
    for (let second = 0; second < 35; second += 1) {
      await clock.advance(1_000);
      actuator.upkeep({});
    }
    expect(happenings).toEqual(['charger 1 of 3 phases widening']);
  });

  it('does not take the place of a pause that was not heard', async () => {
    const { clock, happenings, device, actuator } = set();
    device.isDeaf = true;
    actuator.give([PAUSE]);
    actuator.give([ONE]);
    await clock.advance(1_000);
    expect(happenings.filter((line) => line === 'charger 0 A narrowing').length).toBeGreaterThan(1);
  });
});

describe('the status of a charge point that switches its phases', () => {
  const sentenceOf = (home: SwitchingHome) => describePhases(home.phases, home.nowMs);

  it('says nothing of them while it is on three', () => {
    expect(sentenceOf(chargingOnThree())).toBe('');
  });

  it('says why it is on one, and what brings it back', () => {
    const home = chargingOnOne();
    expect(sentenceOf(home)).toMatch(
      /^; charges on one phase because of: Rating of the cut-out, .*on L3; three phases again when each has admitted 6\.8 A for 10 min$/,
    );
    home.householdA.L3 = 2;
    home.pass(130);
    expect(sentenceOf(home)).toMatch(/for 10 min, in 8 min if it stays as it is$/);
  });

  it('says that it changes over', () => {
    const home = chargingOnOne();
    home.householdA.L3 = 2;
    home.passUntil('three phases');
    expect(sentenceOf(home)).toMatch(/^; paused while it changes over to three phases$/);
    expect(bindingSentence(home.decision?.explanation)).toBe('car is paused while its phases are switched');
  });
});
