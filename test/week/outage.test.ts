import { describe, expect, it } from 'vitest';
import { judgeOutage, type OutageEnd, tellOutage } from '../streams/outage.ts';

/** A month, or with little time ten days of it. */
const DAYS = process.env.LOADGATE_SHORT === '1' ? 10 : 30;

describe(`an outage of ${DAYS} days at a sample a second, killed ten times, and six times while the backlog goes up`, () => {
  it('loses nothing in the room that it has by default', async () => {
    const end = await tellOutage({ days: DAYS, mostBytes: 128_000_000, kills: 10, killsInCatchUp: 6 });
    tell('default room', end);
    expect(judgeOutage(end)).toEqual([]);
    expect(end.losses.filter(({ sequences }) => sequences !== undefined)).toEqual([]);
    expect(end.taken.size).toBe(end.written.size);
  });

  it('says of every record that gave way in a quarter of the room that it needs why it will never come', async () => {
    const mostBytes = DAYS * 430_000;
    const end = await tellOutage({ days: DAYS, mostBytes, kills: 10, killsInCatchUp: 6 });
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
