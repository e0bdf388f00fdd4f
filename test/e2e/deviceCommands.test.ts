import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildHome, type Home } from '../../firmware-sim/home.ts';
import { readHome } from '../../firmware-sim/homeSpec.ts';
import { ScaledTime } from '../../firmware-sim/scaledTime.ts';
import { type HouseOnWires, putOnWires } from '../../firmware-sim/wires/houseOnWires.ts';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import { readConfiguration } from '../../src/config/readConfiguration.ts';
import { readOwn } from '../architecture/ownSources.ts';
import { loadgate, testContext } from '../cli/testContext.ts';
import { EVENING_MS } from '../firmware-sim/support.ts';

/** Line and devices run so many times as fast as life; the waiting of the scan does not. */
const SPEED = 4;

let home: Home;
let time: ScaledTime;
let house: HouseOnWires;
let folder = '';
let serialPath = '';
let port = 0;
/** Function codes of every request that reached a device. */
const heard: number[] = [];

beforeAll(async () => {
  home = buildHome(readHome('single-phase'), { startAtMs: EVENING_MS });
  for (const device of Object.values(home.devices)) {
    const answer = device.answer.bind(device);
    device.answer = (pdu, ...rest) => {
      heard.push(pdu[0] ?? 0);
      return answer(pdu, ...rest);
    };
  }
  time = new ScaledTime(EVENING_MS, SPEED);
  house = await putOnWires(home, time, 0);
  const meter = house.endpoints['grid-meter'];
  const charger = house.endpoints['charge-point'];
  serialPath = meter?.kind === 'serial' ? meter.path : '';
  port = charger?.kind === 'tcp' ? charger.port : 0;
  folder = mkdtempSync(join(tmpdir(), 'loadgate-wires-'));
  for (const name of ['state', 'run']) mkdirSync(join(folder, name));
  const plan = readOwn('config/site.single-phase.jsonc')
    .replace('/dev/ttyUSB0', serialPath)
    .replace('192.168.1.40', '127.0.0.1')
    .replace('"port": 502', `"port": ${port}`);
  writeFileSync(join(folder, 'site.jsonc'), plan);
  writeFileSync(
    join(folder, 'loadgate.jsonc'),
    JSON.stringify({
      gatewayId: 'wires',
      sitePlan: 'site.jsonc',
      stateDirectory: 'state',
      runtimeDirectory: 'run',
      logLevel: 'error',
    }),
  );
});

afterAll(async () => {
  await house.close();
  time.stop();
  rmSync(folder, { recursive: true });
});

function realContext() {
  const environment = { LOADGATE_CONFIG: join(folder, 'loadgate.jsonc') };
  return { ...testContext({}, { environment }), compose: () => import('../../src/compose.ts') };
}

const run = (...args: string[]) => loadgate(args, realContext());
const lines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const SERIAL_SCAN = ['--baud', '9600', '--parity', 'none', '--stop-bits', '1', '--addresses', '1-3'];

describe('without a gateway', () => {
  it('a scan finds the units of the line and the device on TCP, and writes to none of them', async () => {
    heard.length = 0;
    const network = ['--host', '127.0.0.1', '--ports', String(port)];
    const context = realContext();
    const scanning = loadgate(['scan', '--line', serialPath, ...SERIAL_SCAN, ...network, '--json'], context);
    const { exitCode, out } = await scanning;
    expect(exitCode).toBe(0);
    const found = lines(out);
    const names = found.flatMap(({ kind, unit, proposals }) =>
      kind === 'found' ? [`${unit} ${(proposals as { profile: string }[])[0]?.profile}`] : [],
    );
    expect(names.toSorted()).toEqual([
      '1 eastron-sdm230',
      '2 eastron-sdm230',
      '255 keba-p30',
      '3 waveshare-relay-8',
    ]);
    const meter = found.find(({ kind, unit }) => kind === 'found' && unit === 1);
    expect(meter?.values).toMatchObject({ 'phaseVoltageV.L1': expect.closeTo(236, -1.4) });
    expect(found.at(-1)).toMatchObject({ kind: 'sitePlan', isComplete: true });
    expect(found.at(-1)?.devices).toHaveLength(4);
    expect(heard.length).toBeGreaterThan(40);
    expect(heard.filter((functionCode) => functionCode > 4)).toEqual([]);
  }, 60_000);

  it('the piece of site plan that a scan prints is one that `loadgate check` takes', async () => {
    const { out, err } = await run('scan', '--line', serialPath, ...SERIAL_SCAN.slice(0, -1), '1');
    expect(err).toBe('');
    expect(out).toContain('(eastron-sdm230), likely');
    const piece = /"lines": (\[[\s\S]*?\n {2}\]),\n {2}"devices": (\[[\s\S]*?\n {2}\]),/.exec(out);
    const original = readConfiguration({
      file: join(folder, 'loadgate.jsonc'),
      environment: {},
      arguments: {},
      workingDirectory: '/',
    });
    const plan = original.ok ? original.configuration.plan : undefined;
    const meter = { deviceId: 'eastron-sdm230', profile: 'eastron-sdm230', unit: 1 };
    expect(JSON.parse(piece?.[2] ?? '[]')).toMatchObject([meter]);
    const lineIds = JSON.parse(piece?.[1] ?? '[]');
    const scanned = {
      ...plan,
      lines: lineIds,
      devices: JSON.parse(piece?.[2] ?? '[]'),
      meters: [{ meterId: 'grid', deviceId: meter.deviceId, phaseMap: { L1: 'L1' }, isInverted: false }],
      loads: [],
    };
    writeFileSync(join(folder, 'scanned.jsonc'), JSON.stringify(scanned));
    const { exitCode, err: said } = await run('check', '--site-plan', join(folder, 'scanned.jsonc'));
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' });
  }, 30_000);

  it('a scan ends at Ctrl-C with what was found, and says that it did not reach its end', async () => {
    const context = realContext();
    const scanning = loadgate(['scan', '--line', serialPath, '--all', '--json'], context);
    while (!context.out.join('').includes('"found"')) await new Promise((resolve) => setTimeout(resolve, 20));
    context.signal('SIGINT');
    const { exitCode, out, err } = await scanning;
    expect(exitCode).toBe(EXIT_CODES.interrupted.code);
    expect(err).toContain('stopped before the end');
    expect(lines(out).at(-1)).toMatchObject({ kind: 'sitePlan', isComplete: false });
    expect(lines(out)[0]).toMatchObject({ kind: 'found', unit: 1 });
    expect(context.listeners()).toBe(0);
  }, 30_000);

  it('reads one device itself, one point or all, and writes nothing', async () => {
    heard.length = 0;
    const one = await run('read', 'relay', 'relayClosed.2', '--json');
    expect(JSON.parse(one.out)).toMatchObject({
      deviceId: 'relay',
      source: 'device',
      readings: [{ point: 'relayClosed.2', state: 'measured', value: false }],
    });
    const all = await run('read', 'charge-point');
    expect(all.exitCode).toBe(0);
    expect(all.out).toMatch(/^setpointA +32 A +\d+\.\d s ago$/m);
    expect(all.out).not.toContain('unknown');
    expect(heard.filter((functionCode) => functionCode > 4)).toEqual([]);
  }, 40_000);

  it('a device that does not answer is said to be so, with what to do', async () => {
    home.devices['grid-meter']?.setFault({ kind: 'silence' }, time.nowMs());
    const { exitCode, out } = await run('read', 'grid-meter', 'frequencyHz');
    home.devices['grid-meter']?.clearFaults(time.nowMs());
    expect(exitCode).toBe(EXIT_CODES.deviceUnreachable.code);
    expect(out).toMatch(/^frequencyHz +unknown +for .*did not answer/);
    expect(out).toContain('-> Check supply');
  }, 30_000);

  it('says which devices and points there are', async () => {
    const device = await run('read', 'nobody');
    const point = await run('read', 'relay', 'volts');
    expect([device.exitCode, point.exitCode]).toEqual([64, 64]);
    expect(device.err).toContain('it has grid-meter, immersion-meter, relay, charge-point');
    expect(point.err).toContain('it has relayClosed.1');
  });

  it('shows what the plan says of the devices', async () => {
    const { exitCode, out } = await run('devices');
    expect(exitCode).toBe(0);
    expect(out).toContain('No gateway runs');
    expect(out).toContain(`if the gateway dies  safe: open`);
  });
});

describe('beside a running gateway', () => {
  it('read, devices and bus ask it, and a scan leaves its wires alone', async () => {
    const context = realContext();
    const running = loadgate(['run'], context);
    const answers = async (): Promise<boolean> => {
      const { exitCode, out } = await run('read', 'grid-meter', 'phaseVoltageV.L1', '--json');
      return exitCode === 0 && out.includes('measured');
    };
    while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 50));

    const read = JSON.parse((await run('read', 'grid-meter', '--json')).out);
    expect(read.source).toBe('gateway');
    const devices = await run('devices');
    expect(devices.out).toMatch(/charge-point {2}KEBA[\s\S]*contact +answers, last answer/);
    const bus = await run('bus');
    expect(bus.out).toContain(`house (${serialPath}, 9600 8N1)`);
    expect(bus.out).toMatch(/^ {2}1 +grid-meter +\d+ +\d+ .*\[.*\]$/m);

    const line = await run('scan', '--line', serialPath);
    const host = await run('scan', '--host', '127.0.0.1', '--ports', String(port));
    for (const { exitCode, out, err } of [line, host]) {
      expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.portInUse.code, out: '' });
      expect(err).toContain('is held by the running gateway; ask it with `loadgate devices`');
    }
    context.signal('SIGTERM');
    expect((await running).exitCode).toBe(0);
  }, 60_000);
});
