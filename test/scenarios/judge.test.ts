import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { Conditions, Expectation } from './conditionSchema.ts';
import { judge } from './judge.ts';
import type { Judgement, Observation, Slot } from './observation.ts';

function slotOf(source: string, state: Slot['state'], ceiling: number): Slot {
  return { source, state, ceiling, direction: 'import', basis: 'phaseCurrentA' };
}

const JUDGEMENT: Judgement = {
  runningMs: 0,
  posture: 'normal',
  reasons: [
    { loadId: 'charge-point', reason: { kind: 'fault', code: 'meter-stale', subject: 'grid-meter' } },
  ],
  faults: [{ code: 'meter-stale', subject: 'grid-meter' }],
  slots: [slotOf('protection', 'inForce', 54), slotOf('schedule', 'starting', 0)],
  schemes: [{ direction: 'import', state: 2, counted: 1, lockOuts: 0, mayHouseholderReset: true }],
  setPoints: { 'charge-point': 10, immersion: 'open' },
  commands: {},
};

/** A look at each second from 0; the car draws what is given. */
function looksOf(carsA: readonly number[], change: Partial<Judgement> = {}): Observation[] {
  return carsA.map((carA, atS) => ({
    atS,
    importA: carA + 5,
    exportA: 0,
    carA,
    generatorA: 0,
    waterHeater: 'open',
    generator: 'open',
    judgement: { ...JUDGEMENT, runningMs: atS * 1_000, ...change },
    events: [],
  }));
}

function expecting(expect: Conditions, interval: Partial<Expectation> = {}): Expectation {
  return { says: 'so it is', fromS: 0, untilS: 6, withinS: 0, how: 'throughout', expect, ...interval };
}

const PAUSED = { carA: { atMost: 0 } };

describe('an interval', () => {
  const falling = looksOf([10, 10, 5, 0, 0, 0, 10]);

  it('begins withinS after fromS and ends before untilS', () => {
    expect(judge([expecting(PAUSED, { fromS: 1, withinS: 2 })], falling, [])).toEqual([]);
    expect(judge([expecting(PAUSED, { fromS: 1, withinS: 1 })], falling, [])).toEqual([
      'so it is: from 2 s to 6 s, first at 2.0 s carA is 5.00, not at most 0 (1 of 4 looks)',
    ]);
    expect(judge([expecting(PAUSED, { fromS: 3, untilS: 7 })], falling, [])).toHaveLength(1);
  });

  it('counts from the moment at which the last step before it was really taken', () => {
    const taken = [{ atS: 1, takenAtS: 2 }];
    expect(judge([expecting(PAUSED, { fromS: 1, withinS: 1 })], falling, taken)).toHaveLength(1);
    expect(judge([expecting(PAUSED, { fromS: 1, withinS: 1, untilS: 5 })], falling, taken)).toEqual([]);
  });

  it('ends where the next step was really taken, however late the one before it came', () => {
    const taken = [
      { atS: 0, takenAtS: 1 },
      { atS: 3, takenAtS: 3 },
    ];
    const charging = expecting({ carA: { atLeast: 5 } }, { fromS: 0, untilS: 3 });
    expect(judge([charging], falling, taken)).toEqual([]);
    expect(judge([charging], falling, taken.slice(0, 1))).toHaveLength(1);
  });

  it('fails when nothing was looked at in it, or a step came far too late', () => {
    expect(judge([expecting(PAUSED, { fromS: 20, untilS: 30 })], falling, [])).toEqual([
      'so it is: nothing was looked at from 20 s to 30 s',
    ]);
    expect(judge([], falling, [{ atS: 1, takenAtS: 10 }])[0]).toContain('too busy');
  });

  it('may want a thing only once', () => {
    expect(judge([expecting({ carA: { atLeast: 10 } }, { how: 'once' })], falling, [])).toEqual([]);
    expect(judge([expecting({ carA: { atLeast: 11 } }, { how: 'once' })], falling, [])).toHaveLength(1);
  });
});

describe('a condition', () => {
  it.each<[string, Conditions, Conditions]>([
    ['a flow', { importA: { atLeast: 12, atMost: 12 } }, { importA: { atMost: 11.9 } }],
    ['a contact', { waterHeater: 'open' }, { generator: 'closed' }],
    ['the posture', { posture: 'normal' }, { posture: 'safe' }],
    ['a reason by its subject', { reason: { subject: 'grid-meter' } }, { reason: { subject: 'relay' } }],
    [
      'a reason by its code',
      { reason: { fault: 'meter-stale', subject: 'grid-meter' } },
      { reason: { fault: 'meter-frozen', subject: 'grid-meter' } },
    ],
    [
      'a reason of one load',
      { reason: { load: 'charge-point', subject: 'grid-meter' } },
      { reason: { load: 'immersion', subject: 'grid-meter' } },
    ],
    ['a reason that is a limit', { reason: { subject: 'grid-meter' } }, { reason: { source: 'protection' } }],
    [
      'a fault',
      { fault: { subject: 'grid-meter' } },
      { fault: { code: 'meter-frozen', subject: 'grid-meter' } },
    ],
    ['a limit in force', { inForce: 'protection' }, { inForce: 'curtailment' }],
    ['a limit not in force', { notInForce: 'curtailment' }, { notInForce: 'protection' }],
    ['a limit that is about to begin', { notInForce: 'schedule' }, { inForce: 'schedule' }],
    [
      'a limit and where it stands',
      { slot: { source: 'schedule', state: 'starting', ceiling: 0 } },
      { slot: { source: 'schedule', state: 'inForce' } },
    ],
    [
      'a limit that there is not',
      { noSlot: { source: 'protection', ceiling: 16 } },
      { noSlot: { source: 'protection', direction: 'import' } },
    ],
    [
      'the limitation scheme',
      { scheme: { direction: 'import', state: 2, counted: 1 } },
      { scheme: { direction: 'import', state: 3 } },
    ],
    [
      'a limitation scheme that never left State 1',
      { scheme: { direction: 'export', state: 1, counted: 0, lockOuts: 0 } },
      { scheme: { direction: 'export', lockOuts: 1 } },
    ],
    [
      'what a load was told',
      { setPoint: { load: 'charge-point', is: { atLeast: 10, atMost: 10 } } },
      { setPoint: { load: 'charge-point', is: { atLeast: 11 } } },
    ],
    [
      'what a switch was told',
      { setPoint: { load: 'immersion', is: 'open' } },
      { setPoint: { load: 'immersion', is: 'closed' } },
    ],
    ['a broker that nobody spoke of', { posture: 'normal' }, { broker: 'connected' }],
  ])('on %s holds or does not', (_what, holding, failing) => {
    const looks = looksOf([7, 7, 7, 7, 7, 7]);
    expect(judge([expecting(holding)], looks, [])).toEqual([]);
    expect(judge([expecting(failing)], looks, [])).toHaveLength(1);
  });

  it('on what a gateway says does not hold while none lives', () => {
    const silent = looksOf([7, 7, 7]).map(({ judgement: _, ...rest }) => rest);
    for (const conditions of [{ posture: 'normal' }, { notInForce: 'curtailment' }] as const) {
      expect(judge([expecting(conditions)], silent, [])).toHaveLength(1);
    }
  });

  it('on commands sees what came since the look before', () => {
    const [first, ...rest] = looksOf([7, 7, 7]);
    const widened = rest.map((look) => ({
      ...look,
      judgement: { ...JUDGEMENT, commands: { 'widening:protection': 1 } },
    }));
    const looks = first === undefined ? [] : [first, ...widened];
    expect(judge([expecting({ widens: false })], looks, [])).toHaveLength(1);
    expect(judge([expecting({ widens: false }, { fromS: 2 })], looks, [])).toEqual([]);
    const commanded = { effect: 'widening', cause: 'protection' } as const;
    expect(judge([expecting({ commanded }, { how: 'once' })], looks, [])).toEqual([]);
    expect(judge([expecting({ commanded }, { how: 'once', fromS: 2 })], looks, [])).toHaveLength(1);
  });
});

describe('what only an interval can show', () => {
  const kinds = ['faultRaised', 'limitStarted', 'limitEnded', 'limitReleased'];
  const told = looksOf([7, 7, 7, 7]).map((look, index) => ({
    ...look,
    events: [{ kind: kinds[index], limitId: 'curtailment' } as DomainEvent],
  }));

  it('is the order of events', () => {
    const inOrder = ['limitStarted', { kind: 'limitReleased', limitId: 'curtailment' }];
    expect(judge([expecting({ eventsInOrder: inOrder })], told, [])).toEqual([]);
    expect(judge([expecting({ eventsInOrder: ['limitEnded', 'limitStarted'] })], told, [])).toHaveLength(1);
    expect(judge([expecting({ noEvent: 'limitEnded' })], told, [])).toHaveLength(1);
    expect(judge([expecting({ noEvent: { kind: 'limitEnded', limitId: 'other' } })], told, [])).toEqual([]);
  });

  it('is how long a flow stays above a ceiling', () => {
    const above = (longerThanS: number): Conditions => ({
      neverAbove: { flow: 'carA', ceilingA: 9, longerThanS },
    });
    const looks = looksOf([10, 10, 10, 5, 10, 10]);
    expect(judge([expecting(above(2))], looks, [])).toEqual([]);
    expect(judge([expecting(above(1))], looks, [])).toEqual([
      'so it is: carA is above 9 from 0.0 s to 2.0 s and longer from 0 s to 6 s',
    ]);
  });
});

it('a command whose cause no table knows fails every story', () => {
  const looks = looksOf([7], { commands: { 'narrowing:whim': 1, 'narrowing:curtailment': 2 } });
  expect(judge([], looks, [])).toEqual(['a command has no cause that the tables know: narrowing:whim']);
});

describe('a release', () => {
  const ended: DomainEvent = { kind: 'limitEnded', limitId: 'curtailment', releasesAtMs: 10_000 };

  /** A curtailment that ends at 2 s, is to be released at 10 s and is let go at goneAtS. */
  function storyOf(goneAtS: number): Observation[] {
    return looksOf(Array.from({ length: 20 }, () => 7)).map((look) => ({
      ...look,
      events: look.atS === 2 ? [ended] : [],
      judgement: {
        ...JUDGEMENT,
        runningMs: look.atS * 1_000,
        slots: look.atS < goneAtS ? [slotOf('curtailment', 'releasing', 16)] : [],
      },
    }));
  }
  const wanted = expecting({ heldUntilRelease: 'curtailment' }, { untilS: 20 });

  it.each([
    [10, []],
    [5, ['so it is: curtailment was let go at 5.0 s, 5.0 s before its release from 0 s to 20 s']],
    [16, ['so it is: curtailment is still held at 13.0 s, 3.0 s after its release from 0 s to 20 s']],
  ])('announced for 10 s and come at %i s', (goneAtS, doubts) => {
    expect(judge([wanted], storyOf(goneAtS), [])).toEqual(doubts);
  });

  it('that nobody announced is missed', () => {
    expect(judge([wanted], looksOf(Array.from({ length: 20 }, () => 7)), [])).toEqual([
      'so it is: no limit came to its end from 0 s to 20 s',
    ]);
  });
});
