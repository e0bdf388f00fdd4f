import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionEvents } from '../../../src/adapters/modbus/connection.ts';
import { GuardedLine } from '../../../src/adapters/modbus/guardedLine.ts';
import { DEFAULT_LINE_OPTIONS, type LineOptions } from '../../../src/adapters/modbus/lineOptions.ts';
import { openTcpLine, type TcpLineOptions } from '../../../src/adapters/modbus/tcpLine.ts';
import { TcpProtocol } from '../../../src/adapters/modbus/tcpProtocol.ts';
import type { ModbusLine, ModbusRequest } from '../../../src/ports/modbusLine.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { SteppedClock, settle } from '../../support/steppedClock.ts';
import { WallClock } from '../../support/wallClock.ts';

const CLOSED_BY_DEVICE = { detail: 'the device closed the connection', isByPeer: true };
const REFUSED = { detail: 'the device refuses the connection', isByPeer: false };

function read(more: Partial<ModbusRequest> = {}): ModbusRequest {
  return { unit: 1, functionCode: 3, address: 0, count: 1, priority: 'poll', timeoutMs: 1_000, ...more };
}

function narrowing(): ModbusRequest {
  return { ...read(), functionCode: 6, values: [6], priority: 'narrowing' };
}

/** The answer of a healthy device to what the line sent. */
function answerTo(frame: Buffer): Buffer {
  const isRead = frame.readUInt8(7) <= 4;
  const pdu = isRead ? Buffer.from([frame.readUInt8(7), 2, 0, 42]) : frame.subarray(7, 12);
  const header = Buffer.from(frame.subarray(0, 7));
  header.writeUInt16BE(pdu.length + 1, 4);
  return Buffer.concat([header, pdu]);
}

describe('a connection that the device ends', () => {
  let clock: SteppedClock;
  let log: RecordingLog;
  let wires: ConnectionEvents[];
  let sent: Buffer[];
  let letGo: (() => void)[];

  beforeEach(() => {
    clock = new SteppedClock();
    log = new RecordingLog();
    wires = [];
    sent = [];
    letGo = [];
  });

  function newLine(options: LineOptions = {}, isSlowToClose = false): GuardedLine {
    return new GuardedLine({
      name: 'device:502',
      clock,
      log,
      options: { ...DEFAULT_LINE_OPTIONS, ...options },
      protocol: new TcpProtocol({ isReconnectCostly: false }),
      findMistake: () => undefined,
      connect: (events) => {
        wires.push(events);
        return {
          send: (bytes) => void sent.push(Buffer.from(bytes)),
          close: () => (isSlowToClose ? new Promise((resolve) => letGo.push(resolve)) : Promise.resolve()),
        };
      },
    });
  }

  function answer(): void {
    wires.at(-1)?.received(answerTo(sent.at(-1) ?? Buffer.alloc(12)));
  }

  async function provenLine(options: LineOptions = {}): Promise<GuardedLine> {
    const line = newLine(options);
    wires[0]?.opened();
    const first = line.request(read());
    answer();
    expect((await first).ok).toBe(true);
    return line;
  }

  function warnings(): number {
    return log.lines.filter(({ level }) => level === 'warn').length;
  }

  it('is made again at once when it was idle, and nobody hears of it', async () => {
    const line = await provenLine();
    wires[0]?.lost(CLOSED_BY_DEVICE);
    await clock.advance(0);
    expect(wires).toHaveLength(2);
    wires[1]?.opened();
    const next = line.request(read());
    answer();
    expect(await next).toEqual({ ok: true, words: [42] });
    expect(warnings()).toBe(0);
    expect(line.statistics().reconnects).toBe(1);
  });

  it('keeps a narrowing write and a read that come while it is made again, and sends the narrowing first', async () => {
    const line = await provenLine();
    wires[0]?.lost(CLOSED_BY_DEVICE);
    const poll = line.request(read());
    const write = line.request(narrowing());
    await clock.advance(0);
    wires[1]?.opened();
    await settle();
    expect(sent.slice(1).map((frame) => frame.readUInt8(7))).toEqual([6]);
    answer();
    answer();
    expect(await write).toEqual({ ok: true, words: [] });
    expect(await poll).toEqual({ ok: true, words: [42] });
    expect(warnings()).toBe(0);
  });

  it('is a fault when it cannot be made again: what waits is answered, and it is said once', async () => {
    const line = await provenLine();
    wires[0]?.lost(CLOSED_BY_DEVICE);
    const waiting = line.request(read());
    await clock.advance(0);
    wires[1]?.lost(REFUSED);
    expect(await waiting).toMatchObject({ ok: false, fault: 'device-offline' });
    expect(await line.request(read())).toMatchObject({
      detail: 'device:502: the device refuses the connection',
    });
    expect(warnings()).toBe(1);
    await clock.advance(500);
    expect(wires).toHaveLength(3);
  });

  it('is a fault when a request was under way', async () => {
    const line = await provenLine();
    const pending = line.request(read());
    wires[0]?.lost(CLOSED_BY_DEVICE);
    expect(await pending).toMatchObject({ ok: false, fault: 'device-offline' });
    expect(warnings()).toBe(1);
    await clock.advance(499);
    expect(wires).toHaveLength(1);
  });

  it('is no idle one when the device takes connections and ends them at once: the delay grows', async () => {
    newLine();
    const delays: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      wires.at(-1)?.opened();
      wires.at(-1)?.lost(CLOSED_BY_DEVICE);
      const lostAtMs = clock.runningMs();
      const before = wires.length;
      while (wires.length === before) await clock.advance(100);
      delays.push(clock.runningMs() - lostAtMs);
    }
    expect(delays).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it('is idle when nothing was asked for a while and the device ends it, again and again', async () => {
    newLine();
    for (let turn = 1; turn <= 5; turn++) {
      wires.at(-1)?.opened();
      await clock.advance(60_000);
      wires.at(-1)?.lost(CLOSED_BY_DEVICE);
      await clock.advance(0);
      expect(wires).toHaveLength(turn + 1);
    }
    expect(warnings()).toBe(0);
  });

  it('is not made again before the time that the maker wants, after an idle end as after a failure', async () => {
    const line = await provenLine({ reconnectMs: 25_000 });
    wires[0]?.lost(CLOSED_BY_DEVICE);
    expect(await line.request(read())).toMatchObject({ fault: 'device-offline' });
    await clock.advance(24_999);
    expect(wires).toHaveLength(1);
    await clock.advance(1);
    expect(wires).toHaveLength(2);
    wires[1]?.lost(REFUSED);
    await clock.advance(24_999);
    expect(wires).toHaveLength(2);
    await clock.advance(1);
    expect(wires).toHaveLength(3);
  });

  it('is followed by the next one only when the wire has been let go of', async () => {
    newLine({}, true);
    wires[0]?.opened();
    wires[0]?.lost({ detail: 'the device dropped the connection', isByPeer: false });
    await clock.advance(10_000);
    expect(wires).toHaveLength(1);
    letGo[0]?.();
    await clock.advance(0);
    expect(wires).toHaveLength(2);
  });

  it('is not made again when the line is closed while the old one is let go of', async () => {
    const line = newLine({}, true);
    wires[0]?.opened();
    wires[0]?.lost({ detail: 'the device dropped the connection', isByPeer: false });
    await clock.advance(10_000);
    const closed = line.close();
    letGo[0]?.();
    await closed;
    await clock.advance(60_000);
    expect(wires).toHaveLength(1);
  });
});

describe('a device that serves a single client', () => {
  const clock = new WallClock();
  const atEnd: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of atEnd.splice(0).reverse()) await end();
  });

  /** Counts connections, and those that come while another is there; each misbehaviour ends one or spoils an answer. */
  class SingleClient {
    connections = 0;
    overlaps = 0;
    port = 0;
    next: 'answer' | 'silence' | 'nonsense' | 'half' | 'hangUp' | 'reset' = 'answer';
    readonly sockets = new Set<Socket>();
    readonly #server: Server = createServer((socket) => this.#serve(socket));

    async start(): Promise<this> {
      await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
      const address = this.#server.address();
      if (address !== null && typeof address === 'object') this.port = address.port;
      return this;
    }

    async stop(): Promise<void> {
      for (const socket of this.sockets) socket.destroy();
      await new Promise((resolve) => this.#server.close(resolve));
    }

    #serve(socket: Socket): void {
      this.connections++;
      if (this.sockets.size > 0) this.overlaps++;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => {});
      socket.on('data', (frame: Buffer) => {
        const whole = answerTo(frame);
        const { next } = this;
        this.next = 'answer';
        if (next === 'answer') socket.write(whole);
        if (next === 'nonsense') socket.write('HTTP/1.1 400 Bad Request');
        if (next === 'half') socket.write(whole.subarray(0, 8));
        if (next === 'hangUp') socket.end();
        if (next === 'reset') socket.resetAndDestroy();
      });
    }
  }

  async function startDevice(): Promise<SingleClient> {
    const device = await new SingleClient().start();
    atEnd.push(() => device.stop());
    return device;
  }

  function openLine(port: number, options: TcpLineOptions = {}): ModbusLine {
    const retries = { firstRetryMs: 1, lastRetryMs: 10, ...options };
    const line = openTcpLine({ host: '127.0.0.1', port, clock, log: new RecordingLog(), options: retries });
    atEnd.push(() => line.close());
    return line;
  }

  async function untilOpen(line: ModbusLine): Promise<void> {
    for (let tries = 0; tries < 2_000 && !line.isOpen(); tries++) await sleep(5);
    expect(line.isOpen()).toBe(true);
  }

  it('never sees a second connection beside the first, whatever goes wrong', async () => {
    const device = await startDevice();
    const line = openLine(device.port);
    for (let turn = 0; turn < 4; turn++) {
      for (const next of ['nonsense', 'half', 'hangUp', 'reset', 'silence', 'silence', 'silence'] as const) {
        await untilOpen(line);
        device.next = next;
        expect((await line.request(read({ timeoutMs: 20 }))).ok).toBe(false);
      }
      for (const socket of device.sockets) socket.end();
      await sleep(5);
    }
    await untilOpen(line);
    expect((await line.request(read())).ok).toBe(true);
    expect(device.connections).toBeGreaterThan(20);
    expect(device.overlaps).toBe(0);
  });

  it.each(['end', 'resetAndDestroy'] as const)(
    'may end an idle session (%s): the next request is answered as if nothing had been',
    async (how) => {
      const device = await startDevice();
      const line = openLine(device.port);
      await untilOpen(line);
      for (let turn = 0; turn < 5; turn++) {
        expect((await line.request(read())).ok).toBe(true);
        for (const socket of device.sockets) socket[how]();
        await sleep(turn * 2);
        const next = line.request(narrowing());
        // It may have been sent into the connection that was just being ended; then its loss is no idle one.
        if (turn > 0) expect(await next).toEqual({ ok: true, words: [] });
        await next;
        await untilOpen(line);
      }
      expect(device.overlaps).toBe(0);
    },
  );

  it('keeps its connection when an answer is missing and its maker wants no early reconnect', async () => {
    const device = await startDevice();
    const line = openLine(device.port, { reconnectMs: 100 });
    await untilOpen(line);
    for (let turn = 0; turn < 3; turn++) {
      for (const next of ['silence', 'silence', 'answer'] as const) {
        device.next = next;
        expect((await line.request(read({ timeoutMs: next === 'answer' ? 1_000 : 20 }))).ok).toBe(
          next === 'answer',
        );
      }
    }
    expect(device.connections).toBe(1);
    for (let turn = 0; turn < 3; turn++) {
      device.next = 'silence';
      await line.request(read({ timeoutMs: 20 }));
    }
    await untilOpen(line);
    expect(device.connections).toBe(2);
  });

  it('is left alone for as long as its maker wants after a loss', async () => {
    const device = await startDevice();
    const line = openLine(device.port, { reconnectMs: 300 });
    await untilOpen(line);
    device.next = 'hangUp';
    const lostAtMs = clock.runningMs();
    expect((await line.request(read())).ok).toBe(false);
    await untilOpen(line);
    expect(clock.runningMs() - lostAtMs).toBeGreaterThanOrEqual(299);
    expect(device.connections).toBe(2);
  });
});
