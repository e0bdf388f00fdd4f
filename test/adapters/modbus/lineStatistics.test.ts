import { beforeEach, describe, expect, it } from 'vitest';
import { GuardedLine } from '../../../src/adapters/modbus/guardedLine.ts';
import { DEFAULT_LINE_OPTIONS } from '../../../src/adapters/modbus/lineOptions.ts';
import { findBroadcastMistake, RtuProtocol } from '../../../src/adapters/modbus/rtuProtocol.ts';
import { UnitLedger } from '../../../src/adapters/modbus/unitLedger.ts';
import { type ModbusRequest, TURNAROUND_CLASSES_MS } from '../../../src/ports/modbusLine.ts';
import { DirectLine } from '../../support/directLine.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { SteppedClock } from '../../support/steppedClock.ts';
import { plainUnit, SteppedWire, type WireUnit } from '../../support/steppedWire.ts';

const TIMING = {
  baudRate: 9600,
  bitsPerCharacter: 10,
  lateWindowMs: 300,
  turnaroundMs: 150,
  forgetAfterMs: 5_000,
};

let clock: SteppedClock;
let log: RecordingLog;
let units: Map<number, WireUnit>;
let wire: SteppedWire;
let line: GuardedLine;

beforeEach(async () => {
  clock = new SteppedClock();
  log = new RecordingLog();
  units = new Map([
    [1, plainUnit(17)],
    [2, plainUnit(450)],
  ]);
  wire = new SteppedWire({ clock, baudRate: 9600, bitsPerCharacter: 10, units });
  line = new GuardedLine({
    name: 'ttyTest',
    clock,
    log,
    options: DEFAULT_LINE_OPTIONS,
    protocol: new RtuProtocol(TIMING),
    connect: wire.connect,
    findMistake: findBroadcastMistake,
  });
  await clock.advance(1_000);
});

function read(unit: number, more: Partial<ModbusRequest> = {}): ModbusRequest {
  return { unit, functionCode: 3, address: 0, count: 2, priority: 'poll', timeoutMs: 500, ...more };
}

function write(unit: number, value: number, more: Partial<ModbusRequest> = {}): ModbusRequest {
  return { ...read(unit), functionCode: 6, count: 1, values: [value], priority: 'narrowing', ...more };
}

async function ask(request: ModbusRequest) {
  const result = line.request(request);
  await clock.advance(2_000);
  return result;
}

describe('what a line knows of each unit', () => {
  it('counts requests, answers, time-outs, exceptions and bad replies apart, in the order of the units', async () => {
    const exception: WireUnit = { turnaroundMs: 5, answer: () => Buffer.from([0x83, 2]) };
    const short: WireUnit = { turnaroundMs: 5, answer: () => Buffer.from([3, 2, 0, 7]) };
    units.set(9, exception).set(5, short);
    for (const unit of [9, 5, 1, 1, 7]) await ask(read(unit));
    expect(line.statistics()).toMatchObject({ requests: 5, timeouts: 1, exceptions: 1 });
    expect(line.statistics().units).toMatchObject([
      { unit: 1, requests: 2, answers: 2, timeouts: 0, exceptions: 0, badReplies: 0 },
      { unit: 5, requests: 1, answers: 0, timeouts: 0, exceptions: 0, badReplies: 1 },
      { unit: 7, requests: 1, answers: 0, timeouts: 1, exceptions: 0, badReplies: 0 },
      { unit: 9, requests: 1, answers: 0, timeouts: 0, exceptions: 1, badReplies: 0 },
    ]);
  });

  it('sorts turnarounds, from the end of the request to the end of the answer, into their classes', async () => {
    // 17 ms of thinking and 9 characters of answer; 450 ms and the same.
    for (const unit of [1, 1, 2]) await ask(read(unit));
    const [fast, slow] = line.statistics().units;
    expect(fast?.turnaround).toEqual([0, 0, 0, 2, 0, 0, 0, 0, 0]);
    expect(slow?.turnaround).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0]);
    expect(fast?.turnaround).toHaveLength(TURNAROUND_CLASSES_MS.length + 1);
  });

  it('knows when a unit answered last, by an exception too', async () => {
    const askedAtMs = clock.runningMs();
    await ask(read(1));
    await ask(read(7));
    const [first, silent] = line.statistics().units;
    expect(first?.lastAnswerMs).toBeCloseTo(askedAtMs + wire.lineTimeMs(8) + 17 + wire.lineTimeMs(9), 3);
    expect(silent?.lastAnswerMs).toBeUndefined();
  });

  it('counts reads that joined the same one as superseded', async () => {
    const all = [read(1), read(1), read(1), read(1)].map((request) => line.request(request));
    await clock.advance(1_000);
    expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true);
    expect(line.statistics()).toMatchObject({ requests: 2, superseded: 2 });
  });

  it('counts a broadcast as a request that nobody answers', async () => {
    expect(await ask(write(0, 1))).toEqual({ ok: true, words: [] });
    expect(line.statistics().units).toMatchObject([{ unit: 0, requests: 1, answers: 0, timeouts: 0 }]);
  });

  it('takes the exception by which a gateway reports a silent unit for silence', async () => {
    units.set(3, { turnaroundMs: 5, answer: () => Buffer.from([0x83, 11]) });
    expect(await ask(read(3))).toMatchObject({ ok: false, fault: 'device-timeout', exceptionCode: 11 });
    const [unit] = line.statistics().units;
    expect(unit).toMatchObject({ timeouts: 1, exceptions: 0 });
    expect(unit?.lastAnswerMs).toBeUndefined();
  });

  it('puts the ends of the classes where they are said to be', () => {
    const ledger = new UnitLedger();
    for (const turnaroundMs of [5, 5.1, 1_000, 1_000.1])
      ledger.addResult(1, { ok: true, words: [] }, 0, turnaroundMs);
    expect(ledger.units()[0]?.turnaround).toEqual([1, 1, 0, 0, 0, 0, 0, 1, 1]);
  });

  it('is known of a line without a wire as well', async () => {
    const devices = new Map([[1, { respond: () => Buffer.from([3, 4, 0, 1, 0, 2]) }]]);
    const direct = new DirectLine({ devices, clock });
    await direct.request(read(1));
    const silent = direct.request(read(4));
    await clock.advance(500);
    await silent;
    expect(direct.statistics()).toMatchObject({ requests: 2, timeouts: 1, superseded: 0 });
    expect(direct.statistics().units).toMatchObject([
      { unit: 1, answers: 1 },
      { unit: 4, timeouts: 1 },
    ]);
  });
});

describe('the patience with a silent unit', () => {
  async function timeOf(request: ModbusRequest): Promise<number> {
    const startMs = clock.runningMs();
    let endMs = startMs;
    const result = line.request(request).then(() => {
      endMs = clock.runningMs();
    });
    await clock.advance(3_000);
    await result;
    return endMs - startMs;
  }

  it('gives a unit that answered before one full wait, then short ones, and a full one every 15 s', async () => {
    await ask(read(1));
    wire.dead.add(1);
    const waits: number[] = [];
    // Each try takes 3 s here.
    for (let attempt = 0; attempt < 11; attempt++) {
      waits.push(await timeOf(read(1, { address: attempt, count: 3 + attempt })));
    }
    expect(waits.map((waitMs) => (waitMs > 500 ? 'full' : 'short'))).toEqual([
      ...['full', 'short', 'short', 'short', 'short'],
      ...['full', 'short', 'short', 'short', 'short', 'full'],
    ]);
    for (const waitMs of waits.filter((each) => each < 500)) expect(waitMs).toBeLessThan(120);
  });

  it('gives a unit that never answered, and every write, all the time that is asked for', async () => {
    for (let attempt = 0; attempt < 3; attempt++)
      expect(await timeOf(read(7, { count: 3 + attempt }))).toBeGreaterThan(500);
    await ask(read(1));
    wire.dead.add(1);
    for (const value of [1, 2, 3]) expect(await timeOf(write(1, value))).toBeGreaterThan(500);
  });

  it('asks another unit right after the second silence of a dead one, without a late window', async () => {
    wire.dead.add(1);
    await ask(read(1, { count: 3 }));
    await ask(read(1, { count: 4 }));
    const silent = line.request(read(1, { count: 5 }));
    const next = line.request(read(3));
    units.set(3, plainUnit(10));
    await clock.advance(2_000);
    await Promise.all([silent, next]);
    const asked = wire.frames.filter(({ from }) => from === 'gateway');
    const [dead, other] = asked.slice(-2);
    expect(other?.unit).toBe(3);
    expect((other?.startMs ?? 0) - (dead?.endMs ?? 0)).toBeLessThan(500 + wire.lineTimeMs(15) + 10);
  });

  it('is whole again after an answer', async () => {
    await ask(read(1));
    wire.dead.add(1);
    for (let attempt = 0; attempt < 2; attempt++) await ask(read(1, { count: 3 + attempt }));
    wire.dead.delete(1);
    expect(await ask(read(1, { count: 9 }))).toMatchObject({ ok: true });
    wire.dead.add(1);
    expect(await timeOf(read(1, { count: 10 }))).toBeGreaterThan(500);
  });

  it('meets a unit again that has become slower than the short wait, within 15 s', async () => {
    await ask(read(1));
    wire.dead.add(1);
    await ask(read(1, { count: 3 }));
    wire.dead.delete(1);
    units.set(1, plainUnit(300));
    const results: boolean[] = [];
    for (let attempt = 0; attempt < 8; attempt++)
      results.push((await ask(read(1, { count: 20 + attempt }))).ok);
    expect(results).toEqual([false, false, false, false, false, false, false, true]);
  });
});

describe('a serial adapter that echoes', () => {
  beforeEach(() => {
    wire.hasLocalEcho = true;
  });

  it('is found by the first read, reported once as a hint, and read through at full pace', async () => {
    for (let turn = 0; turn < 3; turn++) expect(await ask(read(1))).toEqual({ ok: true, words: [0, 0] });
    expect(line.statistics()).toMatchObject({ hasLocalEcho: true, requests: 3, timeouts: 0 });
    const hints = log.lines.filter(({ message }) => message.includes('gives back what is sent'));
    expect(hints).toHaveLength(1);
    const strayBefore = line.statistics().strayBytes;
    const all = [1, 2, 3].map((address) => line.request(read(1, { address })));
    const startMs = clock.runningMs();
    await Promise.all([clock.advance(300), ...all]);
    expect(line.statistics().strayBytes).toBe(strayBefore);
    const lastMs = wire.frames.at(-1)?.endMs ?? 0;
    expect(lastMs - startMs).toBeLessThan(3 * (wire.lineTimeMs(17) + 17 + 4));
  });

  it.each([5, 6] as const)(
    'never makes the echo of a write to a dead unit its acknowledgement (function %i), from the very first request on',
    async (functionCode) => {
      const request = write(1, 0xff00, { functionCode });
      wire.dead.add(1);
      for (let turn = 0; turn < 3; turn++) expect((await ask(request)).ok).toBe(false);
      const sent = wire.frames.filter(({ pdu }) => pdu[0] === functionCode);
      expect(sent).toHaveLength(3);
      wire.dead.delete(1);
      await clock.advance(5_000);
      expect(await ask(request)).toEqual({ ok: true, words: [] });
    },
  );

  it.each([
    [15, [1, 0, 1]],
    [16, [7, 8]],
  ] as const)(
    'acknowledges writes of several values as always (function %i)',
    async (functionCode, values) => {
      const request = write(1, 0, { functionCode, values: [...values], count: values.length });
      expect(await ask(request)).toEqual({ ok: true, words: [] });
      wire.dead.add(1);
      expect((await ask(request)).ok).toBe(false);
    },
  );

  it('reads something short before the first single write, to know whether the adapter echoes', async () => {
    await ask(write(1, 3));
    const asked = wire.frames.filter(({ from }) => from === 'gateway').map(({ pdu }) => pdu[0]);
    expect(asked).toEqual([3, 6]);
  });

  it('is noticed to have stopped, by three answers without an echo; until then no single write is acknowledged', async () => {
    for (let turn = 0; turn < 2; turn++) await ask(read(1));
    wire.hasLocalEcho = false;
    expect((await ask(write(1, 3))).ok).toBe(false);
    await clock.advance(5_000);
    // Answers shorter and longer than their question.
    for (const count of [1, 5, 1]) {
      expect(line.statistics().hasLocalEcho).toBe(true);
      expect((await ask(read(1, { count }))).ok).toBe(true);
    }
    expect(line.statistics().hasLocalEcho).toBeUndefined();
    expect(await ask(write(1, 3))).toEqual({ ok: true, words: [] });
  });

  it('is not seen where there is none, and one probe is enough, even of a dead unit', async () => {
    wire.hasLocalEcho = false;
    wire.dead.add(1);
    const first = line.request(write(1, 3));
    await clock.advance(3_000);
    expect((await first).ok).toBe(false);
    wire.dead.delete(1);
    await clock.advance(5_000);
    expect(await ask(write(1, 3))).toEqual({ ok: true, words: [] });
    const asked = wire.frames.filter(({ from }) => from === 'gateway').map(({ pdu }) => pdu[0]);
    expect(asked).toEqual([3, 6, 6]);
    expect(line.statistics().hasLocalEcho).toBeUndefined();
  });
});
