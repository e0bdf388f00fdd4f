import type { LineStatistics, ModbusLine, ModbusRequest, ModbusResult } from '../../src/ports/modbusLine.ts';
import { settle } from '../support/steppedClock.ts';

/** Knows whether a request is under way, and keeps what was written. */
export class WatchedLine implements ModbusLine {
  inFlight = 0;
  readonly writes: ModbusRequest[] = [];
  readonly #line: ModbusLine;
  readonly #speed: number;

  /** @param speed how much faster than the machine the other end of the wire is */
  constructor(line: ModbusLine, speed = 1) {
    this.#line = line;
    this.#speed = speed;
  }

  async request(request: ModbusRequest): Promise<ModbusResult> {
    this.inFlight++;
    if (request.values !== undefined) this.writes.push(request);
    try {
      // What the maker wants of silence passes at the speed of the wire.
      const silenceMs = (request.silenceMs ?? 0) / this.#speed;
      return await this.#line.request({ ...request, silenceMs });
    } finally {
      this.inFlight--;
    }
  }

  isOpen(): boolean {
    return this.#line.isOpen();
  }

  statistics(): LineStatistics {
    return this.#line.statistics();
  }

  close(): Promise<void> {
    return this.#line.close();
  }
}

const STEP_MS = 50;

/** For bytes that are on their way. */
export function aMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** Lets a stepped clock go on while nothing is on the wire, and waits for the wire otherwise. */
export async function whileWaiting<T>(
  work: Promise<T>,
  line: WatchedLine,
  step: (delayMs: number) => Promise<void>,
): Promise<T> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  work.then(done, done);
  for (;;) {
    await settle();
    if (isDone) return work;
    if (line.inFlight === 0) await step(STEP_MS);
    else {
      await aMoment();
      await step(0);
    }
  }
}
