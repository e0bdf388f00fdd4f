import type { Connect, ConnectionEvents } from '../../src/adapters/modbus/connection.ts';
import { GuardedLine } from '../../src/adapters/modbus/guardedLine.ts';
import { DEFAULT_LINE_OPTIONS } from '../../src/adapters/modbus/lineOptions.ts';
import type { Protocol } from '../../src/adapters/modbus/protocol.ts';
import type {
  LinePriority,
  ModbusFunction,
  ModbusRequest,
  ModbusResult,
} from '../../src/ports/modbusLine.ts';
import { FuzzClock } from './fuzzClock.ts';
import { Dice, FuzzDevices, WRITABLE_BELOW, wordAt } from './fuzzDevices.ts';
import { RecordingLog } from './recordingLog.ts';

/** How a wire frames, and how it spoils. Written from the protocol's documents, without the driver's hands. */
export interface FuzzWire {
  newProtocol(): Protocol;
  /** Unit, function code and data of what the line sent. */
  parse(frame: Buffer): { readonly unit: number; readonly pdu: Buffer };
  /** How long the frame takes on the wire. */
  lineTimeMs(characters: number): number;
  /** A request went out: what comes from now on may be taken for its answer. */
  begin(frame: Buffer): void;
  /** The right frame of an answer. */
  answer(frame: Buffer, unit: number, pdu: Buffer): Buffer;
  /** What a bad device or a bad line makes of the answer, while its request still waits. */
  spoil(frame: Buffer, unit: number, pdu: Buffer, dice: Dice): Buffer;
  /** False when these bytes would by pure chance complete a frame that no receiver could tell from the right one. */
  canBeTold(bytes: Buffer, isRight: boolean): boolean;
  /** An adapter that gives back what is sent. */
  readonly hasLocalEcho: boolean;
}

export interface FuzzReport {
  frames: number;
  answered: number;
  faults: number;
  lateFrames: number;
  spoiltFrames: number;
  /** Left out: by chance they carried the checksum of the right answer, or would have filled half a TCP frame. */
  untellable: number;
  connections: number;
  longestMs: number;
  /** The first few wrong answers, in words. */
  readonly wrong: string[];
}

const TIMEOUT_MS = 100;
/** A spoilt answer comes while its request waits, also when the wait was cut short. */
const SPOILT_WITHIN_MS = 40;
/** A device answers late, but not later than the line remembers. */
const LATEST_MS = 3_400;
const WAITING = 3;
const LONGEST_WAIT_MS = 120_000;

/**
 * Asks the fuzzed line until so many frames have come from it, and holds each result against what only this very request
 * may get: a read, the values of its own unit, table and address; a write, that the unit holds what was written, also
 * when it has done all that it still has to do.
 */
export async function fuzzLine(wire: FuzzWire, frames: number, seed: number): Promise<FuzzReport> {
  const run = new FuzzRun(wire, new Dice(seed));
  await run.until(frames);
  return run.report;
}

class FuzzRun {
  readonly report: FuzzReport = {
    frames: 0,
    answered: 0,
    faults: 0,
    lateFrames: 0,
    spoiltFrames: 0,
    untellable: 0,
    connections: 0,
    longestMs: 0,
    wrong: [],
  };
  readonly #wire: FuzzWire;
  readonly #dice: Dice;
  readonly #clock = new FuzzClock();
  readonly #devices = new FuzzDevices();
  /** Until when each unit is busy: it answers one question after the other. */
  readonly #busyUntilMs = new Map<number, number>();
  readonly #line: GuardedLine;
  #connection = 0;
  #asked = 0;
  #waiting = 0;

  constructor(wire: FuzzWire, dice: Dice) {
    this.#wire = wire;
    this.#dice = dice;
    this.#line = new GuardedLine({
      name: 'fuzz',
      clock: this.#clock,
      log: new RecordingLog(),
      options: { ...DEFAULT_LINE_OPTIONS, lastRetryMs: 500 },
      protocol: wire.newProtocol(),
      connect: this.#connect,
      findMistake: () => undefined,
    });
  }

  async until(frames: number): Promise<void> {
    while (this.report.frames < frames) {
      while (this.#waiting < WAITING) this.#ask();
      if (!this.#clock.step()) throw new Error('nothing is due any more: a request hangs');
      // What the step has settled, and what the line does upon it, runs before the next.
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    }
    await this.#line.close();
  }

  readonly #connect: Connect = (events) => {
    const connection = ++this.#connection;
    this.report.connections++;
    this.#clock.after(1, events.opened);
    return {
      send: (bytes) => {
        if (connection === this.#connection) this.#hear(Buffer.from(bytes), events, connection);
      },
      close: () => Promise.resolve(),
    };
  };

  #ask(): void {
    const request = this.#newRequest();
    const askedAtMs = this.#clock.runningMs();
    this.#waiting++;
    void this.#line.request(request).then((result) => {
      this.#waiting--;
      const tookMs = this.#clock.runningMs() - askedAtMs;
      this.report.longestMs = Math.max(this.report.longestMs, tookMs);
      this.#judge(request, result, tookMs);
    });
  }

  #newRequest(): ModbusRequest {
    const dice = this.#dice;
    const priority = dice.oneOf<LinePriority>(['poll', 'poll', 'poll', 'refresh', 'widening', 'narrowing']);
    const common = { unit: 1 + dice.below(3), priority, timeoutMs: TIMEOUT_MS };
    const functionCode = dice.oneOf<ModbusFunction>([1, 2, 3, 3, 3, 3, 4, 4, 5, 6, 6, 15, 16]);
    if (functionCode <= 4) {
      // Every read has addresses of its own; its shape is that of many others.
      this.#asked = (this.#asked + 16) % 60_000;
      const count = functionCode <= 2 ? dice.oneOf([32, 40]) : dice.oneOf([2, 2, 2, 6]);
      return { ...common, functionCode, address: WRITABLE_BELOW + this.#asked, count };
    }
    const count = functionCode <= 6 ? 1 : 2;
    const values = Array.from({ length: count }, () => dice.below(functionCode === 15 ? 2 : 3));
    return { ...common, functionCode, address: 2 * dice.below(2), count, values };
  }

  #judge(request: ModbusRequest, result: ModbusResult, tookMs: number): void {
    if (tookMs > LONGEST_WAIT_MS) this.#complain(request, `was answered after ${tookMs} ms`);
    if (!result.ok) {
      this.report.faults++;
      return;
    }
    this.report.answered++;
    const { unit, functionCode, address, count, values } = request;
    if (values !== undefined) {
      const isCoil = functionCode === 5 || functionCode === 15;
      const nowMs = this.#clock.runningMs();
      const held = values.map((_, index) => this.#devices.valueSoon(unit, isCoil, address + index, nowMs));
      if (`${held}` !== `${values}`) this.#complain(request, `claims ${values}, the unit holds ${held}`);
      return;
    }
    const expected = Array.from({ length: count }, (_, index) =>
      functionCode <= 2
        ? (wordAt(unit, functionCode, address + (index >> 4)) >> (index & 15)) & 1
        : wordAt(unit, functionCode, address + index),
    );
    if (`${result.words}` !== `${expected}`) this.#complain(request, `got ${result.words} for ${expected}`);
  }

  #complain({ unit, functionCode, address }: ModbusRequest, what: string): void {
    if (this.report.wrong.length >= 5) return;
    const atMs = this.#clock.runningMs();
    this.report.wrong.push(`${atMs} ms: unit ${unit}, function ${functionCode} at ${address} ${what}`);
  }

  /** A request is on the wire: the fate of its answer is drawn. */
  #hear(frame: Buffer, events: ConnectionEvents, connection: number): void {
    const dice = this.#dice;
    const wire = this.#wire;
    const { unit, pdu } = wire.parse(frame);
    const sentMs = wire.lineTimeMs(frame.length);
    const nowMs = this.#clock.runningMs();
    const deliver = (bytes: Buffer, isRight: boolean) => {
      if (connection !== this.#connection) return;
      if (!wire.canBeTold(bytes, isRight)) {
        this.report.untellable++;
        return;
      }
      this.report.frames++;
      const cut = dice.isWithin(0.2) ? dice.below(bytes.length) : 0;
      if (cut > 0) events.received(bytes.subarray(0, cut));
      events.received(bytes.subarray(cut));
    };
    wire.begin(frame);
    if (wire.hasLocalEcho) {
      const isDamaged = dice.isWithin(0.02);
      const echo = isDamaged ? Buffer.concat([frame.subarray(1), Buffer.from([0x7f])]) : frame;
      this.#clock.after(sentMs, () => deliver(echo, !isDamaged));
    }
    if (dice.isWithin(0.03))
      this.#clock.after(sentMs + dice.below(60), () => deliver(dice.bytes(1 + dice.below(40)), false));
    if (dice.isWithin(0.04)) return;
    const fate = dice.oneOf([
      'right',
      'right',
      'right',
      'right',
      'spoilt',
      'spoilt',
      'late',
      'unanswered',
      'refused',
    ] as const);
    const thinkingMs =
      fate === 'late'
        ? TIMEOUT_MS + dice.below(dice.oneOf([200, 200, 600, LATEST_MS]))
        : 5 + dice.below(SPOILT_WITHIN_MS - 5);
    const startMs = Math.max(nowMs + sentMs + thinkingMs, this.#busyUntilMs.get(unit) ?? 0);
    const untilMs = startMs + wire.lineTimeMs(8);
    this.#busyUntilMs.set(unit, untilMs);
    const isLate = startMs - nowMs - sentMs > SPOILT_WITHIN_MS;
    if (fate !== 'refused') this.#devices.accept(unit, pdu, nowMs);
    this.#clock.after(untilMs - nowMs, () => {
      if (fate === 'refused') {
        const refusal = Buffer.from([pdu.readUInt8(0) | 0x80, dice.oneOf([2, 4, 6])]);
        deliver(wire.answer(frame, unit, refusal), true);
        return;
      }
      const answer = this.#devices.carryOut(unit, pdu);
      // A bad frame that is late as well could be the right answer to another question: no line can know.
      if (fate === 'unanswered' || (fate === 'spoilt' && isLate)) return;
      if (fate === 'spoilt') {
        this.report.spoiltFrames++;
        deliver(wire.spoil(frame, unit, answer, dice), false);
        return;
      }
      if (isLate) this.report.lateFrames++;
      deliver(wire.answer(frame, unit, answer), true);
    });
  }
}
