import { describe, expect, it } from 'vitest';
import type { ReportEventStatus } from '../../../src/adapters/han/drlcMessages.ts';
import {
  EVENT_STATUS,
  type EventStatusCode,
  type EventStatusName,
} from '../../../src/adapters/han/eventStatus.ts';
import {
  isInForce,
  NOTHING_KNOWN,
  type SwitchState,
  withIssuedEvent,
  withNoEvents,
  withReport,
  withTime,
} from '../../../src/adapters/han/switchState.ts';

const codes = Object.keys(EVENT_STATUS).map(Number) as EventStatusCode[];

function report(name: EventStatusName, issuerEventId = 7, statusTimeS = 100): ReportEventStatus {
  const status = codes.find((code) => EVENT_STATUS[code].name === name);
  if (status === undefined) throw new Error(name);
  const rest = { criticalityApplied: 7, eventControl: 0, signatureType: 0 };
  return { kind: 'reportEventStatus', issuerEventId, status, statusTimeS, ...rest };
}

const issued = withIssuedEvent(NOTHING_KNOWN, { issuerEventId: 7, issuedAtMs: 0, endsAtMs: 60_000 });

function told(
  names: readonly (EventStatusName | readonly [EventStatusName, number?, number?])[],
  from = issued,
): SwitchState {
  return names.reduce<SwitchState>((state, entry, index) => {
    const [name, id, timeS] = typeof entry === 'string' ? [entry] : entry;
    return withReport(state, report(name, id, timeS ?? 100 + index), 1_000 * (index + 1));
  }, from);
}

function positionOf({ confirmed }: SwitchState): 'open' | 'closed' | 'unknown' {
  return confirmed === undefined ? 'unknown' : confirmed.isClosed ? 'closed' : 'open';
}

describe('the position of a switch, by its reports', () => {
  it.each([
    ['nothing but received proves nothing', ['received'], 'unknown'],
    ['started is open', ['received', 'started'], 'open'],
    ['started without received is open', ['started'], 'open'],
    ['received after started changes nothing', ['started', 'received'], 'open'],
    ['started twice is open', ['started', 'started'], 'open'],
    ['completed is closed', ['started', 'completed'], 'closed'],
    ['started after completed is late and changes nothing', ['completed', 'started'], 'closed'],
    ['opted out is closed', ['started', 'optedOut'], 'closed'],
    ['opted in again is open', ['started', 'optedOut', 'optedIn'], 'open'],
    [
      'an older started after opted out is not believed',
      ['received', 'optedOut', ['started', 7, 50]],
      'closed',
    ],
    [
      'an older opted in after opted out is not believed',
      ['started', 'optedOut', ['optedIn', 7, 50]],
      'closed',
    ],
    [
      'an older opted out is believed all the same: it is the worse',
      ['started', ['optedOut', 7, 50]],
      'closed',
    ],
    ['in part out is closed', ['started', 'optedOut', 'partlyOptedOut'], 'closed'],
    ['in part in is closed', ['started', 'partlyOptedIn'], 'closed'],
    ['no participation is closed', ['optedOut', 'noParticipation'], 'closed'],
    ['cancelled is closed', ['started', 'cancelled'], 'closed'],
    ['a cancel of an event that is not there is closed', ['started', 'undefinedEvent'], 'closed'],
    ['superseded by none of ours is unknown', ['started', 'superseded'], 'unknown'],
    ['a refused cancel leaves it open', ['started', 'cancelTimeInvalid'], 'open'],
    ['an invalid cancel leaves it open', ['started', 'cancelInvalid'], 'open'],
    ['a duplicate leaves it open', ['started', 'duplicate'], 'open'],
    ['a duplicate of which nothing was said before proves nothing', ['duplicate'], 'unknown'],
    ['rejected proves nothing about the position', ['rejected'], 'unknown'],
    ['expired proves nothing about the position', ['expired'], 'unknown'],
    ['completed before proves nothing about the position', ['alreadyCompleted'], 'unknown'],
  ] as const)('%s', (_what, names, position) => {
    expect(positionOf(told(names))).toBe(position);
  });

  it('has an entry in this table for every word of the vocabulary', () => {
    expect(codes.length).toBe(17);
  });

  it('of an event that is not ours: closed is believed until ours holds, started only without one of ours', () => {
    expect(positionOf(told([['started', 3]], NOTHING_KNOWN))).toBe('open');
    expect(positionOf(told([['completed', 3]], NOTHING_KNOWN))).toBe('closed');
    expect(positionOf(told([['started', 3]]))).toBe('unknown');
    expect(positionOf(told([['completed', 3]]))).toBe('closed');
    expect(positionOf(told(['started', ['completed', 3]]))).toBe('open');
    expect(positionOf(told(['started', ['superseded', 3]]))).toBe('open');
    expect(positionOf(told([['rejected', 3]], NOTHING_KNOWN))).toBe('unknown');
  });

  it('stays open through a renewal, and falls back with the old event when the new one never takes hold', () => {
    const renewed = withIssuedEvent(told(['started']), {
      issuerEventId: 8,
      issuedAtMs: 30_000,
      endsAtMs: 90_000,
    });
    expect(positionOf(renewed)).toBe('open');
    expect(
      positionOf(
        told(
          [
            ['superseded', 7],
            ['started', 8],
          ],
          renewed,
        ),
      ),
    ).toBe('open');
    expect(
      positionOf(
        told(
          [
            ['rejected', 8],
            ['completed', 7],
          ],
          renewed,
        ),
      ),
    ).toBe('closed');
  });

  it('is unknown a minute after the end of an event of which no end was told', () => {
    expect(positionOf(withTime(told(['started']), 119_999))).toBe('open');
    expect(positionOf(withTime(told(['started']), 120_000))).toBe('unknown');
    expect(isInForce(told(['started']), 60_000)).toBe(false);
  });

  it('is closed when the switch holds no event, and keeps since when', () => {
    const none = withNoEvents(told(['started']), 'no event', 5_000);
    expect(none.confirmed).toEqual({ isClosed: true, sinceMs: 5_000 });
    expect(withNoEvents(none, 'no event', 9_000).confirmed).toEqual({ isClosed: true, sinceMs: 5_000 });
    expect(isInForce(none, 5_000)).toBe(false);
  });

  it('of an event that an older stack calls a duplicate can only be learned from a new one', () => {
    expect(told(['duplicate']).current?.stage).toBe('ended');
    expect(told(['received', 'duplicate']).current?.stage).toBe('accepted');
  });

  it('has a reason in words', () => {
    expect(told(['started', 'optedOut']).because).toBe('the user has opted out (boost)');
    expect(told(['rejected']).because).toBe('the switch has rejected the event');
  });
});
