import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../firmware-sim/main.ts', import.meta.url));
const hasMbpoll = spawnSync('mbpoll', ['-V']).error === undefined;
const run = promisify(execFile);

interface SerialEndpoint {
  readonly path: string;
  readonly baudRate: number;
  readonly parity: string;
  readonly unit: number;
}

interface TcpEndpoint {
  readonly host: string;
  readonly port: number;
  readonly unit: number;
}

let house: ChildProcess;
let endpoints: Record<string, SerialEndpoint & TcpEndpoint>;

/** Values by register address, as mbpoll prints them. */
async function poll(args: readonly string[]): Promise<ReadonlyMap<number, number>> {
  const { stdout } = await run('mbpoll', ['-q', '-0', '-1', '-o', '2', ...args], { timeout: 20_000 });
  const values = new Map<number, number>();
  for (const [, address, value] of stdout.matchAll(/^\[(\d+)\]:\s+(\S+)/gm)) {
    values.set(Number(address), Number(value));
  }
  return values;
}

function endpoint(deviceId: string): SerialEndpoint & TcpEndpoint {
  const found = endpoints[deviceId];
  if (found === undefined) throw new Error(`the house has no ${deviceId}`);
  return found;
}

function serial(deviceId: string): string[] {
  const { baudRate, parity, unit } = endpoint(deviceId);
  return ['-m', 'rtu', '-b', String(baudRate), '-P', parity, '-a', String(unit)];
}

function readSerial(deviceId: string, ...args: string[]): Promise<ReadonlyMap<number, number>> {
  return poll([...serial(deviceId), ...args, endpoint(deviceId).path]);
}

function tcp(deviceId: string): string[] {
  const { port, unit } = endpoint(deviceId);
  return ['-m', 'tcp', '-p', String(port), '-a', String(unit)];
}

function readTcp(deviceId: string, ...args: string[]): Promise<ReadonlyMap<number, number>> {
  return poll([...tcp(deviceId), ...args, endpoint(deviceId).host]);
}

beforeAll(async () => {
  house = spawn(process.execPath, [MAIN, '--home', 'three-phase'], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (house.stdout === null) throw new Error('the house has no output');
  const first = await createInterface({ input: house.stdout })[Symbol.asyncIterator]().next();
  endpoints = JSON.parse(first.value as string).endpoints;
});

afterAll(() => {
  house.kill('SIGTERM');
});

describe.skipIf(!hasMbpoll)("an independent master (mbpoll) reads the makers' registers", () => {
  it('KEBA over TCP: product key of a P30 and its maximum current, and writes a set-point', async () => {
    const productKey = await readTcp('charge-point', '-r', '1016', '-t', '4:int', '-B');
    expect(String(productKey.get(1016))).toMatch(/^3\d{5}$/);
    await poll([...tcp('charge-point'), '-r', '5004', '-t', '4', endpoint('charge-point').host, '10000']);
    expect((await readTcp('charge-point', '-r', '1100', '-t', '4:int', '-B')).get(1100)).toBe(10_000);
    expect((await readTcp('charge-point', '-r', '1110', '-t', '4:int', '-B')).get(1110)).toBe(32_000);
  });

  it('SDM630 on a 9600 8N1 line: three voltages, then frequency', async () => {
    const volts = await readSerial('grid-meter', '-r', '0', '-c', '3', '-t', '3:float', '-B');
    expect([...volts.keys()]).toEqual([0, 2, 4]);
    for (const voltageV of volts.values()) expect(Math.abs(voltageV - 235)).toBeLessThan(20);
    const hertz = await readSerial('grid-meter', '-r', '70', '-t', '3:float', '-B');
    expect(hertz.get(70)).toBeCloseTo(50, 1);
  });

  it('SDM230 and relay share that line: the heater shows in its meter once its channel is on', async () => {
    const power = () => readSerial('immersion-meter', '-r', '12', '-t', '3:float', '-B');
    expect((await power()).get(12)).toBe(0);
    await poll([...serial('relay'), '-r', '0', '-t', '0', endpoint('relay').path, '1']);
    const positions = await readSerial('relay', '-r', '0', '-c', '8', '-t', '0');
    expect([...positions.values()]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    await expect.poll(async () => (await power()).get(12), { timeout: 5_000 }).toBeGreaterThan(2_500);
  });

  it('Heidelberg on a 19200 8E1 line: layout version, hardware limits and its default watchdog', async () => {
    const id = 'second-charge-point';
    expect((await readSerial(id, '-r', '4', '-t', '3')).get(4)).toBe(0x107);
    expect([...(await readSerial(id, '-r', '100', '-c', '2', '-t', '3')).values()]).toEqual([16, 6]);
    expect((await readSerial(id, '-r', '257', '-t', '4')).get(257)).toBe(15_000);
  });

  it('gets the exception of an address that is not there', async () => {
    const { host } = endpoint('charge-point');
    await expect(poll([...tcp('charge-point'), '-r', '1200', '-t', '4:int', '-B', host])).rejects.toThrow(
      /Illegal data address/,
    );
  });
});
