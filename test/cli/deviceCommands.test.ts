import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import { histogram } from '../../src/cli/renderBus.ts';
import type { Bus } from '../../src/contract/bus.ts';
import type { Devices } from '../../src/contract/devices.ts';
import { LocalServer } from './localServer.ts';
import { loadgate } from './testContext.ts';

const DEVICES: Devices = {
  schema: 'loadgate.devices/1',
  siteId: 'home',
  at: '2026-01-05T17:30:00.000Z',
  runningMs: 100_000,
  devices: [
    {
      deviceId: 'grid-meter',
      profile: 'eastron-sdm230',
      model: {
        maker: 'Eastron',
        model: 'SDM230',
        kind: 'meter',
        isCommanded: false,
        confidence: 'one source',
        watchdog: { fedBy: 'nothing', fallsTo: 'nothing', isSafe: true },
        fallback: 'fixed',
      },
      wire: {
        kind: 'serial',
        lineId: 'house',
        path: '/dev/ttyUSB0',
        baudRate: 9600,
        parity: 'none',
        stopBits: 1,
      },
      unit: 1,
      contact: {
        state: 'lost',
        fault: {
          code: 'device-timeout',
          title: 'The device did not answer in time',
          nextStep: 'Check supply',
        },
        beginnings: 3,
        lastAnswerMs: 40_000,
        fallback: { state: 'none' },
        drifts: 0,
        writes: [],
      },
      readings: [
        { point: 'phaseVoltageV.L1', state: 'measured', value: 230.14, measuredAtMs: 99_500 },
        { point: 'phaseCurrentA.L1', state: 'measured', value: 0, measuredAtMs: 99_500 },
        { point: 'exportEnergyWh', state: 'absent' },
        {
          point: 'frequencyHz',
          state: 'unknown',
          fault: {
            code: 'device-timeout',
            title: 'The device did not answer in time',
            nextStep: 'Check supply',
          },
          sinceMs: 40_000,
        },
      ],
    },
    {
      deviceId: 'car',
      profile: 'go-e-charger',
      model: {
        maker: 'go-e',
        model: 'Charger',
        kind: 'chargePoint',
        isCommanded: true,
        confidence: 'vendor doc',
        watchdog: { fedBy: 'nothing', fallsTo: 'the last set-point', isSafe: false },
        fallback: 'fixed',
      },
      wire: { kind: 'tcp', host: '192.168.1.40', port: 502 },
      unit: 1,
      contact: {
        state: 'answering',
        unfit: 'HTTP access is switched off; switch it on in the app',
        beginnings: 1,
        fallback: { state: 'failed', atMs: 90_000, detail: 'expected 6 A, the device reads back 16 A' },
        drifts: 2,
        writes: [
          { functionCode: 16, address: 299, writes: 12 },
          { functionCode: 6, address: 300, writes: 20, wear: { writesInDay: 20, dailyBudget: 20 } },
        ],
      },
      readings: [],
    },
  ],
};

const BUS: Bus = {
  schema: 'loadgate.bus/1',
  siteId: 'home',
  at: '2026-01-05T17:30:00.000Z',
  runningMs: 100_000,
  turnaroundClassesMs: [5, 10, 20, 50, 100, 200, 500, 1000],
  lines: [
    {
      wire: {
        kind: 'serial',
        lineId: 'house',
        path: '/dev/ttyUSB0',
        baudRate: 9600,
        parity: 'none',
        stopBits: 1,
      },
      isOpen: true,
      requests: 120,
      timeouts: 20,
      exceptions: 0,
      badCrc: 2,
      strayBytes: 0,
      lateReplies: 0,
      wrongUnit: 0,
      reconnects: 0,
      superseded: 0,
      units: [
        {
          unit: 1,
          deviceIds: ['grid-meter'],
          requests: 100,
          answers: 100,
          timeouts: 0,
          exceptions: 0,
          badReplies: 0,
          turnaround: [0, 0, 10, 80, 10, 0, 0, 0, 0],
          lastAnswerMs: 99_000,
        },
        {
          unit: 3,
          deviceIds: [],
          requests: 20,
          answers: 0,
          timeouts: 20,
          exceptions: 0,
          badReplies: 0,
          turnaround: [0, 0, 0, 0, 0, 0, 0, 0, 0],
        },
      ],
      hints: [
        {
          code: 'unit-silent',
          units: [3],
          sentence: 'This unit has never answered',
          nextStep: 'Check its supply',
        },
      ],
    },
  ],
};

let folder = '';
let server: LocalServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-devices-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function ask(args: readonly string[], answer: object | string, statusCode = 200) {
  server = new LocalServer(typeof answer === 'string' ? answer : JSON.stringify(answer), statusCode);
  await server.listen(folder);
  return loadgate([...args, '--runtime-directory', folder]);
}

describe('loadgate devices', () => {
  it('tells contact, guard, wear and what is not right of each device', async () => {
    const { exitCode, out } = await ask(['devices'], DEVICES);
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "grid-meter  Eastron SDM230 (eastron-sdm230)
        link     house (/dev/ttyUSB0, 9600 8N1), unit 1
        contact  does not answer, last answer 1 min 0 s ago, met 3 times
                 The device did not answer in time (device-timeout) -> Check supply

      car  go-e Charger (go-e-charger)
        link                 192.168.1.40:502, unit 1
        contact              answers
        NOT USED             HTTP access is switched off; switch it on in the app
        if the gateway dies  NOT SAFE: the last set-point
        fed by               nothing: it does not notice that the gateway is gone
        fall-back            NOT SET, found 10 s ago: expected 6 A, the device reads back 16 A; FOUND CHANGED 2 times and set again
        writes               register 299: 12 writes since the start
                             register 300: 20 writes since the start, 20 of 20 a day (it wears with each write), BUDGET SPENT
      "
    `);
  });

  it('prints the same as JSON', async () => {
    expect(JSON.parse((await ask(['devices', '--json'], DEVICES)).out)).toEqual(DEVICES);
    expect(server?.asked).toEqual(['GET /devices']);
  });

  it('without a gateway and without settings says what to name', async () => {
    const { exitCode, err } = await loadgate(['devices', '--runtime-directory', folder]);
    expect(exitCode).toBe(EXIT_CODES.gatewayNotRunning.code);
    expect(err).toContain('name the settings with --config');
  });
});

describe('loadgate read', () => {
  it('shows value, unit, age, and for the unknown why and what to do', async () => {
    const { exitCode, out } = await ask(['read', 'grid-meter'], DEVICES);
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "phaseVoltageV.L1  230.1 V  0.5 s ago
      phaseCurrentA.L1  0 A      0.5 s ago
      exportEnergyWh    absent   the device has no such value
      frequencyHz       unknown  for 1 min 0 s: The device did not answer in time
      device-timeout -> Check supply
      "
    `);
  });

  it('shows one point, as JSON with its age', async () => {
    const { out } = await ask(['read', 'grid-meter', 'phaseCurrentA.L1', '--json'], DEVICES);
    expect(JSON.parse(out)).toEqual({
      deviceId: 'grid-meter',
      source: 'gateway',
      readings: [{ point: 'phaseCurrentA.L1', state: 'measured', value: 0, ageMs: 500 }],
    });
  });

  it.each([
    ['a device', ['read', 'roof'], 'it has grid-meter, car'],
    ['a point', ['read', 'grid-meter', 'setpointA'], 'it has phaseVoltageV.L1'],
  ])('names what there is in place of %s that is not', async (_, args, said) => {
    const { exitCode, out, err } = await ask(args, DEVICES);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.wrongUsage.code, out: '' });
    expect(err).toContain(said);
  });

  it('asks no device while a gateway is there that it does not understand', async () => {
    const { exitCode } = await ask(['read', 'grid-meter'], '{}');
    expect(exitCode).toBe(EXIT_CODES.notUnderstood.code);
  });
});

describe('loadgate bus', () => {
  it('shows counters, units with their turnaround, and hints with what to do', async () => {
    const { exitCode, out } = await ask(['bus'], BUS);
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "house (/dev/ttyUSB0, 9600 8N1)
        120 requests, 2 with a wrong checksum
        unit  device             asked  answers  time-outs     refusals  bad  last answer  turnaround
        1     grid-meter         100    100      0             0         0    1 s ago      [  ▁█▁    ]
        3     (not in the plan)  20     0        20 (100.0 %)  0         0    never        [         ]
        ! unit 3: This unit has never answered
          -> Check its supply

      Turnaround: answers up to 5, 10, 20, 50, 100, 200, 500, 1000 ms, and beyond.
      "
    `);
  });

  it('prints the same as JSON', async () => {
    expect(JSON.parse((await ask(['bus', '--json'], BUS)).out)).toEqual(BUS);
  });

  it('points to the scan when no gateway runs', async () => {
    const { exitCode, err } = await loadgate(['bus', '--runtime-directory', folder]);
    expect(exitCode).toBe(EXIT_CODES.gatewayNotRunning.code);
    expect(err).toContain('`loadgate scan` looks at a line');
  });

  it.each([
    [[0, 0, 0], '[   ]'],
    [[1, 8, 1000], '[▁▁█]'],
    [[500, 250, 1], '[█▄▁]'],
  ])('draws %j as %s: whatever happened can be seen', (counts, drawn) => {
    expect(histogram(counts)).toBe(drawn);
  });
});

describe('loadgate scan', () => {
  it.each([
    ['nothing to search', [], 'expected something to search'],
    ['a network of others', ['--network', '8.8.8.0/24'], 'add --force when this network is yours'],
    ['a name, which may be anybody', ['--host', 'charger.example'], 'a name, not a private address'],
    ['no network', ['--network', 'home'], 'expected a network such as 192.168.1.0/24'],
  ])('refuses %s', async (_, args, said) => {
    const { exitCode, out, err } = await loadgate(['scan', ...args, '--runtime-directory', folder]);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.wrongUsage.code, out: '' });
    expect(err).toContain(said);
  });

  it.each([
    ['holds the line', BUS, 200, EXIT_CODES.portInUse.code, 'is held by the running gateway'],
    ['is still starting', '{}', 503, EXIT_CODES.portInUse.code, 'still starting'],
    ['is of another version', '{}', 200, EXIT_CODES.notUnderstood.code, 'differs at schema'],
  ])('touches nothing while a gateway %s', async (_, answer, statusCode, code, said) => {
    const { exitCode, out, err } = await ask(['scan', '--line', '/dev/ttyUSB0'], answer, statusCode);
    expect({ exitCode, out }).toEqual({ exitCode: code, out: '' });
    expect(err).toContain(said);
  });
});
