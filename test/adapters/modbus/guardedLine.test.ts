import { beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionEvents } from '../../../src/adapters/modbus/connection.ts';
import { GuardedLine } from '../../../src/adapters/modbus/guardedLine.ts';
import { DEFAULT_LINE_OPTIONS, type LineOptions } from '../../../src/adapters/modbus/lineOptions.ts';
import {
  findBroadcastMistake,
  frameSilenceMs,
  RtuProtocol,
} from '../../../src/adapters/modbus/rtuProtocol.ts';
import type { LinePriority, ModbusRequest, ModbusResult } from '../../../src/ports/modbusLine.ts';
import { rtuFrame } from '../../support/faultSlave.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { SteppedClock, settle } from '../../support/steppedClock.ts';

const TIMING = { baudRate: 9600, bitsPerCharacter: 11 };
const TIMEOUT_MS = 200;
const LATE_WINDOW_MS = 300;
const TURNAROUND_MS = 150;
const FORGET_AFTER_MS = 5_000;

interface Sent {
  readonly atMs: number;
  readonly bytes: Buffer;
}

let clock: SteppedClock;
let log: RecordingLog;
let wires: ConnectionEvents[];
let sent: Sent[];

beforeEach(() => {
  clock = new SteppedClock({ runningMs: 1_000 });
  log = new RecordingLog();
  wires = [];
  sent = [];
});

function newLine(options: LineOptions = {}): GuardedLine {
  return new GuardedLine({
    name: 'ttyTest',
    clock,
    log,
    options: { ...DEFAULT_LINE_OPTIONS, ...options },
    protocol: new RtuProtocol({
      ...TIMING,
      lateWindowMs: LATE_WINDOW_MS,
      turnaroundMs: TURNAROUND_MS,
      forgetAfterMs: FORGET_AFTER_MS,
    }),
    findMistake: findBroadcastMistake,
    connect: (events) => {
      wires.push(events);
      return {
        send: (bytes) => void sent.push({ atMs: clock.runningMs(), bytes: Buffer.from(bytes) }),
        close: () => Promise.resolve(),
      };
    },
  });
}

async function openedLine(options: LineOptions = {}): Promise<GuardedLine> {
  const line = newLine(options);
  wires.at(-1)?.opened();
  await clock.advance(400);
  return line;
}

function read(address: number, more: Partial<ModbusRequest> = {}): ModbusRequest {
  return { unit: 1, functionCode: 3, address, count: 2, priority: 'poll', timeoutMs: TIMEOUT_MS, ...more };
}

function write(address: number, value: number, priority: LinePriority, unit = 1): ModbusRequest {
  return { unit, functionCode: 6, address, count: 1, values: [value], priority, timeoutMs: TIMEOUT_MS };
}

/** Answers what was sent last as a healthy device does. */
function answerLast(words: readonly number[] = [7, 8]): void {
  const request = sent.at(-1)?.bytes ?? Buffer.alloc(0);
  const [unit = 0, functionCode = 0] = request;
  const data = words.flatMap((word) => [word >> 8, word & 0xff]);
  const pdu = functionCode <= 4 ? Buffer.from([functionCode, data.length, ...data]) : request.subarray(1, 6);
  wires.at(-1)?.received(rtuFrame(unit, pdu));
}

/** Lets a healthy device with these words answer everything that goes out. */
async function answerAll(words?: readonly number[]): Promise<void> {
  for (let answered = 0; answered < sent.length || answered === 0; ) {
    answered = sent.length;
    answerLast(words ?? Array.from({ length: sent.at(-1)?.bytes.readUInt16BE(4) ?? 0 }, () => 7));
    await clock.advance(60);
  }
}

function addresses(): number[] {
  return sent.map(({ bytes }) => bytes.readUInt16BE(2));
}

describe('the order on a line', () => {
  it('lets a narrowing write overtake waiting polls, widenings and refreshes, in that order of classes', async () => {
    const line = await openedLine();
    const results = [
      line.request(read(1)),
      line.request(read(2)),
      line.request(write(3, 1, 'widening', 2)),
      line.request(write(4, 1, 'refresh', 3)),
      line.request(write(5, 1, 'narrowing', 4)),
      line.request(write(6, 1, 'narrowing', 4)),
      line.request(read(7)),
    ];
    await settle();
    expect(addresses()).toEqual([1]);
    await answerAll();
    expect(addresses()).toEqual([1, 5, 6, 4, 3, 2, 7]);
    expect((await Promise.all(results)).every(({ ok }) => ok)).toBe(true);
  });

  it('has one request under way at a time and keeps 3.5 characters of silence between frames', async () => {
    const line = await openedLine();
    void line.request(read(1));
    void line.request(read(2));
    await clock.advance(20);
    expect(sent).toHaveLength(1);
    answerLast();
    const answeredAtMs = clock.runningMs();
    await clock.advance(20);
    expect(sent).toHaveLength(2);
    expect(frameSilenceMs(TIMING)).toBeCloseTo(4.01, 2);
    expect(frameSilenceMs({ ...TIMING, bitsPerCharacter: 10 })).toBeCloseTo(3.65, 2);
    expect(sent[1]?.atMs).toBeCloseTo(answeredAtMs + frameSilenceMs(TIMING), 6);
    expect(frameSilenceMs({ ...TIMING, baudRate: 115_200 })).toBe(1.75);
  });

  it('keeps the silence that the maker of the device wants, from the end of the last frame', async () => {
    const line = await openedLine();
    void line.request(read(1));
    answerLast();
    const answeredAtMs = clock.runningMs();
    void line.request(read(2, { silenceMs: 100 }));
    await clock.advance(150);
    expect(sent[1]?.atMs).toBe(answeredAtMs + 100);
  });

  it('lets an identical poll that waits already answer for both', async () => {
    const line = await openedLine();
    const first = line.request(read(1));
    const twins = [line.request(read(2)), line.request(read(2))];
    const other = line.request(read(2, { count: 1 }));
    await answerAll();
    expect(addresses()).toEqual([1, 2, 2]);
    expect(await Promise.all([first, ...twins, other])).toHaveLength(4);
    expect(await twins[1]).toEqual({ ok: true, words: [7, 7] });
  });

  it('drops a waiting widening and refresh when a narrowing write to the unit overtakes them', async () => {
    const line = await openedLine();
    void line.request(read(1));
    const widening = line.request(write(10, 32, 'widening'));
    const refresh = line.request(write(11, 16, 'refresh'));
    const ofOtherUnit = line.request(write(10, 32, 'widening', 2));
    const narrowing = line.request(write(10, 6, 'narrowing'));
    expect(await widening).toMatchObject({ ok: false, fault: 'write-refused' });
    expect(await refresh).toMatchObject({ ok: false, fault: 'write-refused' });
    await answerAll();
    expect(await narrowing).toEqual({ ok: true, words: [] });
    expect(await ofOtherUnit).toEqual({ ok: true, words: [] });
    expect(sent.map(({ bytes }) => bytes.readUInt16BE(4))).toEqual([2, 6, 32]);
  });

  it('does not hold a waiting narrowing back for a later widening to the same register', async () => {
    const line = await openedLine();
    void line.request(read(1));
    const narrowing = line.request(write(10, 6, 'narrowing'));
    const widening = line.request(write(10, 32, 'widening'));
    await answerAll();
    expect([await narrowing, await widening].every(({ ok }) => ok)).toBe(true);
    expect(sent.map(({ bytes }) => bytes.readUInt16BE(4))).toEqual([2, 6, 32]);
  });

  it('answers the least urgent request with a fault when too many wait', async () => {
    const line = await openedLine({ maximumWaiting: 2 });
    void line.request(read(1));
    const polls = [line.request(read(2)), line.request(read(3))];
    void line.request(write(5, 1, 'narrowing'));
    expect(await polls[1]).toMatchObject({ ok: false, fault: 'device-timeout' });
    expect(await line.request(read(4))).toMatchObject({
      ok: false,
      detail: expect.stringContaining('2 requests wait'),
    });
    await answerAll();
    expect(addresses()).toEqual([1, 5, 2]);
  });
});

describe('after a missing reply', () => {
  async function afterTimeout(request: ModbusRequest = read(1)): Promise<GuardedLine> {
    const line = await openedLine();
    const result = line.request(request);
    await clock.advance(TIMEOUT_MS + 50);
    expect(await result).toMatchObject({ ok: false, fault: 'device-timeout' });
    return line;
  }

  it('drops what comes during the late window and sends no poll before the line is silent', async () => {
    const line = await afterTimeout();
    const next = line.request(read(40, { unit: 2 }));
    await clock.advance(LATE_WINDOW_MS - 70);
    wires.at(-1)?.received(rtuFrame(1, Buffer.from([3, 4, 0, 1, 0, 2])).subarray(0, 5));
    await clock.advance(40);
    wires.at(-1)?.received(rtuFrame(1, Buffer.from([3, 4, 0, 1, 0, 2])).subarray(5));
    const lastByteAtMs = clock.runningMs();
    await clock.advance(200);
    expect(sent).toHaveLength(2);
    expect(sent[1]?.atMs).toBe(lastByteAtMs + 50);
    answerLast();
    expect(await next).toEqual({ ok: true, words: [7, 8] });
    expect(line.statistics()).toMatchObject({ timeouts: 1, lateReplies: 1 });
  });

  it('sends a narrowing write during the late window when no late reply can be taken for its echo', async () => {
    const line = await afterTimeout();
    const narrowing = line.request(write(9, 6, 'narrowing'));
    await clock.advance(5);
    expect(addresses()).toEqual([1, 9]);
    wires.at(-1)?.received(rtuFrame(1, Buffer.from([3, 4, 0, 1, 0, 2])));
    answerLast();
    expect(await narrowing).toEqual({ ok: true, words: [] });
  });

  it('reads something of another length before the same kind of read, and takes no late reply for either', async () => {
    const line = await afterTimeout();
    const next = line.request(read(30));
    await clock.advance(LATE_WINDOW_MS);
    const probe = sent.at(-1)?.bytes;
    expect([probe?.readUInt8(1), probe?.readUInt16BE(2), probe?.readUInt16BE(4)]).toEqual([3, 30, 1]);
    wires.at(-1)?.received(rtuFrame(1, Buffer.from([3, 4, 0xba, 0xad, 0xba, 0xad])));
    await clock.advance(10);
    expect(sent).toHaveLength(2);
    answerLast([1]);
    await clock.advance(60);
    expect(sent).toHaveLength(3);
    answerLast([5, 6]);
    expect(await next).toEqual({ ok: true, words: [5, 6] });
    const after = line.request(read(31));
    await clock.advance(10);
    expect(addresses()).toEqual([1, 30, 30, 31]);
    answerLast([5, 6]);
    expect((await after).ok).toBe(true);
  });

  it('needs no probe when the next read differs by itself', async () => {
    const line = await afterTimeout();
    const next = line.request(read(30, { count: 3 }));
    await clock.advance(LATE_WINDOW_MS);
    answerLast([1, 2, 3]);
    expect(await next).toEqual({ ok: true, words: [1, 2, 3] });
    const same = line.request(read(1));
    await clock.advance(10);
    answerLast();
    expect((await same).ok).toBe(true);
    expect(addresses()).toEqual([1, 30, 1]);
  });

  it('does not trust an exception to a probe of the same function and asks by the other function', async () => {
    const line = await afterTimeout();
    const next = line.request(read(30));
    await clock.advance(LATE_WINDOW_MS);
    wires.at(-1)?.received(rtuFrame(1, Buffer.from([0x83, 2])));
    await clock.advance(60);
    expect(sent.at(-1)?.bytes.readUInt8(1)).toBe(4);
    wires.at(-1)?.received(rtuFrame(1, Buffer.from([0x84, 1])));
    await clock.advance(60);
    answerLast([5, 6]);
    expect(await next).toEqual({ ok: true, words: [5, 6] });
    expect(sent).toHaveLength(4);
  });

  it('gives up after three probes that prove nothing', async () => {
    const line = await afterTimeout();
    const attempts: ModbusResult[] = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      void line.request(read(30)).then((result) => attempts.push(result));
      await clock.advance(LATE_WINDOW_MS + TIMEOUT_MS + 60);
    }
    expect(attempts).toMatchObject([{ fault: 'device-timeout' }, { fault: 'device-timeout' }]);
    void line.request(read(30)).then((result) => attempts.push(result));
    await clock.advance(10);
    for (let probe = 0; probe < 6; probe++) {
      const functionCode = sent.at(-1)?.bytes.readUInt8(1) ?? 0;
      wires.at(-1)?.received(rtuFrame(1, Buffer.from([functionCode | 0x80, 6])));
      await clock.advance(60);
    }
    expect(attempts[2]).toMatchObject({ ok: false, fault: 'device-exception' });
    expect(sent.length).toBeLessThanOrEqual(6);
  });

  it('asks what was wanted, and never passes the answer of a probe off for it, when the third probe proves enough', async () => {
    const line = await afterTimeout();
    void line.request(read(20, { functionCode: 4 }));
    await clock.advance(LATE_WINDOW_MS + TIMEOUT_MS + 50);
    const next = line.request(read(30));
    await clock.advance(10);
    for (let probe = 0; probe < 2; probe++) {
      const functionCode = sent.at(-1)?.bytes.readUInt8(1) ?? 0;
      wires.at(-1)?.received(rtuFrame(1, Buffer.from([functionCode | 0x80, 6])));
      await clock.advance(60);
    }
    const [functionCode = 0, count = 0] = [
      sent.at(-1)?.bytes.readUInt8(1),
      sent.at(-1)?.bytes.readUInt16BE(4),
    ];
    expect([functionCode, count]).toEqual([4, 3]);
    answerLast(Array.from({ length: count }, () => 0xbad));
    await clock.advance(60);
    answerLast([5, 6]);
    expect(await next).toEqual({ ok: true, words: [5, 6] });
    expect(addresses()).toEqual([1, 20, 30, 30, 30, 30]);
  });

  it('does not take a late echo for a proof that nothing older follows', async () => {
    const line = await openedLine();
    const unanswered = [line.request(read(1)), line.request(write(9, 6, 'refresh'))];
    await clock.advance(3 * (TIMEOUT_MS + LATE_WINDOW_MS + 60));
    for (const result of unanswered) expect((await result).ok).toBe(false);
    const again = line.request(write(9, 6, 'refresh'));
    await clock.advance(20);
    expect(sent.at(-1)?.bytes.readUInt8(1)).toBe(6);
    answerLast();
    expect(await again).toEqual({ ok: true, words: [] });
    // The echo may have been that of the first write; then the answer to the read is still to come.
    const next = line.request(read(30));
    await clock.advance(60);
    expect(sent.at(-1)?.bytes.readUInt16BE(4)).not.toBe(2);
    wires.at(-1)?.received(rtuFrame(1, Buffer.from([3, 4, 0xba, 0xad, 0xba, 0xad])));
    answerLast(Array.from({ length: sent.at(-1)?.bytes.readUInt16BE(4) ?? 0 }, () => 1));
    await clock.advance(60);
    answerLast([5, 6]);
    expect(await next).toEqual({ ok: true, words: [5, 6] });
  });

  it.each([
    ['the same function', write(9, 16, 'refresh')],
    [
      'several values at once',
      { ...write(8, 0, 'refresh'), functionCode: 16, count: 2, values: [1, 16] } as const,
    ],
  ])(
    'asks for proof before a write whose late echo may stand for a value that was overwritten since, by %s',
    async (_name, between) => {
      const line = await openedLine();
      void line.request(read(1));
      answerLast();
      for (const request of [write(9, 6, 'refresh'), between]) {
        void line.request(request);
        await clock.advance(TIMEOUT_MS + LATE_WINDOW_MS + 100);
      }
      expect(sent.map(({ bytes }) => bytes.readUInt8(1))).toEqual([3, 6, between.functionCode]);
      const again = line.request(write(9, 6, 'refresh'));
      await clock.advance(60);
      expect(sent.at(-1)?.bytes.readUInt8(1)).toBe(4);
      wires.at(-1)?.received(rtuFrame(1, Buffer.from([6, 0, 9, 0, 6])));
      await clock.advance(10);
      answerLast([16]);
      await clock.advance(60);
      expect(sent.at(-1)?.bytes.readUInt8(1)).toBe(6);
      answerLast();
      expect(await again).toEqual({ ok: true, words: [] });
    },
  );

  it('forgets the missing reply after a while, so that a device that ignores probes is not lost', async () => {
    const line = await afterTimeout();
    await clock.advance(FORGET_AFTER_MS);
    const next = line.request(read(1));
    await clock.advance(10);
    expect(sent).toHaveLength(2);
    answerLast();
    expect((await next).ok).toBe(true);
  });

  it('sends a multiple write even when its probe stays unanswered, and reports its echo as doubtful', async () => {
    const multiple = (values: number[]): ModbusRequest => ({
      ...write(20, 0, 'narrowing'),
      functionCode: 16,
      count: 2,
      values,
    });
    const line = await afterTimeout(multiple([1, 2]));
    const next = line.request(multiple([3, 4]));
    await clock.advance(10);
    expect(sent.at(-1)?.bytes.readUInt8(1)).toBe(3);
    await clock.advance(TIMEOUT_MS + 150);
    expect(sent.map(({ bytes }) => bytes.readUInt8(1))).toEqual([16, 3, 16]);
    answerLast();
    expect(await next).toMatchObject({ ok: false, fault: 'device-bad-reply' });
  });

  it('lets nobody wait for ever on a line that never falls silent', async () => {
    const line = await afterTimeout();
    const next = line.request(read(40, { unit: 2 }));
    for (let step = 0; step < 250 && sent.length < 2; step++) {
      wires.at(-1)?.received(Buffer.from([0x55]));
      await clock.advance(10);
    }
    expect(sent).toHaveLength(2);
    wires.at(-1)?.received(rtuFrame(2, Buffer.from([3, 4, 0, 1, 0, 2])));
    expect(await next).toEqual({ ok: true, words: [1, 2] });
    expect(line.statistics().strayBytes).toBeGreaterThan(100);
  });
});

describe('requests that never reach the wire', () => {
  it.each([
    ['a unit beyond 247', read(1, { unit: 248 })],
    ['no registers', read(1, { count: 0 })],
    ['126 registers', read(1, { count: 126 })],
    ['addresses beyond the last', read(0xffff)],
    ['a word of 17 bits', write(1, 0x1_0000, 'widening')],
    ['half a word', write(1, 0.5, 'widening')],
    [
      'fewer values than announced',
      { ...write(1, 1, 'widening'), functionCode: 16, count: 2 } as ModbusRequest,
    ],
    ['a read of everybody', read(1, { unit: 0 })],
  ])('refuses %s', async (_name, request) => {
    const line = await openedLine();
    expect(await line.request(request)).toMatchObject({ ok: false, fault: 'write-refused' });
    expect(sent).toHaveLength(0);
  });

  it('waits for the turnaround after a broadcast and then goes on', async () => {
    const line = await openedLine();
    const broadcast = line.request(write(1, 1, 'narrowing', 0));
    const next = line.request(read(2));
    await clock.advance(TURNAROUND_MS);
    expect(sent).toHaveLength(1);
    await clock.advance(20);
    expect(await broadcast).toEqual({ ok: true, words: [] });
    answerLast();
    expect((await next).ok).toBe(true);
    expect(line.statistics()).toMatchObject({ requests: 2, timeouts: 0 });
  });
});

describe('the connection of a line', () => {
  it('answers at once while there is none, and says why', async () => {
    const line = newLine();
    expect(line.isOpen()).toBe(false);
    expect(await line.request(read(1))).toMatchObject({ fault: 'device-offline' });
    wires[0]?.lost({ detail: 'there is no such port', isByPeer: false });
    expect(await line.request(read(1))).toEqual({
      ok: false,
      fault: 'device-offline',
      detail: 'ttyTest: there is no such port',
    });
  });

  it('tries again after 0.5 s, doubling to 30 s, says so once, and begins anew after an answer', async () => {
    const line = newLine();
    const delays: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      const lostAtMs = clock.runningMs();
      wires.at(-1)?.lost({ detail: 'there is no such port', isByPeer: false });
      const before = wires.length;
      while (wires.length === before) await clock.advance(100);
      delays.push(clock.runningMs() - lostAtMs);
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    wires.at(-1)?.opened();
    await clock.advance(400);
    const result = line.request(read(1));
    answerLast();
    expect((await result).ok).toBe(true);
    wires.at(-1)?.lost({ detail: 'the port went away', isByPeer: false });
    const before = wires.length;
    await clock.advance(500);
    expect(wires).toHaveLength(before + 1);
  });

  it('answers what is under way and what waits when the wire is lost, and ignores the old wire afterwards', async () => {
    const line = await openedLine();
    const results = [line.request(read(1)), line.request(read(2)), line.request(write(3, 1, 'narrowing'))];
    const old = wires.at(-1);
    old?.lost({ detail: 'the port went away', isByPeer: false });
    for (const result of await Promise.all(results)) {
      expect(result).toMatchObject({ ok: false, fault: 'device-offline' });
    }
    old?.opened();
    old?.received(rtuFrame(1, Buffer.from([3, 4, 0, 1, 0, 2])));
    old?.lost({ detail: 'again', isByPeer: false });
    expect(line.isOpen()).toBe(false);
    await clock.advance(500);
    wires.at(-1)?.opened();
    await clock.advance(400);
    const next = line.request(read(1));
    answerLast();
    expect((await next).ok).toBe(true);
    expect(line.statistics()).toMatchObject({ reconnects: 1 });
  });

  it('leaves no timer behind when it is closed', async () => {
    const line = await openedLine();
    void line.request(read(1));
    await line.close();
    const attempts = wires.length;
    await clock.advance(120_000);
    expect(wires).toHaveLength(attempts);
    expect(sent).toHaveLength(1);
  });

  it('does not connect again when it was closed between two attempts', async () => {
    const line = await openedLine();
    wires.at(-1)?.lost({ detail: 'the port went away', isByPeer: false });
    await line.close();
    await clock.advance(120_000);
    expect(wires).toHaveLength(1);
    expect(await line.request(read(1))).toMatchObject({ detail: 'ttyTest: the line was closed' });
  });
});
