import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBusHints, HINT_ROWS, type LineFacts } from '../../src/gateway/busHints.ts';
import type { LineStatistics, UnitStatistics } from '../../src/ports/modbusLine.ts';
import { emptyStatistics, unitStatistics } from '../discovery/registerLine.ts';

const healthy = (unit: number): UnitStatistics => unitStatistics(unit, { requests: 1000, answers: 1000 });
const dead = (unit: number): UnitStatistics => unitStatistics(unit, { requests: 40, timeouts: 40 });
const damaged = (unit: number): UnitStatistics =>
  unitStatistics(unit, { requests: 1000, answers: 960, badReplies: 40 });

function line(given: Partial<LineStatistics>, kind: LineFacts['kind'] = 'serial', isOpen = true): LineFacts {
  const units = given.units ?? [];
  const requests = units.reduce((sum, unit) => sum + unit.requests, 0);
  return { kind, isOpen, statistics: { ...emptyStatistics(), requests, ...given } };
}

const say = (facts: LineFacts): readonly string[] =>
  findBusHints(facts).map(({ code, units }) => [code, ...units].join(' '));

describe('what the counters of a line point to', () => {
  it.each<readonly [string, LineFacts, readonly string[]]>([
    ['a healthy line', line({ units: [healthy(1), healthy(2)] }), []],
    ['a line that was just opened', line({ units: [unitStatistics(1, { requests: 3, timeouts: 3 })] }), []],
    ['a port that is not there', line({ units: [dead(1)] }, 'serial', false), ['line-not-open']],
    ['an echo', line({ units: [healthy(1)], hasLocalEcho: true }), ['local-echo']],
    ['A and B swapped', line({ units: [dead(1), dead(2)], strayBytes: 300 }), ['only-garbage']],
    [
      'a wrong parity',
      line({ units: [unitStatistics(1, { requests: 40, badReplies: 40 })], badCrc: 40 }),
      ['only-garbage'],
    ],
    ['a line without supply', line({ units: [dead(1), dead(2)] }), ['nobody-answers']],
    ['one dead unit', line({ units: [healthy(1), dead(2)] }), ['unit-silent 2']],
    [
      'two units of one number',
      line({ units: [healthy(1), damaged(2)], strayBytes: 200 }),
      ['duplicate-address 2'],
    ],
    ['no termination', line({ units: [damaged(1), damaged(2)], badCrc: 80 }), ['no-termination 1 2']],
    ['noise on a line of one unit', line({ units: [damaged(1)], badCrc: 40 }), ['no-termination 1']],
    [
      'one damaged answer of a few',
      line({ units: [unitStatistics(1, { requests: 50, answers: 49, badReplies: 1 })], badCrc: 1 }),
      [],
    ],
    ['another master', line({ units: [healthy(1)], wrongUnit: 50 }), ['another-master']],
    [
      'answers that come too late',
      line({ units: [unitStatistics(1, { requests: 100, answers: 10, timeouts: 90 })], lateReplies: 90 }),
      ['late-answers'],
    ],
    [
      'a unit that is asked too fast',
      line({ units: [healthy(1), unitStatistics(2, { requests: 1000, answers: 800, timeouts: 200 })] }),
      ['polled-too-fast 2'],
    ],
    [
      'one answer missed in a day',
      line({ units: [unitStatistics(1, { requests: 9000, answers: 8997, timeouts: 3 })] }),
      [],
    ],
    [
      'a profile that does not fit',
      line({ units: [unitStatistics(1, { requests: 100, answers: 50, exceptions: 50 })] }),
      ['many-refusals 1'],
    ],
    ['a second client', line({ units: [healthy(1)], reconnects: 40 }, 'tcp'), ['reconnecting']],
    ['too much for the wire', line({ units: [healthy(1)], superseded: 400 }), ['line-overloaded']],
    ['frames of others on TCP, which has none', line({ units: [healthy(1)], wrongUnit: 50 }, 'tcp'), []],
  ])('%s', (_, facts, hints) => {
    expect(say(facts)).toEqual(hints);
  });

  it('every row of the table is reached by one of these, and says what to do', () => {
    const codes = HINT_ROWS.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(
      HINT_ROWS.filter(({ sentence, nextStep }) => sentence.length < 30 || nextStep.length < 20),
    ).toEqual([]);
    expect(codes.toSorted()).toEqual(
      [
        'line-not-open',
        'local-echo',
        'only-garbage',
        'nobody-answers',
        'unit-silent',
        'duplicate-address',
        'no-termination',
        'another-master',
        'late-answers',
        'polled-too-fast',
        'many-refusals',
        'reconnecting',
        'line-overloaded',
      ].toSorted(),
    );
  });

  it('never throws and names only units that are there, whatever the counters', () => {
    const count = fc.oneof(
      fc.nat(),
      fc.constant(Number.NaN),
      fc.constant(-1),
      fc.constant(Number.POSITIVE_INFINITY),
    );
    const unit = fc.record({
      unit: fc.integer({ min: 0, max: 255 }),
      requests: count,
      answers: count,
      timeouts: count,
      exceptions: count,
      badReplies: count,
      turnaround: fc.array(count),
    });
    const statistics = fc.record({
      requests: count,
      timeouts: count,
      exceptions: count,
      badCrc: count,
      strayBytes: count,
      lateReplies: count,
      wrongUnit: count,
      reconnects: count,
      superseded: count,
      hasLocalEcho: fc.boolean(),
      units: fc.array(unit),
    });
    fc.assert(
      fc.property(fc.constantFrom('serial', 'tcp'), fc.boolean(), statistics, (kind, isOpen, counters) => {
        const known = counters.units.map((each) => each.unit);
        return findBusHints({ kind, isOpen, statistics: counters }).every((hint) =>
          hint.units.every((each) => known.includes(each)),
        );
      }),
    );
  });
});
