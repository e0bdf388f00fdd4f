import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Heartbeat } from '../../src/contract/heartbeat.ts';
import type { ClockLevel, Now } from '../../src/domain/instant.ts';
import { type HeardHeartbeat, judgeHeartbeat } from '../../src/sync/heartbeatOrder.ts';

const NOON = Date.UTC(2026, 0, 5, 12);

/** @param sentInS seconds after noon by the clock of the sender */
function beat(sequence: number, sentInS: number): Heartbeat {
  return {
    schema: 'loadgate.heartbeat/1',
    gatewayId: 'home-1',
    sequence,
    sentAt: new Date(NOON + sentInS * 1_000).toISOString(),
  };
}

function at(seconds: number, clockLevel: ClockLevel = 'synced'): Now {
  return { runningMs: 5_000 + seconds * 1_000, utcMs: NOON + seconds * 1_000, clockLevel };
}

function heard(sequence: number, atS: number): HeardHeartbeat {
  return { sequence, sentAtMs: NOON + atS * 1_000, heardAtMs: 5_000 + atS * 1_000 };
}

describe('a heartbeat', () => {
  it('counts from when it is heard', () => {
    expect(judgeHeartbeat(beat(7, 0), undefined, at(3))).toEqual({
      ok: true,
      heard: { sequence: 7, sentAtMs: NOON, heardAtMs: 8_000 },
    });
  });

  it.each([
    ['the first, with any number', beat(300, 0), undefined, at(0)],
    ['the next', beat(6, 60), heard(5, 0), at(60)],
    ['one after some that were lost', beat(9, 90), heard(5, 0), at(90)],
    ['sixty seconds old', beat(6, 0), heard(5, -60), at(60)],
    ['sixty seconds ahead', beat(6, 60), heard(5, -60), at(0)],
    ['the next, by a clock of the sender that was put back', beat(6, -10), heard(5, 0), at(30)],
    ['old while the clock is not synced', beat(6, 0), heard(5, -60), at(9_000, 'coarse')],
    ['ahead while the clock is not set', beat(6, 9_000), heard(5, -60), at(0, 'none')],
    ['the first after a restart of the sender', beat(1, 20), heard(5, 0), at(20)],
    [
      'of a restarted sender whose first ones were lost, after two minutes',
      beat(3, 121),
      heard(5, 0),
      at(121),
    ],
  ])('shows that the party is there: %s', (_case, heartbeat, last, now) => {
    expect(judgeHeartbeat(heartbeat, last, now).ok).toBe(true);
  });

  it.each([
    ['more than sixty seconds old', beat(6, -1), heard(5, -61), at(60), /more than 60 s ago/],
    ['more than sixty seconds ahead', beat(6, 61), heard(5, -61), at(0), /ahead of the clock of the gateway/],
    ['a repetition', beat(5, 0), heard(5, 0), at(1), /sequence 5 does not follow 5/],
    ['an earlier one', beat(4, -10), heard(5, 0), at(1), /4 does not follow 5/],
    ['a lower number that is not a beginning', beat(4, 10), heard(5, 0), at(10), /4 does not follow 5/],
    ['a repeated beginning', beat(1, 0), heard(1, 0), at(1), /1 does not follow 1/],
    ['an earlier beginning', beat(1, -20), heard(5, 0), at(1), /1 does not follow 5/],
    ['a lower number within a minute', beat(3, 60), heard(5, 0), at(60), /3 does not follow 5/],
    ['an earlier one after a minute', beat(3, -1), heard(5, 0), at(300, 'coarse'), /3 does not follow 5/],
  ])('shows nothing: %s', (_case, heartbeat, last, now, cause) => {
    expect(judgeHeartbeat(heartbeat, last, now)).toEqual({ ok: false, cause: expect.stringMatching(cause) });
  });

  const sendings = fc.array(
    fc.record({
      waitS: fc.integer({ min: 10, max: 60 }),
      isRestarted: fc.boolean(),
      isLost: fc.boolean(),
      delayS: fc.nat(5),
      isRepeated: fc.boolean(),
    }),
    { maxLength: 60 },
  );

  it('of a sender that is restarted at any time, on a line that loses some, is never missed for more than a minute', () => {
    fc.assert(
      fc.property(sendings, fc.constantFrom<ClockLevel>('synced', 'coarse'), (sent, clockLevel) => {
        let sentInS = 0;
        let sequence = 0;
        let last: HeardHeartbeat | undefined;
        for (const { waitS, isRestarted, isLost, delayS, isRepeated } of sent) {
          sentInS += waitS;
          sequence = isRestarted ? 1 : sequence + 1;
          if (isLost) continue;
          const now = at(sentInS + delayS, clockLevel);
          const heartbeat = beat(sequence, sentInS);
          const judgement = judgeHeartbeat(heartbeat, last, now);
          const unheardMs = now.runningMs - (last?.heardAtMs ?? Number.NEGATIVE_INFINITY);
          if (unheardMs > 60_000) expect(judgement.ok).toBe(true);
          if (!judgement.ok) continue;
          last = judgement.heard;
          if (isRepeated)
            expect(judgeHeartbeat(heartbeat, last, at(sentInS + 200, clockLevel)).ok).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});
