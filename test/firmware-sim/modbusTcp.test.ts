import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../firmware-sim/faults.ts';
import { buildHome, type Home } from '../../firmware-sim/home.ts';
import { readHome } from '../../firmware-sim/homeSpec.ts';
import { ScaledTime } from '../../firmware-sim/scaledTime.ts';
import { ModbusTcpServer } from '../../firmware-sim/wires/modbusTcp.ts';
import { EVENING_MS } from './support.ts';

const READ_MAXIMUM = '0001 0000 0006 ff 03 0456 0002';
const MAXIMUM_IS_32_A = '000100000007ff030400007d00';

let home: Home;
let time: ScaledTime;
let server: ModbusTcpServer;
let port: number;
const clients: Socket[] = [];

beforeEach(async () => {
  home = buildHome(readHome('single-phase'), { startAtMs: EVENING_MS });
  time = new ScaledTime(EVENING_MS, 1);
  server = new ModbusTcpServer(keba(), time);
  port = await server.listen(0);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  time.stop();
  await server.close();
});

function keba() {
  const device = home.devices['charge-point'];
  if (device === undefined) throw new Error('the home has no charge point');
  return device;
}

function setFault(fault: Fault): void {
  expect(keba().setFault(fault, time.nowMs())).toBeUndefined();
}

function openClient(): Promise<Socket> {
  return new Promise((resolve) => {
    const client = connect(port, '127.0.0.1', () => resolve(client));
    clients.push(client);
  });
}

/**
 * What comes back until enough bytes have come, as hex; 'closed' when the server hung up.
 * Without a number of bytes: what comes in a time in which every answer would have come.
 */
function exchange(client: Socket, requestHex: string, bytes?: number): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const finish = (outcome: string): void => {
      clearTimeout(timer);
      client.removeListener('data', hear);
      resolve(outcome);
    };
    const timer = setTimeout(() => finish(received), bytes === undefined ? 150 : 5_000);
    const hear = (chunk: Buffer): void => {
      received += chunk.toString('hex');
      if (bytes !== undefined && received.length >= bytes * 2) finish(received);
    };
    client.on('data', hear);
    client.once('close', () => finish('closed'));
    client.write(Buffer.from(requestHex.replaceAll(' ', ''), 'hex'));
  });
}

describe('a device on Modbus TCP', () => {
  it('answers with the transaction and unit of the request', async () => {
    expect(await exchange(await openClient(), READ_MAXIMUM, 13)).toBe(MAXIMUM_IS_32_A);
  });

  it('takes a request in pieces and several in one', async () => {
    const client = await openClient();
    client.write(Buffer.from('000100', 'hex'));
    const rest = READ_MAXIMUM.replaceAll(' ', '').slice(6);
    const second = `0002${READ_MAXIMUM.replaceAll(' ', '').slice(4)}`;
    expect(await exchange(client, rest + second, 26)).toBe(
      `${MAXIMUM_IS_32_A}0002${MAXIMUM_IS_32_A.slice(4)}`,
    );
  });

  it('serves several clients at once', async () => {
    const both = await Promise.all([openClient(), openClient()]);
    const answers = await Promise.all(both.map((client) => exchange(client, READ_MAXIMUM, 13)));
    expect(answers).toEqual([MAXIMUM_IS_32_A, MAXIMUM_IS_32_A]);
  });

  it('keeps silent for another unit and hangs up on another protocol', async () => {
    expect(await exchange(await openClient(), '0001 0000 0006 01 03 0456 0002')).toBe('');
    expect(await exchange(await openClient(), '0001 5959 0006 ff 03 0456 0002')).toBe('closed');
    expect(await exchange(await openClient(), '0001 0000 0001 ff')).toBe('closed');
  });

  it('passes exceptions of the device on', async () => {
    expect(await exchange(await openClient(), '0007 0000 0006 ff 04 0456 0002', 9)).toBe(
      '000700000003ff8401',
    );
  });

  it('wrong transaction: the answer bears another number', async () => {
    setFault({ kind: 'wrongTransaction', forRequests: 1 });
    const client = await openClient();
    expect(await exchange(client, READ_MAXIMUM, 13)).toBe(`0008${MAXIMUM_IS_32_A.slice(4)}`);
    expect(await exchange(client, READ_MAXIMUM, 13)).toBe(MAXIMUM_IS_32_A);
  });

  it('short frame: the end is missing', async () => {
    setFault({ kind: 'shortFrame' });
    expect(await exchange(await openClient(), READ_MAXIMUM, 12)).toBe(MAXIMUM_IS_32_A.slice(0, -2));
  });

  it('wrong unit: the answer comes from the next number', async () => {
    setFault({ kind: 'wrongUnit' });
    expect(await exchange(await openClient(), READ_MAXIMUM, 13)).toBe(
      MAXIMUM_IS_32_A.replace('ff03', '0003'),
    );
  });

  it('silence: nothing comes, and the connection stays', async () => {
    setFault({ kind: 'silence' });
    const client = await openClient();
    expect(await exchange(client, READ_MAXIMUM)).toBe('');
    keba().clearFaults(time.nowMs());
    expect(await exchange(client, READ_MAXIMUM, 13)).toBe(MAXIMUM_IS_32_A);
  });

  it('delay: the answer comes late, even after the next one', async () => {
    setFault({ kind: 'delay', delayMs: 700, forRequests: 1 });
    const client = await openClient();
    expect(await exchange(client, READ_MAXIMUM)).toBe('');
    const second = `0002${READ_MAXIMUM.replaceAll(' ', '').slice(4)}`;
    expect(await exchange(client, second, 26)).toBe(`0002${MAXIMUM_IS_32_A.slice(4)}${MAXIMUM_IS_32_A}`);
  });

  it('exception: the code is passed on', async () => {
    setFault({ kind: 'exception', code: 6 });
    expect(await exchange(await openClient(), READ_MAXIMUM, 9)).toBe('000100000003ff8306');
  });

  it('frozen: a reading stays as it was', async () => {
    const client = await openClient();
    setFault({ kind: 'frozen' });
    await exchange(client, READ_MAXIMUM, 13);
    await exchange(client, '0002 0000 0006 ff 06 138c 1770', 12);
    expect(await exchange(client, READ_MAXIMUM, 13)).toBe(MAXIMUM_IS_32_A);
  });

  it('reboot: dark at first', async () => {
    setFault({ kind: 'reboot' });
    expect(await exchange(await openClient(), READ_MAXIMUM)).toBe('');
  });
});
