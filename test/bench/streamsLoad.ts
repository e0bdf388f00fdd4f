/** A record of telemetry of a home with a charge point, a heater and solar generation; no two are alike. */
export function telemetryOf(count: number): object {
  const wave = (factor: number): number => Math.round(1_000 * (20 + 20 * Math.sin(count * factor))) / 1_000;
  const flow = (factor: number) => ({
    state: 'measured',
    meanA: wave(factor),
    minimumA: wave(factor) - 1.5,
    maximumA: wave(factor) + 2.25,
    coveredMs: 60_000,
  });
  return {
    count,
    intervalFrom: new Date(Date.UTC(2026, 0, 5) + count * 60_000).toISOString(),
    intervalUntil: new Date(Date.UTC(2026, 0, 5) + (count + 1) * 60_000).toISOString(),
    durationMs: 60_000,
    clockLevel: 'synced',
    circuits: [
      {
        circuitId: 'connection-point',
        phases: [{ phase: 'L1', flow: flow(0.1), importCeilingA: 54, exportCeilingA: 16 }],
        importEnergy: { state: 'measured', valueWh: 9_284.9 + count * 3.1 },
        exportEnergy: { state: 'measured', valueWh: 0 },
      },
    ],
    loads: [
      {
        loadId: 'charge-point',
        kind: 'chargePoint',
        phases: [{ phase: 'L1', flow: flow(0.3) }],
        state: 'C',
        commanded: wave(0.3),
        energy: { state: 'measured', valueWh: 6_563.9 + count * 2.7 },
      },
      {
        loadId: 'immersion',
        kind: 'switchedLoad',
        phases: [{ phase: 'L1', flow: flow(0.7) }],
        state: 'closed',
        commanded: 'closed',
      },
      { loadId: 'solar', kind: 'switchedGenerator', phases: [], state: 'closed', commanded: 'closed' },
    ],
  };
}
