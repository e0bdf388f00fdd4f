import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type IServiceVector, ServerTCP } from 'modbus-serial';
import { afterEach, describe, expect, it } from 'vitest';
import { openRtuLine, type RtuLineOptions } from '../../../src/adapters/modbus/rtuLine.ts';
import { openTcpLine, type TcpLineOptions } from '../../../src/adapters/modbus/tcpLine.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { ModbusLine, ModbusRequest } from '../../../src/ports/modbusLine.ts';
import { FAULT_AT, factoryValue, RtuFaultSlave, rtuFrame, TcpFaultSlave } from '../../support/faultSlave.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { WallClock } from '../../support/wallClock.ts';

const clock = new WallClock();
const RETRIES = { firstRetryMs: 10, lastRetryMs: 40 };

const atEnd: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of atEnd.splice(0).reverse()) await end();
});

function rtuLine(path: string, options: RtuLineOptions = {}): ModbusLine {
  const log = new RecordingLog();
  const serial = { path, baudRate: 19_200, parity: 'even', stopBits: 1 } as const;
  const line = openRtuLine({ ...serial, clock, log, options: { ...RETRIES, ...options } });
  atEnd.push(() => line.close());
  return line;
}

function tcpLine(port: number, options: TcpLineOptions = {}): ModbusLine {
  const log = new RecordingLog();
  const line = openTcpLine({ host: '127.0.0.1', port, clock, log, options: { ...RETRIES, ...options } });
  atEnd.push(() => line.close());
  return line;
}

function plugInSlave(): RtuFaultSlave {
  const slave = new RtuFaultSlave();
  atEnd.push(() => slave.stop());
  return slave;
}

async function until(isReached: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2_000 && !isReached(); tries++) await sleep(5);
  expect(isReached()).toBe(true);
}

/** Asks until the line is offline for this reason. */
async function untilOffline(line: ModbusLine, reason: string): Promise<void> {
  let detail = '';
  for (let tries = 0; tries < 2_000 && !detail.includes(reason); tries++) {
    const result = await line.request(read());
    expect(result).toMatchObject({ ok: false, fault: 'device-offline' });
    if (!result.ok) detail = result.detail;
    await sleep(5);
  }
  expect(detail).toContain(reason);
}

function read(more: Partial<ModbusRequest> = {}): ModbusRequest {
  return { unit: 1, functionCode: 3, address: 0, count: 2, priority: 'poll', timeoutMs: 1_000, ...more };
}

const RIGHT = { ok: true, words: [factoryValue(1, 0), factoryValue(1, 1)] };

describe('a serial line', () => {
  it('notices an unplugged adapter by itself and works again when it is plugged in', async () => {
    const slave = plugInSlave();
    const line = rtuLine(slave.path);
    await until(() => line.isOpen());
    expect(await line.request(read())).toEqual(RIGHT);
    for (let turn = 1; turn <= 2; turn++) {
      const pending = line.request(read({ address: 600, timeoutMs: 5_000 }));
      await sleep(20);
      slave.pullOut();
      expect(await pending).toMatchObject({ ok: false, fault: 'device-offline' });
      expect(line.isOpen()).toBe(false);
      expect(await line.request(read())).toMatchObject({ ok: false, fault: 'device-offline' });
      slave.plugIn();
      await until(() => line.isOpen());
      expect(await line.request(read())).toEqual(RIGHT);
      expect(line.statistics().reconnects).toBe(turn);
    }
  });

  it('starts without its port and says what to do', async () => {
    const slave = plugInSlave();
    slave.pullOut();
    const line = rtuLine(slave.path);
    await untilOffline(line, 'check that the adapter is plugged in');
    slave.plugIn();
    await until(() => line.isOpen());
    expect(await line.request(read())).toEqual(RIGHT);
  });

  it('names another program that holds the port', async () => {
    const slave = plugInSlave();
    const holder = rtuLine(slave.path);
    await until(() => holder.isOpen());
    const second = rtuLine(slave.path);
    await untilOffline(second, 'another program uses the port');
    expect(await holder.request(read())).toEqual(RIGHT);
    await holder.close();
    await until(() => second.isOpen());
  });

  it('names a path that is no serial port', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'loadgate-file-'));
    atEnd.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'file');
    writeFileSync(path, 'not a port');
    const line = rtuLine(path);
    await untilOffline(line, 'not a serial port');
  });

  it('survives a plan that the driver refuses', async () => {
    const line = rtuLine('');
    await untilOffline(line, 'could not be opened');
  });

  it('drops what is blurted into the idle line, and answers rightly afterwards', async () => {
    const slave = plugInSlave();
    const line = rtuLine(slave.path);
    await until(() => line.isOpen());
    slave.blurt(Buffer.from('0103040001', 'hex'));
    await sleep(20);
    expect(await line.request(read())).toEqual(RIGHT);
    expect(line.statistics().strayBytes).toBe(5);
  });

  it('takes nothing for a reply that waited in the port since before it was opened', async () => {
    const slave = plugInSlave();
    const earlier = rtuLine(slave.path);
    await until(() => earlier.isOpen());
    await earlier.close();
    // What a gateway that was killed had asked for: whole, of the right unit and length, and of another time.
    slave.blurt(rtuFrame(1, Buffer.from([3, 4, 0xbe, 0xef, 0xbe, 0xef])));
    await sleep(20);
    const line = rtuLine(slave.path);
    await until(() => line.isOpen());
    expect(await line.request(read())).toEqual(RIGHT);
    expect(line.statistics().strayBytes).toBe(0);
  });

  it('takes nothing for a reply that was asked for before a restart and comes after it', async () => {
    const slave = plugInSlave();
    const line = rtuLine(slave.path);
    await until(() => line.isOpen());
    const slow = line.request(read({ address: FAULT_AT.late }));
    await sleep(100);
    slave.blurt(rtuFrame(1, Buffer.from([3, 4, 0xbe, 0xef, 0xbe, 0xef])));
    const words = [factoryValue(1, FAULT_AT.late), factoryValue(1, FAULT_AT.late + 1)];
    expect(await slow).toEqual({ ok: true, words });
  });

  it('broadcasts to all units without waiting for an answer', async () => {
    const slave = plugInSlave();
    const line = rtuLine(slave.path, { turnaroundMs: 30 });
    await until(() => line.isOpen());
    const values = [42];
    const write = read({ unit: 0, functionCode: 6, address: 9, count: 1, values, priority: 'narrowing' });
    expect(await line.request(write)).toEqual({ ok: true, words: [] });
    await until(() => slave.device.words.get('0/9') === 42);
    expect(await line.request(read())).toEqual(RIGHT);
  });

  it('can be closed at any moment, also while it opens', async () => {
    const slave = plugInSlave();
    for (const delayMs of [0, 1, 3, 10]) {
      const line = rtuLine(slave.path);
      await sleep(delayMs);
      await line.close();
      expect(line.isOpen()).toBe(false);
    }
    const last = rtuLine(slave.path);
    await until(() => last.isOpen());
    expect(await last.request(read())).toEqual(RIGHT);
  });
});

describe('a TCP line', () => {
  async function startSlave(): Promise<TcpFaultSlave> {
    const slave = await new TcpFaultSlave().start();
    atEnd.push(() => slave.stop());
    return slave;
  }

  it('starts without the device, connects when it comes, and again after each outage', async () => {
    const slave = await startSlave();
    await slave.stop();
    const line = tcpLine(slave.port);
    await untilOffline(line, 'refuses the connection');
    for (let turn = 0; turn < 2; turn++) {
      await slave.start();
      await until(() => line.isOpen());
      expect(await line.request(read())).toEqual(RIGHT);
      await slave.stop();
      await until(() => !line.isOpen());
    }
    expect(line.statistics().reconnects).toBe(1);
  });

  it('drops the connection after a time-out and answers what waited at once', async () => {
    const slave = await startSlave();
    const line = tcpLine(slave.port);
    await until(() => line.isOpen());
    const silent = line.request(read({ address: 600, timeoutMs: 50 }));
    const waiting = line.request(read({ timeoutMs: 5_000 }));
    expect(await silent).toMatchObject({ fault: 'device-timeout' });
    expect(await waiting).toMatchObject({
      fault: 'device-offline',
      detail: expect.stringContaining('no answer'),
    });
    await until(() => line.isOpen());
    expect(slave.connections).toBe(2);
    expect(await line.request(read())).toEqual(RIGHT);
    expect(line.statistics()).toMatchObject({ timeouts: 1, reconnects: 1 });
  });

  it('of a gateway with several units outlives a dead one: what waits behind it is answered', async () => {
    const slave = await startSlave();
    const line = tcpLine(slave.port);
    await until(() => line.isOpen());
    expect(await line.request(read())).toEqual(RIGHT);
    for (let turn = 0; turn < 4; turn++) {
      const silent = line.request(read({ unit: 9, address: 600, timeoutMs: 30 }));
      const waiting = line.request(read());
      expect(await silent).toMatchObject({ fault: 'device-timeout' });
      expect(await waiting).toEqual(RIGHT);
    }
    expect(slave.connections).toBe(1);
    expect(line.statistics()).toMatchObject({ timeouts: 4, reconnects: 0 });
  });

  it('of a gateway with several units is made anew after three missing answers in a row', async () => {
    const slave = await startSlave();
    const line = tcpLine(slave.port);
    await until(() => line.isOpen());
    const silent = [1, 9, 1].map((unit) => line.request(read({ unit, address: 600 + unit, timeoutMs: 30 })));
    expect(await silent[0]).toMatchObject({ fault: 'device-timeout' });
    await until(() => slave.connections === 2 && line.isOpen());
    const again = [9, 1, 9].map((unit) => line.request(read({ unit, address: 600 + unit, timeoutMs: 30 })));
    const waiting = line.request(read({ timeoutMs: 5_000 }));
    for (const result of again) expect(await result).toMatchObject({ fault: 'device-timeout' });
    expect(await waiting).toMatchObject({ fault: 'device-offline' });
    await until(() => slave.connections === 3 && line.isOpen());
    expect(await line.request(read())).toEqual(RIGHT);
  });

  it('connects anew at once when half an answer came, since the stream has lost its rhythm', async () => {
    const slave = await startSlave();
    const line = tcpLine(slave.port);
    await until(() => line.isOpen());
    const half = line.request(read({ address: 200, timeoutMs: 30 }));
    expect(await half).toMatchObject({ fault: 'device-bad-reply' });
    await until(() => slave.connections === 2 && line.isOpen());
    expect(await line.request(read())).toEqual(RIGHT);
  });

  it('drops the connection when the idle device sends something else than Modbus', async () => {
    const slave = await startSlave();
    const line = tcpLine(slave.port);
    await until(() => line.isOpen());
    slave.blurt(Buffer.from('login: '));
    await until(() => slave.connections === 2 && line.isOpen());
    expect(await line.request(read())).toEqual(RIGHT);
  });

  it('gives up a connection that is not made in time', async () => {
    const slave = await startSlave();
    const connectTimeoutMs = 77;
    // The time for connecting is over before it has begun; all other time runs as usual.
    const hasty: Clock = {
      now: () => clock.now(),
      runningMs: () => clock.runningMs(),
      after: (delayMs, run) => {
        if (delayMs !== connectTimeoutMs) return clock.after(delayMs, run);
        run();
        return () => {};
      },
    };
    const log = new RecordingLog();
    const options = { ...RETRIES, connectTimeoutMs };
    const line = openTcpLine({ host: '127.0.0.1', port: slave.port, clock: hasty, log, options });
    atEnd.push(() => line.close());
    await untilOffline(line, 'no connection within 77 ms');
  });

  it('can be closed at any moment, also while it connects', async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    atEnd.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const delayMs of [0, 1, 5]) {
      const line = tcpLine(port);
      await sleep(delayMs);
      await line.close();
      expect(line.isOpen()).toBe(false);
    }
  });
});

describe('an independent Modbus TCP device (modbus-serial)', () => {
  it('is read and written with all functions, by unit, and its exception is passed on', async () => {
    const words = new Map<number, number>();
    const coils = new Map<number, boolean>();
    const vector: IServiceVector = {
      getHoldingRegister: async (address: number, unit: number) => {
        if (address >= 500) throw Object.assign(new Error('no such register'), { modbusErrorCode: 2 });
        return words.get(address) ?? unit * 100 + address;
      },
      getInputRegister: async (address: number, unit: number) => unit * 200 + address,
      getCoil: async (address: number) => coils.get(address) ?? false,
      getDiscreteInput: async (address: number) => address % 3 === 0,
      setRegister: async (address: number, value: number) => void words.set(address, value),
      setCoil: async (address: number, isOn: boolean) => void coils.set(address, isOn),
    };
    const port = await findFreePort();
    const server = new ServerTCP(vector, { host: '127.0.0.1', port, unitID: 255 });
    atEnd.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const line = tcpLine(port);
    await until(() => line.isOpen());

    const write = { priority: 'narrowing' as const };
    const steps: readonly (readonly [Partial<ModbusRequest>, unknown])[] = [
      [{ unit: 9, address: 4, count: 3 }, [904, 905, 906]],
      [{ unit: 2, functionCode: 4, address: 1, count: 125 }, Array.from({ length: 125 }, (_, i) => 401 + i)],
      [{ functionCode: 6, address: 7, count: 1, values: [0xbeef], ...write }, []],
      [{ functionCode: 16, address: 8, count: 2, values: [1, 2], ...write }, []],
      [{ address: 7, count: 3 }, [0xbeef, 1, 2]],
      [{ functionCode: 5, address: 3, count: 1, values: [0xff00], ...write }, []],
      [{ functionCode: 15, address: 4, count: 10, values: [1, 0, 1, 0, 0, 0, 0, 0, 1, 1], ...write }, []],
      [{ functionCode: 1, address: 3, count: 11 }, [1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1]],
      [{ functionCode: 2, address: 0, count: 5 }, [1, 0, 0, 1, 0]],
    ];
    for (const [request, expected] of steps) {
      expect(await line.request(read(request))).toEqual({ ok: true, words: expected });
    }
    expect(await line.request(read({ address: 500 }))).toMatchObject({
      ok: false,
      fault: 'device-exception',
      exceptionCode: 2,
    });
    const many = Array.from({ length: 20 }, (_, address) =>
      line.request(read({ unit: 3, address: 100 + address })),
    );
    for (const [index, result] of (await Promise.all(many)).entries()) {
      expect(result).toEqual({ ok: true, words: [400 + index, 401 + index] });
    }
  });
});

/** The server of modbus-serial takes no 0 for "any port". */
async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
