import { describe, expect, it } from 'vitest';
import { busSchema } from '../../src/contract/bus.ts';
import { type DescribedModel, devicesSchema } from '../../src/contract/devices.ts';
import { measured, unknown } from '../../src/domain/reading.ts';
import { HAN_LOAD_SWITCH, type SitePlan } from '../../src/domain/sitePlan.ts';
import { describeBus } from '../../src/gateway/describeBus.ts';
import { describeDevices } from '../../src/gateway/describeDevices.ts';
import { type LocalView, localRoutes } from '../../src/gateway/localRoutes.ts';
import type { DeviceReport } from '../../src/ports/device.ts';
import { SITE } from '../core/smallHome.ts';
import { emptyStatistics, RegisterLine, unitStatistics } from '../discovery/registerLine.ts';
import { SteppedClock } from '../support/steppedClock.ts';

const site: SitePlan = {
  ...SITE,
  lines: [{ lineId: 'house', path: '/dev/ttyUSB0', baudRate: 9600, parity: 'none', stopBits: 1 }],
  radios: [{ radioId: 'han', path: '/dev/ttyUSB1' }],
  devices: [
    { deviceId: 'grid', profile: 'meter', connection: { kind: 'serial', lineId: 'house' }, unit: 1 },
    { deviceId: 'relay', profile: 'meter', connection: { kind: 'serial', lineId: 'house' }, unit: 3 },
    {
      deviceId: 'car',
      profile: 'meter',
      connection: { kind: 'tcp', host: '10.0.0.1', port: 502 },
      unit: 255,
    },
    {
      deviceId: 'switch',
      profile: HAN_LOAD_SWITCH,
      connection: { kind: 'han', radioId: 'han', address: '00124b0001020304', deviceClass: 'waterHeater' },
      unit: 1,
    },
  ],
};
const model: DescribedModel = {
  maker: 'Maker',
  model: 'Meter',
  kind: 'meter',
  isCommanded: false,
  confidence: 'vendor doc',
  watchdog: { fedBy: 'nothing', fallsTo: 'nothing', isSafe: true },
  fallback: 'fixed',
};
const models = new Map([['meter', model]]);
const clock = new SteppedClock({ runningMs: 10_000 });

describe('GET /devices', () => {
  const report: DeviceReport = {
    deviceId: 'grid',
    profile: 'meter',
    contact: 'glitch',
    fault: 'device-timeout',
    unfit: 'switch it on',
    contacts: 2,
    fallback: { state: 'verified', atMs: 9_000, settings: { currentA: 6, timeoutMs: 15_000 } },
    drifts: 1,
    writes: [{ functionCode: 6, address: 5016, writes: 3, wear: { writesInDay: 3, dailyBudget: 20 } }],
  };
  const snapshot = {
    grid: {
      'phaseVoltageV.L1': measured(230, 9_500),
      'phaseCurrentA.L1': measured(0, 8_000),
      frequencyHz: unknown('device-timeout', 7_000),
      exportEnergyWh: { state: 'absent' as const },
    },
  };

  it('tells contact, guard, writes and readings; absent, zero and unknown stay three things', () => {
    const found = describeDevices({ site, now: clock.now(), models, snapshot, reports: [report] });
    expect(devicesSchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
    const [grid] = found.devices;
    expect(grid?.contact).toMatchObject({
      state: 'glitch',
      fault: { code: 'device-timeout', title: 'The device did not answer in time' },
      unfit: 'switch it on',
      beginnings: 2,
      lastAnswerMs: 9_500,
      drifts: 1,
      writes: [{ address: 5016, wear: { dailyBudget: 20 } }],
    });
    expect(grid?.readings.map((reading) => [reading.point, reading.state])).toEqual([
      ['phaseVoltageV.L1', 'measured'],
      ['phaseCurrentA.L1', 'measured'],
      ['frequencyHz', 'unknown'],
      ['exportEnergyWh', 'absent'],
    ]);
    expect(grid?.wire).toMatchObject({ kind: 'serial', path: '/dev/ttyUSB0' });
  });

  it('the last answer of a lost device is that of its line, for its readings are unknown', () => {
    const lastAnswerOf = ({ deviceId }: { readonly deviceId: string }) =>
      deviceId === 'grid' ? 9_900 : undefined;
    const facts = { site, now: clock.now(), models, reports: [report], lastAnswerOf };
    const lost = { grid: { frequencyHz: unknown('device-timeout', 9_900) } };
    const [grid] = describeDevices({ ...facts, snapshot: lost }).devices;
    expect(grid?.contact?.lastAnswerMs).toBe(9_900);
  });

  it('without a gateway tells what is planned, and knows the load switch behind a radio', () => {
    const { devices } = describeDevices({ site, now: clock.now(), models, snapshot: {}, reports: [] });
    expect(devices.map(({ deviceId, contact }) => [deviceId, contact])).toEqual([
      ['grid', undefined],
      ['relay', undefined],
      ['car', undefined],
      ['switch', undefined],
    ]);
    expect(devices[3]?.wire).toEqual({
      kind: 'han',
      radioId: 'han',
      address: '00124b0001020304',
      deviceClass: 'waterHeater',
    });
  });
});

describe('GET /bus', () => {
  it('has one entry for each wire, with the devices behind its units and the hints', () => {
    const serial = new RegisterLine(clock, new Map());
    serial.counters = {
      ...emptyStatistics(),
      units: [
        unitStatistics(1, { requests: 100, answers: 100, lastAnswerMs: 9_000 }),
        unitStatistics(3, { requests: 20, timeouts: 20 }),
      ],
    };
    const tcp = new RegisterLine(clock, new Map());
    const bus = describeBus({
      site,
      now: clock.now(),
      lineOf: ({ connection: { kind } }) => (kind === 'han' ? undefined : kind === 'serial' ? serial : tcp),
    });
    expect(busSchema.parse(JSON.parse(JSON.stringify(bus)))).toEqual(bus);
    expect(bus.lines.map(({ wire, units }) => [wire.kind, units.map(({ deviceIds }) => deviceIds)])).toEqual([
      ['serial', [['grid'], ['relay']]],
      ['tcp', []],
    ]);
    expect(bus.lines[0]?.hints).toMatchObject([{ code: 'unit-silent', units: [3] }]);
  });
});

describe('the doors of the local socket', () => {
  const view = {
    status: () => ({ is: 'status' }),
    isCycling: () => true,
    acknowledgeDistrust: () => true,
    devices: () => ({ is: 'devices' }),
    bus: () => ({ is: 'bus' }),
  } as unknown as LocalView;

  it.each([
    ['GET /status', { is: 'status' }],
    ['GET /healthz', { isHealthy: true }],
    ['GET /devices', { is: 'devices' }],
    ['GET /bus', { is: 'bus' }],
    ['POST /acknowledge', { isAcknowledged: true }],
  ])('%s answers once the gateway stands, and before says so', async (door, body) => {
    const open = (given: LocalView | undefined) =>
      localRoutes(() => given)
        .find(({ method, path }) => `${method} ${path}` === door)
        ?.answer(new URLSearchParams());
    expect(await open(view)).toEqual({ status: 200, body });
    expect((await open(undefined))?.status).toBe(503);
  });
});
