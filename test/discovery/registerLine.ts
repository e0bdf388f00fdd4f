import type { Clock } from '../../src/ports/clock.ts';
import type {
  LineStatistics,
  ModbusLine,
  ModbusRequest,
  ModbusResult,
  UnitStatistics,
} from '../../src/ports/modbusLine.ts';
import type { SteppedClock } from '../support/steppedClock.ts';

/** What a unit holds: words by address, for each function that it knows. Everything else is refused. */
export type UnitImage = Readonly<Partial<Record<1 | 2 | 3 | 4, Readonly<Record<number, number>>>>>;

/** A line of register images that notes every request. Units that are not there keep silent for their time-out. */
export class RegisterLine implements ModbusLine {
  readonly requests: ModbusRequest[] = [];
  readonly #units: ReadonlyMap<number, UnitImage>;
  readonly #clock: Clock;
  isClosed = false;
  counters: Partial<LineStatistics> = {};
  /** Instead of silence. */
  missing: ModbusResult = { ok: false, fault: 'device-timeout', detail: 'no answer' };
  opensAfterMs = 0;
  readonly #openedAtMs: number;

  constructor(clock: Clock, units: ReadonlyMap<number, UnitImage>) {
    this.#clock = clock;
    this.#units = units;
    this.#openedAtMs = clock.runningMs();
  }

  async request(request: ModbusRequest): Promise<ModbusResult> {
    this.requests.push(request);
    if (!this.isOpen())
      return { ok: false, fault: 'device-offline', detail: 'nowhere: there is no such port' };
    const image = this.#units.get(request.unit);
    if (image === undefined) {
      await new Promise<void>((resolve) => {
        this.#clock.after(request.timeoutMs, resolve);
      });
      return this.missing;
    }
    const table = image[request.functionCode as 1 | 2 | 3 | 4];
    const words = Array.from({ length: request.count }, (_, index) => table?.[request.address + index]);
    if (words.every((word) => word !== undefined)) return { ok: true, words };
    return { ok: false, fault: 'device-exception', detail: 'refused', exceptionCode: 2 };
  }

  isOpen(): boolean {
    return !this.isClosed && this.#clock.runningMs() >= this.#openedAtMs + this.opensAfterMs;
  }

  statistics(): LineStatistics {
    return { ...emptyStatistics(), ...this.counters };
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

export function emptyStatistics(): LineStatistics {
  return {
    requests: 0,
    timeouts: 0,
    exceptions: 0,
    badCrc: 0,
    strayBytes: 0,
    lateReplies: 0,
    wrongUnit: 0,
    reconnects: 0,
    superseded: 0,
    units: [],
  };
}

export function unitStatistics(unit: number, given: Partial<UnitStatistics> = {}): UnitStatistics {
  const nothing = { requests: 0, answers: 0, timeouts: 0, exceptions: 0, badReplies: 0 };
  return { unit, ...nothing, turnaround: [0, 0, 0, 0, 0, 0, 0, 0, 0], ...given };
}

/** Steps the clock until the work is done. */
export async function drive<T>(clock: SteppedClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const ended = work.finally(() => {
    isDone = true;
  });
  for (let step = 0; !isDone && step < 100_000; step++) await clock.advance(10);
  return ended;
}

/** Words at consecutive addresses. */
export function image(from: number, words: readonly number[]): Readonly<Record<number, number>> {
  return Object.fromEntries(words.map((word, index) => [from + index, word]));
}

export function textWords(text: string, registers: number): number[] {
  const bytes = Buffer.alloc(registers * 2);
  bytes.write(text, 'latin1');
  return Array.from({ length: registers }, (_, index) => bytes.readUInt16BE(index * 2));
}
