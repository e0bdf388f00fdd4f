import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Flow, type TelemetryBody, telemetrySchema } from '../../../src/contract/telemetry.ts';
import { mergeTelemetry } from '../../../src/gateway/streams/mergeTelemetry.ts';

const BEGIN_MS = Date.UTC(2026, 0, 5);

function minute(
  place: number,
  flow: Flow,
  importWh: number | undefined,
  ceilingA: number | undefined,
): TelemetryBody {
  const phases = [
    { phase: 'L1', flow, ...(ceilingA === undefined ? {} : { importCeilingA: ceilingA }) },
  ] as const;
  return {
    intervalFrom: new Date(BEGIN_MS + place * 60_000).toISOString(),
    intervalUntil: new Date(BEGIN_MS + (place + 1) * 60_000).toISOString(),
    durationMs: 60_000,
    clockLevel: place === 3 ? 'coarse' : 'synced',
    circuits: [
      {
        circuitId: 'connection-point',
        phases: [...phases],
        ...(importWh === undefined
          ? { importEnergy: { state: 'unknown', fault: 'meter-stale' } as const }
          : { importEnergy: { state: 'measured', valueWh: importWh } as const }),
      },
    ],
    loads: [],
  };
}

const flows = fc.oneof(
  fc.constant<Flow>({ state: 'unknown', fault: 'meter-stale' }),
  fc
    .record({
      a: fc.integer({ min: -40, max: 40 }),
      b: fc.integer({ min: 0, max: 20 }),
      c: fc.integer({ min: 1, max: 60 }),
    })
    .map(
      ({ a, b, c }): Flow => ({
        state: 'measured',
        meanA: a,
        minimumA: a - b,
        maximumA: a + b,
        coveredMs: c * 1_000,
      }),
    ),
);

describe('minutes that are merged', () => {
  it('keep their charge, their extremes and their last counters, and fit the contract', () => {
    fc.assert(
      fc.property(fc.array(flows, { minLength: 1, maxLength: 30 }), (all) => {
        const merged = mergeTelemetry(all.map((flow, place) => minute(place, flow, place, 30 - place)));
        expect(telemetrySchema.parse(merged)).toEqual(merged);
        const phase = merged.circuits[0]?.phases[0];
        const measured = all.filter((flow) => flow.state === 'measured');
        expect(merged.durationMs).toBe(all.length * 60_000);
        expect(phase?.importCeilingA).toBe(31 - all.length);
        expect(merged.circuits[0]?.importEnergy).toEqual({ state: 'measured', valueWh: all.length - 1 });
        if (measured.length === 0) expect(phase?.flow.state).toBe('unknown');
        else {
          const coveredMs = measured.reduce((sum, flow) => sum + flow.coveredMs, 0);
          const charge = measured.reduce((sum, flow) => sum + flow.meanA * flow.coveredMs, 0);
          expect(phase?.flow).toMatchObject({
            state: 'measured',
            coveredMs,
            minimumA: Math.min(...measured.map(({ minimumA }) => minimumA)),
            maximumA: Math.max(...measured.map(({ maximumA }) => maximumA)),
          });
          const meanA = phase?.flow.state === 'measured' ? phase.flow.meanA : Number.NaN;
          expect(Math.abs(meanA - charge / coveredMs)).toBeLessThanOrEqual(0.005_01);
        }
      }),
    );
  });

  it('keep the last counter that could be read, and the least sure clock', () => {
    const flow: Flow = { state: 'unknown', fault: 'meter-stale' };
    const merged = mergeTelemetry(
      [1, 2, 3, 4].map((place) => minute(place, flow, place < 3 ? place : undefined, undefined)),
    );
    expect(merged.circuits[0]?.importEnergy).toEqual({ state: 'measured', valueWh: 2 });
    expect(merged.clockLevel).toBe('coarse');
    expect(merged.circuits[0]?.phases[0]).not.toHaveProperty('importCeilingA');
  });
});
