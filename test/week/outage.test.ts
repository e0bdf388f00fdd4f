import { describe, expect, it } from 'vitest';
import { judgeOutage, type OutageEnd, tellOutage } from '../streams/outage.ts';
import { tellWholeOutage } from '../streams/wholeOutage.ts';

const IS_SHORT = process.env.LOADGATE_SHORT === '1';
/** A month; with little time as many days as the whole home lives in a minute. */
const DAYS = IS_SHORT ? 2 : 30;
/** Samples alone take less. */
const SAMPLED_DAYS = IS_SHORT ? 10 : 30;

describe(`an outage of ${DAYS} days of a whole home, its power cut ten times, and six times while the backlog goes up`, () => {
  it('loses nothing: what the receiver has is what the journal says, stream by stream, each once', async () => {
    const end = await tellWholeOutage({ days: DAYS, powerCuts: 10, powerCutsInCatchUp: 6 });
    tell('whole home', end);
    const { notes, untoldNotes, decisionEvents, untoldEvents } = end;
    console.log(JSON.stringify({ notes, untoldNotes: untoldNotes.length, decisionEvents, untoldEvents }));
    expect(judgeOutage(end)).toEqual([]);
    expect(end.losses.filter(({ sequences }) => sequences !== undefined)).toEqual([]);
    expect([...end.taken.keys()].toSorted()).toEqual([...end.written.keys()].toSorted());
    expect(new Set(end.reports.map(({ stream }) => stream))).toEqual(
      new Set(['receipts', 'events', 'status', 'telemetry']),
    );
    // Each life but the first has a time before it that nobody recorded.
    expect(end.losses.filter(({ cause }) => cause === 'notRunning')).toHaveLength(16);
    expect(untoldNotes).toEqual([]);
    expect(notes).toBeGreaterThan(DAYS * 20);
    expect(decisionEvents).toBeGreaterThan(DAYS * 10);
    expect(untoldEvents).toBe(0);
    expect(end.requests).toBeGreaterThan(0);
    expect(end.repeatedDeliveries).toBeGreaterThan(0);
  }, 3_600_000);
});

describe(`an outage of ${SAMPLED_DAYS} days at a sample a second, killed ten times, and six times while the backlog goes up`, () => {
  it('says of every record that gave way in a quarter of the room that it needs why it will never come', async () => {
    const mostBytes = SAMPLED_DAYS * 430_000;
    const end = await tellOutage({ days: SAMPLED_DAYS, mostBytes, kills: 10, killsInCatchUp: 6 });
    tell('little room', end);
    expect(judgeOutage(end)).toEqual([]);
    expect(
      new Set(end.losses.filter(({ cause }) => cause === 'thinned').map(({ stream }) => stream)),
    ).toEqual(new Set(['telemetry']));
    expect(end.atWorst.reduce((sum, { waitingBytes }) => sum + waitingBytes, 0)).toBeLessThan(
      mostBytes * 1.05,
    );
  });
});

function tell(
  name: string,
  { written, taken, losses, reports, requests, atWorst, catchUp }: OutageEnd,
): void {
  const lost = losses.reduce((sum, loss) => sum + (loss.sequences === undefined ? 0 : (loss.count ?? 0)), 0);
  const figures = {
    written: written.size,
    taken: taken.size,
    lost,
    entries: losses.length,
    requests,
    catchUp,
  };
  console.log(JSON.stringify({ name, ...figures, atWorst, reports }));
}
