import { beforeEach, describe, expect, it } from 'vitest';
import {
  BEAT,
  CANCEL,
  CANCELLATION,
  HEARTBEAT,
  InboxDesk,
  NO_CURTAILMENT,
  NONE,
  PLAN,
  REQUEST,
  SCHEDULE,
} from './inboxDesk.ts';

let desk: InboxDesk;

beforeEach(() => {
  desk = new InboxDesk();
});

describe('a schedule', () => {
  it('comes as one limit for each interval, with the word of who has spread it', async () => {
    desk.open();
    await desk.receive(PLAN, SCHEDULE);
    expect(desk.obeyed).toMatchObject([
      {
        id: 'night-1',
        limits: [
          { limitId: 'curtailment:1', ceiling: 3_000, randomisedBy: 'aggregator' },
          { limitId: 'curtailment:2', ceiling: 0, randomisedBy: 'aggregator' },
        ],
      },
    ]);
    expect(desk.events).toEqual([]);
  });

  it('that comes again changes nothing, and one with other content under its id is refused', async () => {
    desk.open();
    await desk.receive(PLAN, SCHEDULE);
    await desk.receive(PLAN, SCHEDULE);
    expect(desk.events).toEqual([]);
    await desk.receive({ ...PLAN, intervals: PLAN.intervals.slice(1) }, SCHEDULE);
    await desk.receive({ ...REQUEST, id: 'night-1' });
    expect(desk.obeyed).toHaveLength(1);
    const cause = expect.stringContaining('"night-1" was used before with other content');
    expect(desk.causes()).toEqual([cause, cause]);
  });

  it('of an earlier life of the gateway is known, and changes nothing', async () => {
    desk.open({ knownIds: ['night-1'] });
    await desk.receive(PLAN, SCHEDULE);
    expect(desk.obeyed).toEqual([]);
    expect(desk.events).toEqual([]);
  });

  it('that comes after its own cancel never takes hold', async () => {
    desk.open();
    await desk.receive({ ...CANCELLATION, id: 'night-1' }, CANCEL);
    await desk.receive(PLAN, SCHEDULE);
    expect(desk.cancelled).toEqual(['night-1']);
    expect(desk.obeyed).toEqual([]);
  });

  it('that could not be kept is not acknowledged, and is taken when it comes again', async () => {
    let isWilling = false;
    desk.open({
      onControl: async (limits, id) => {
        if (!isWilling) throw new Error('no room');
        desk.obeyed.push({ limits, id });
      },
    });
    await expect(desk.receive(PLAN, SCHEDULE)).rejects.toThrow('no room');
    isWilling = true;
    await desk.receive(PLAN, SCHEDULE);
    expect(desk.obeyed).toHaveLength(1);
  });

  it('of 96 half-hours fits into a message', async () => {
    desk.open();
    await desk.receive({ ...PLAN, intervals: halfHours(96) }, SCHEDULE);
    expect(desk.causes()).toEqual([]);
    expect(desk.obeyed[0]?.limits).toHaveLength(96);
  });

  const [first, second] = PLAN.intervals;
  it.each([
    ['no interval', { intervals: [] }, /^intervals: /],
    ['one interval more than two days have half-hours', { intervals: halfHours(97) }, /^intervals: .*96/],
    [
      'an interval before the one before it',
      { intervals: [second, first] },
      /^intervals\.1\.startsAt: .*order/,
    ],
    [
      'an interval that begins a second before the end of the one before it',
      { intervals: [{ ...first, durationSeconds: 601 }, second] },
      /^intervals\.1\.startsAt: 2026-01-05T00:10:00Z .*overlap/,
    ],
    [
      'an interval without a ceiling',
      { intervals: [{ ...first, ceiling: undefined }] },
      /intervals\.0\.ceil/,
    ],
    ['an interval without a start', { intervals: [{ ...first, startsAt: undefined }] }, /intervals\.0\.star/],
    ['an interval without a length', { intervals: [{ ...first, durationSeconds: 0 }] }, /intervals\.0\.dur/],
    ['a ceiling below zero', { intervals: [{ ...first, ceiling: -1 }] }, /intervals\.0\.ceiling/],
    ['a single curtailment on its topic', REQUEST, /reads "loadgate.curtailment-schedule\/1"/],
  ])('is refused for %s', async (_case, change, cause) => {
    desk.open();
    await desk.receive({ ...PLAN, ...change }, SCHEDULE);
    expect(desk.obeyed).toEqual([]);
    expect(desk.causes()).toEqual([expect.stringMatching(cause)]);
  });
});

describe('"no curtailment"', () => {
  it('empties the slot under its own id', async () => {
    desk.open();
    await desk.receive(REQUEST);
    await desk.receive(NO_CURTAILMENT, NONE);
    expect(desk.obeyed.at(-1)).toEqual({ limits: [], id: 'back-1' });
    expect(desk.events).toEqual([]);
  });

  it('that the broker repeats late does not end the curtailment that came after it', async () => {
    desk.open();
    await desk.receive(NO_CURTAILMENT, NONE);
    await desk.receive(REQUEST);
    await desk.receive(NO_CURTAILMENT, NONE);
    expect(desk.obeyed.map(({ id }) => id)).toEqual(['back-1', 'evening-1']);
    expect(desk.events).toEqual([]);
  });

  it('without an id is refused: nobody could tell its repetition from a new one', async () => {
    desk.open();
    await desk.receive({ ...NO_CURTAILMENT, id: undefined }, NONE);
    expect(desk.obeyed).toEqual([]);
    expect(desk.causes()).toEqual([expect.stringMatching(/^id: /)]);
  });
});

describe('a heartbeat', () => {
  it('is handed on each time and never told as an event', async () => {
    desk.open();
    await desk.receive(BEAT, HEARTBEAT);
    await desk.clock.advance(60_000);
    await desk.receive({ ...BEAT, sentAt: '2026-01-05T00:01:00Z', sequence: 2 }, HEARTBEAT);
    expect(desk.heartbeats).toBe(2);
    expect(desk.events).toEqual([]);
  });

  it('that comes again shows nothing', async () => {
    desk.open();
    await desk.receive(BEAT, HEARTBEAT);
    await desk.receive(BEAT, HEARTBEAT);
    expect(desk.heartbeats).toBe(1);
    expect(desk.causes()).toEqual([expect.stringContaining('sequence 1 does not follow 1')]);
  });

  it('that was not taken is not acknowledged, and counts when it comes again', async () => {
    let isWilling = false;
    desk.open({
      onHeartbeat: async () => {
        if (!isWilling) throw new Error('not now');
        desk.heartbeats += 1;
      },
    });
    await expect(desk.receive(BEAT, HEARTBEAT)).rejects.toThrow('not now');
    isWilling = true;
    await desk.receive(BEAT, HEARTBEAT);
    expect(desk.heartbeats).toBe(1);
    expect(desk.events).toEqual([]);
  });

  it('that is refused counts into the bound on what is told', async () => {
    desk.open();
    for (let n = 0; n < 40; n += 1) await desk.receive({ ...BEAT, sequence: 0 }, HEARTBEAT);
    expect(desk.events).toHaveLength(10);
    expect(desk.heartbeats).toBe(0);
  });
});

function halfHours(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    startsAt: new Date(Date.UTC(2026, 0, 5) + index * 1_800_000).toISOString(),
    durationSeconds: 1_800,
    ceiling: 7_360,
  }));
}
