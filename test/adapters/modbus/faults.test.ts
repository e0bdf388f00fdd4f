import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openRtuLine } from '../../../src/adapters/modbus/rtuLine.ts';
import { openTcpLine } from '../../../src/adapters/modbus/tcpLine.ts';
import type { ModbusLine, ModbusRequest, ModbusResult } from '../../../src/ports/modbusLine.ts';
import {
  FAULT_AT,
  type Fault,
  factoryValue,
  LATE_MS,
  RtuFaultSlave,
  TcpFaultSlave,
} from '../../support/faultSlave.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { WallClock } from '../../support/wallClock.ts';

const UNIT = 5;
/** For answers that are due: a busy test machine must not make a fault of them. */
const PATIENT_MS = 1_000;
/** For answers that do not come in time. */
const TIMEOUT_MS = 200;

type Wire = 'RTU' | 'TCP';
type Slave = RtuFaultSlave | TcpFaultSlave;

let slave: Slave | undefined;
let line: ModbusLine | undefined;

afterEach(async () => {
  await line?.close();
  await slave?.stop();
});

async function openLine(wire: Wire): Promise<{ line: ModbusLine; slave: Slave }> {
  const clock = new WallClock();
  const log = new RecordingLog();
  const retries = { firstRetryMs: 10, lastRetryMs: 40 };
  if (wire === 'RTU') {
    const device = new RtuFaultSlave();
    slave = device;
    // A short late window on purpose: the late reply then comes while the next request is under way.
    const options = { ...retries, lateWindowMs: 60, turnaroundMs: 20 };
    const { path } = device;
    line = openRtuLine({ path, baudRate: 115_200, parity: 'none', stopBits: 1, clock, log, options });
  } else {
    const device = await new TcpFaultSlave().start();
    slave = device;
    line = openTcpLine({ host: '127.0.0.1', port: device.port, clock, log, options: retries });
  }
  await untilOpen(line);
  return { line, slave };
}

async function untilOpen(opening: ModbusLine): Promise<void> {
  for (let tries = 0; tries < 2_000 && !opening.isOpen(); tries++) await sleep(5);
  expect(opening.isOpen()).toBe(true);
}

function read(address: number, count = 2, more: Partial<ModbusRequest> = {}): ModbusRequest {
  return { unit: UNIT, functionCode: 3, address, count, priority: 'poll', timeoutMs: PATIENT_MS, ...more };
}

function write(functionCode: 5 | 6 | 15 | 16, address: number, values: number[]): ModbusRequest {
  return { ...read(address, values.length, { functionCode, values }), priority: 'narrowing' };
}

function rightAnswer({ unit, address, count }: ModbusRequest): ModbusResult {
  return {
    ok: true,
    words: Array.from({ length: count }, (_, index) => factoryValue(unit, address + index)),
  };
}

/** The next request of the very same shape, after the line had the time to recover. */
async function expectNextWorks(opened: ModbusLine): Promise<void> {
  await untilOpen(opened);
  for (const address of [10, 20]) {
    const next = read(address);
    expect(await opened.request(next)).toEqual(rightAnswer(next));
  }
}

const ROWS: readonly {
  fault: Fault;
  rtu: 'right' | 'device-timeout' | 'device-bad-reply' | 'device-exception' | 'device-offline';
  tcp: 'right' | 'device-timeout' | 'device-bad-reply' | 'device-exception' | 'device-offline';
}[] = [
  { fault: 'none', rtu: 'right', tcp: 'right' },
  { fault: 'late', rtu: 'device-timeout', tcp: 'device-timeout' },
  { fault: 'truncated', rtu: 'device-bad-reply', tcp: 'device-bad-reply' },
  { fault: 'corrupted', rtu: 'device-bad-reply', tcp: 'device-bad-reply' },
  { fault: 'otherUnit', rtu: 'device-bad-reply', tcp: 'device-bad-reply' },
  { fault: 'exception', rtu: 'device-exception', tcp: 'device-exception' },
  { fault: 'silent', rtu: 'device-timeout', tcp: 'device-timeout' },
  { fault: 'noiseFirst', rtu: 'right', tcp: 'device-bad-reply' },
  { fault: 'byteByByte', rtu: 'right', tcp: 'right' },
  { fault: 'otherFunction', rtu: 'device-bad-reply', tcp: 'device-bad-reply' },
  { fault: 'exceptionOfOtherUnit', rtu: 'device-bad-reply', tcp: 'device-bad-reply' },
  { fault: 'twice', rtu: 'right', tcp: 'right' },
  { fault: 'shortCount', rtu: 'device-bad-reply', tcp: 'device-bad-reply' },
  { fault: 'hangUp', rtu: 'device-offline', tcp: 'device-offline' },
];

describe.each(['RTU', 'TCP'] as const)('on %s', (wire) => {
  it.each(ROWS)(
    'a reply that is $fault gives the right words or a fault, and the next request works',
    async (row) => {
      const opened = await openLine(wire);
      const expected = wire === 'RTU' ? row.rtu : row.tcp;
      const timeoutMs = expected === 'right' ? PATIENT_MS : TIMEOUT_MS;
      const request = read(FAULT_AT[row.fault], 2, { timeoutMs });
      const result = await opened.line.request(request);
      if (expected === 'right') expect(result).toEqual(rightAnswer(request));
      else expect(result).toMatchObject({ ok: false, fault: expected });
      if (expected === 'device-exception') expect(result).toMatchObject({ exceptionCode: 2 });
      if (row.fault === 'hangUp' && opened.slave instanceof RtuFaultSlave) opened.slave.plugIn();
      await expectNextWorks(opened.line);
    },
  );

  it('gives each of five concurrent reads its own answer', async () => {
    const opened = await openLine(wire);
    const requests = [0, 10, 20, 30, 40].map((address) => read(address));
    const results = await Promise.all(requests.map((request) => opened.line.request(request)));
    expect(results).toEqual(requests.map(rightAnswer));
  });

  it('never takes a late reply for the answer of the next read, which is outstanding when it comes', async () => {
    const opened = await openLine(wire);
    const late = opened.line.request(read(FAULT_AT.late, 2, { timeoutMs: TIMEOUT_MS }));
    expect(await late).toMatchObject({ ok: false, fault: 'device-timeout' });
    await untilOpen(opened.line);
    const next = read(50);
    expect(await opened.line.request(next)).toEqual(rightAnswer(next));
    await expectNextWorks(opened.line);
  });

  it.each([
    { functionCode: 6 as const, first: [111], second: [222] },
    { functionCode: 5 as const, first: [7], second: [9] },
    { functionCode: 16 as const, first: [1, 2], second: [3, 4] },
    { functionCode: 15 as const, first: [1, 0, 1], second: [0, 0, 0] },
  ])(
    'never takes the late echo of a write for that of the next, unanswered one (function $functionCode)',
    async ({ functionCode, first, second }) => {
      const opened = await openLine(wire);
      const { device } = opened.slave;
      // A line that was read before needs no probe for a local echo.
      await expectNextWorks(opened.line);
      const isSecond = (pdu: Buffer) => pdu.equals(encodeWrite(functionCode, FAULT_AT.late, second));
      device.swallows = ({ pdu }) => isSecond(pdu);
      const lateWrite = opened.line.request({
        ...write(functionCode, FAULT_AT.late, first),
        timeoutMs: TIMEOUT_MS,
      });
      expect(await lateWrite).toMatchObject({ ok: false, fault: 'device-timeout' });
      await untilOpen(opened.line);
      const unanswered = await opened.line.request({
        ...write(functionCode, FAULT_AT.late, second),
        timeoutMs: LATE_MS,
      });
      expect(unanswered.ok).toBe(false);
      expect(device.heard.filter(({ pdu }) => isSecond(pdu))).toHaveLength(1);
      device.swallows = () => false;
      await sleep(LATE_MS);
      await expectNextWorks(opened.line);
    },
  );

  it('writes and reads back registers and coils, a raw word in a coil among them', async () => {
    const opened = await openLine(wire);
    expect(await opened.line.request(write(6, 60, [1234]))).toEqual({ ok: true, words: [] });
    expect(await opened.line.request(write(16, 61, [1, 0xffff, 3]))).toEqual({ ok: true, words: [] });
    expect(await opened.line.request(read(60, 4))).toEqual({ ok: true, words: [1234, 1, 0xffff, 3] });
    expect(await opened.line.request(read(60, 4, { functionCode: 4 }))).toEqual({
      ok: true,
      words: [1234, 1, 0xffff, 3],
    });
    expect(await opened.line.request(write(15, 70, [1, 0, 0, 1, 1, 0, 0, 0, 1]))).toEqual({
      ok: true,
      words: [],
    });
    for (const functionCode of [1, 2] as const) {
      expect(await opened.line.request(read(70, 9, { functionCode }))).toEqual({
        ok: true,
        words: [1, 0, 0, 1, 1, 0, 0, 0, 1],
      });
    }
    expect(await opened.line.request(write(5, 80, [600]))).toEqual({ ok: true, words: [] });
    expect(opened.slave.device.words.get(`${UNIT}/80`)).toBe(600);
  });

  it('refuses every write in read-only mode and sends nothing', async () => {
    const opened = await openLine(wire);
    await opened.line.close();
    const clock = new WallClock();
    const log = new RecordingLog();
    const options = { readOnly: true };
    line =
      opened.slave instanceof RtuFaultSlave
        ? openRtuLine({
            path: opened.slave.path,
            baudRate: 9600,
            parity: 'none',
            stopBits: 1,
            clock,
            log,
            options,
          })
        : openTcpLine({ host: '127.0.0.1', port: opened.slave.port, clock, log, options });
    await untilOpen(line);
    expect(await line.request(write(6, 0, [1]))).toMatchObject({ ok: false, fault: 'write-refused' });
    expect(await line.request(read(0))).toEqual(rightAnswer(read(0)));
    expect(opened.slave.device.heard).toHaveLength(1);
  });

  it('answers what waits and what comes later with device-offline when it is closed', async () => {
    const opened = await openLine(wire);
    const pending = [FAULT_AT.silent, 10, 20].map((address) => opened.line.request(read(address)));
    await sleep(20);
    await opened.line.close();
    for (const result of await Promise.all(pending)) {
      expect(result).toMatchObject({ ok: false, fault: 'device-offline' });
    }
    expect(await opened.line.request(read(0))).toMatchObject({ ok: false, fault: 'device-offline' });
    expect(opened.line.isOpen()).toBe(false);
  });
});

function encodeWrite(functionCode: number, address: number, values: number[]): Buffer {
  const head = [functionCode, address >> 8, address & 0xff];
  const words = values.flatMap((value) => [value >> 8, value & 0xff]);
  if (functionCode <= 6) return Buffer.from([...head, ...words]);
  const count = [0, values.length];
  if (functionCode === 16) return Buffer.from([...head, ...count, words.length, ...words]);
  const bits = values.reduce((byte, bit, index) => byte | (bit << index), 0);
  return Buffer.from([...head, ...count, 1, bits]);
}
