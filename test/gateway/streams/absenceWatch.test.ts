import { expect, it } from 'vitest';
import type { TelemetryBody } from '../../../src/contract/telemetry.ts';
import { AbsenceWatch } from '../../../src/gateway/streams/absenceWatch.ts';

const BEGIN_MS = Date.UTC(2026, 0, 5);

function minute(place: number, isKnown: boolean): TelemetryBody {
  const flow = isKnown
    ? ({ state: 'measured', meanA: 1, minimumA: 1, maximumA: 1, coveredMs: 60_000 } as const)
    : ({ state: 'unknown', fault: 'meter-stale' } as const);
  return {
    intervalFrom: new Date(BEGIN_MS + place * 60_000).toISOString(),
    intervalUntil: new Date(BEGIN_MS + (place + 1) * 60_000).toISOString(),
    durationMs: 60_000,
    clockLevel: 'synced',
    circuits: [{ circuitId: 'connection-point', phases: [{ phase: 'L1', flow }] }],
    loads: [],
  };
}

it('an absence of two hours and five minutes is told in three parts without a gap between them', () => {
  const watch = new AbsenceWatch();
  const told = Array.from({ length: 140 }, (_, place) =>
    watch.observe(minute(place, place < 3 || place >= 128)),
  ).flat();
  const stretches = told.map(({ fromUtcMs, untilUtcMs }) => [
    (fromUtcMs - BEGIN_MS) / 60_000,
    (untilUtcMs - BEGIN_MS) / 60_000,
  ]);
  expect(stretches).toEqual([
    [3, 63],
    [63, 123],
    [123, 128],
  ]);
  expect(told[0]).toMatchObject({ stream: 'telemetry', cause: 'deviceAbsent', subject: 'connection-point' });
});

it('of a device that answers nothing is told', () => {
  const watch = new AbsenceWatch();
  expect([0, 1, 2].flatMap((place) => watch.observe(minute(place, true)))).toEqual([]);
});
