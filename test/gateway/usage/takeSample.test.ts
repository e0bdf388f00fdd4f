import { describe, expect, it } from 'vitest';
import type { Decision, Explanation, LoadExplanation } from '../../../src/core/decision.ts';
import type { DeviceReadings, Snapshot } from '../../../src/domain/point.ts';
import { ABSENT, measured, unknown } from '../../../src/domain/reading.ts';
import { meteringOf } from '../../../src/gateway/usage/meteringOf.ts';
import { takeSample } from '../../../src/gateway/usage/takeSample.ts';
import { examplePlan } from '../../support/steppedHome.ts';

const site = examplePlan('solar');
const now = { runningMs: 10_000, utcMs: Date.UTC(2026, 5, 1), clockLevel: 'synced' as const };
const connection = site.circuits.find(({ parentId }) => parentId === undefined)?.circuitId ?? '';
const chargePoint = site.loads.find(({ kind }) => kind === 'chargePoint');
const discharge = site.loads.find(
  ({ kind, deviceId }) => kind === 'limitedGenerator' && deviceId === chargePoint?.deviceId,
);
const grid = site.meters[0]?.deviceId ?? '';
if (chargePoint === undefined || discharge === undefined)
  throw new Error('the plan has no two-way charge point');

const readings = (points: Readonly<Record<string, unknown>>): DeviceReadings =>
  Object.fromEntries(
    Object.entries(points).map(([point, value]) => [point, measured(value, 0)]),
  ) as DeviceReadings;

function sampleOf(
  snapshot: Snapshot,
  {
    powerW,
    loads = [],
    faults = [],
  }: { powerW?: number; loads?: readonly Partial<LoadExplanation>[]; faults?: Explanation['faults'] },
) {
  const explanation = {
    circuits: [{ circuitId: connection, phases: [], ...(powerW === undefined ? {} : { powerW }) }],
    loads,
    faults,
  } as unknown as Explanation;
  return takeSample(meteringOf(site), { now, site, snapshot }, { explanation } as Decision);
}

describe('what is counted of a cycle', () => {
  it('is the connection point and each load that somebody measures', () => {
    const { channels, chargePoints } = meteringOf(site);
    expect(channels.map(({ channelId }) => channelId)).toEqual([
      'connection',
      ...site.loads.filter(({ kind }) => kind !== 'switchedLoad').map(({ loadId }) => `load.${loadId}`),
    ]);
    expect(chargePoints).toEqual([
      { loadId: chargePoint.loadId, deviceId: chargePoint.deviceId, givingLoadIds: [discharge.loadId] },
    ]);
  });

  it('takes the registers of the meter, and the voltage of its phase for a load', () => {
    const sample = sampleOf(
      {
        [grid]: readings({ importEnergyWh: 5_000, exportEnergyWh: 70, 'phaseVoltageV.L1': 240 }),
        [chargePoint.deviceId]: readings({ totalEnergyWh: 900, exportEnergyWh: 80 }),
      },
      {
        powerW: -1_200,
        loads: [
          { loadId: chargePoint.loadId, drawnA: { L1: 0 }, iecState: 'C' },
          { loadId: discharge.loadId, drawnA: { L1: 10 } },
        ],
      },
    );
    expect(sample.channels.connection).toEqual({
      powerW: -1_200,
      importRegisterWh: 5_000,
      exportRegisterWh: 70,
    });
    expect(sample.channels[`load.${chargePoint.loadId}`]).toEqual({ powerW: 0, importRegisterWh: 900 });
    expect(sample.channels[`load.${discharge.loadId}`]).toEqual({ powerW: -2_400, exportRegisterWh: 80 });
    expect(sample.chargePoints[chargePoint.loadId]).toEqual({ isPlugged: true, currentA: 10 });
  });

  it('names the fault for what is unknown, and leaves out what is absent', () => {
    const sample = sampleOf(
      {
        [grid]: { importEnergyWh: unknown('device-timeout', 0), exportEnergyWh: ABSENT },
        [chargePoint.deviceId]: {},
      },
      {
        faults: [
          { code: 'meter-frozen', subject: grid, sinceMs: 0 },
          { code: 'device-offline', subject: chargePoint.deviceId, sinceMs: 0 },
        ],
        loads: [{ loadId: chargePoint.loadId, iecState: 'F' }],
      },
    );
    expect(sample.channels.connection).toEqual({ cause: 'meter-frozen' });
    expect(sample.channels[`load.${chargePoint.loadId}`]).toEqual({ cause: 'device-offline' });
    expect(sample.chargePoints[chargePoint.loadId]).toEqual({});
  });

  it('believes the charge point about its plug more than its state', () => {
    const snapshot = { [chargePoint.deviceId]: readings({ carConnected: false }) };
    const loads = [{ loadId: chargePoint.loadId, iecState: 'B' as const }];
    expect(sampleOf(snapshot, { loads }).chargePoints[chargePoint.loadId]).toEqual({ isPlugged: false });
    expect(sampleOf({}, { loads }).chargePoints[chargePoint.loadId]).toEqual({ isPlugged: true });
  });
});
