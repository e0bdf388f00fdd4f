import { describe, expect, it } from 'vitest';
import type { Span } from '../../src/usage/calendar.ts';
import { reportEnergy, type UsageFound } from '../../src/usage/energyReport.ts';
import type { Gap } from '../../src/usage/gap.ts';
import { HALF_HOUR_MS, type HalfHour } from '../../src/usage/minutes.ts';
import type { Tally } from '../../src/usage/tally.ts';
import { at } from './support.ts';

const START = Date.parse('2026-01-05T00:00:00Z');
const HOUR_MS = 2 * HALF_HOUR_MS;
const hours = (from: number, until: number): Span => ({
  fromUtcMs: START + from * HOUR_MS,
  untilUtcMs: START + until * HOUR_MS,
});
const ROWS = [hours(0, 2), hours(2, 4)];

function halfHour(place: number, tally: Partial<Tally> = {}): HalfHour {
  const connection = { coveredMs: HALF_HOUR_MS, wattSeconds: 0, importWh: 100, exportWh: 0, ...tally };
  return { fromUtcMs: START + place * HALF_HOUR_MS, clockLevel: 'synced', channels: { connection } };
}

function gap(from: number | undefined, until: number, importWh: number): Gap {
  const moment = (hour: number) => at(new Date(START + hour * HOUR_MS).toISOString());
  return {
    cause: 'endedWithoutWord',
    ...(from === undefined ? {} : { from: moment(from) }),
    until: moment(until),
    energy: { connection: { importWh, exportWh: 0 } },
  };
}

const all = Array.from({ length: 8 }, (_, place) => halfHour(place));
const report = (found: Partial<UsageFound>, recorded = hours(0, 4)) =>
  reportEnergy({ halfHours: all, gaps: [], damaged: [], ...found }, ROWS, recorded);
const sums = (found: Partial<UsageFound>) => {
  const { rows, total } = report(found);
  return [...rows, total].map(({ channels }) => channels.connection?.importWh);
};

describe('what flowed in a gap', () => {
  it('counts in its row when the whole gap lies in it', () => {
    expect(sums({ gaps: [gap(0.5, 1.5, 30)] })).toEqual([430, 400, 830]);
  });

  it('counts in the sum alone when it reaches from one row into the next', () => {
    expect(sums({ gaps: [gap(1, 3, 30)] })).toEqual([400, 400, 830]);
    expect(report({ gaps: [gap(1, 3, 30)] }).notKnown[0]?.counted).toBe('sum');
  });

  it('is told and not counted when it reaches beyond the report, or nobody knows from when', () => {
    for (const one of [gap(-1, 1, 30), gap(3, 5, 30), gap(undefined, 1, 30)]) {
      expect(sums({ gaps: [one] })).toEqual([400, 400, 800]);
      expect(report({ gaps: [one] }).notKnown[0]?.counted).toBe('not');
    }
  });
});

describe('what is not known', () => {
  it('is told by channel and cause, in runs, and not for a breath', () => {
    const missing = (durationMs: number) => ({ missingMs: { 'meter-stale': durationMs } });
    const halfHours = all.map((one, place) => {
      const durationMs = { 2: 900_000, 3: 600_000, 6: 30_000 }[place];
      return durationMs === undefined ? one : halfHour(place, missing(durationMs));
    });
    expect(report({ halfHours }).notKnown).toEqual([
      { cause: 'meter-stale', channelId: 'connection', ...hours(1, 2), durationMs: 1_500_000 },
    ]);
  });

  it('is half-hours that are not there, where no gap and no damage says why', () => {
    const halfHours = all.filter((_, place) => place !== 2 && place !== 3 && place !== 5);
    const damaged = [hours(2.5, 3)];
    expect(report({ halfHours, damaged }).notKnown).toEqual([
      { cause: 'notRecorded', ...hours(1, 2) },
      { cause: 'damaged', ...hours(2.5, 3) },
    ]);
    expect(report({ halfHours, gaps: [gap(1, 2, 0)], damaged }).notKnown.map(({ cause }) => cause)).toEqual([
      'endedWithoutWord',
      'damaged',
    ]);
  });

  it('is nothing before the record began and after its end', () => {
    expect(report({ halfHours: all.slice(4, 6) }, hours(2, 3)).notKnown).toEqual([]);
  });
});

it('a half-hour that was gathered in two goes is one', () => {
  const halfHours = [
    halfHour(0, { importWh: 40, coveredMs: 600_000 }),
    halfHour(0, { importWh: 60 }),
    ...all.slice(1),
  ];
  expect(report({ halfHours }).rows[0]?.channels.connection?.importWh).toBe(400);
});
