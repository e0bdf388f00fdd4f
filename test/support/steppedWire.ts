import type { Connect, ConnectionEvents } from '../../src/adapters/modbus/connection.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { rtuChecksum } from './faultSlave.ts';

/** A unit on the wire: how long it thinks, from the end of the request to the start of its answer, and what it says. */
export interface WireUnit {
  readonly turnaroundMs: number;
  /** Nothing when it keeps silent. */
  answer(pdu: Buffer): Buffer | undefined;
}

export interface WireFrame {
  readonly from: 'gateway' | 'unit';
  readonly unit: number;
  readonly pdu: Buffer;
  readonly startMs: number;
  readonly endMs: number;
}

interface WireOptions {
  readonly clock: Clock;
  readonly baudRate: number;
  readonly bitsPerCharacter: number;
  readonly units: ReadonlyMap<number, WireUnit>;
}

/**
 * A two-wire serial line with exact bit times on a stepped clock. Every frame that was on it is kept with its start and
 * end. Two that overlap destroy each other.
 */
export class SteppedWire {
  readonly frames: WireFrame[] = [];
  /** Units that hear nothing and say nothing. */
  readonly dead = new Set<number>();
  /** An adapter that gives back what is sent through it. */
  hasLocalEcho = false;
  collisions = 0;
  readonly #options: WireOptions;
  #busyUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  readonly connect: Connect = (events) => {
    this.#options.clock.after(0, events.opened);
    return { send: (bytes) => this.#send(Buffer.from(bytes), events), close: () => Promise.resolve() };
  };

  lineTimeMs(characters: number): number {
    const { baudRate, bitsPerCharacter } = this.#options;
    return (characters * bitsPerCharacter * 1000) / baudRate;
  }

  #send(frame: Buffer, events: ConnectionEvents): void {
    const { clock, units } = this.#options;
    const unit = frame.readUInt8(0);
    const pdu = frame.subarray(1, -2);
    const endMs = this.#occupy('gateway', unit, pdu);
    if (this.hasLocalEcho) clock.after(endMs - clock.runningMs(), () => events.received(frame));
    const device = this.dead.has(unit) ? undefined : units.get(unit);
    const answer = device?.answer(pdu);
    if (device === undefined || answer === undefined) return;
    clock.after(endMs + device.turnaroundMs - clock.runningMs(), () => {
      const collisionsBefore = this.collisions;
      const untilMs = this.#occupy('unit', unit, answer);
      const body = Buffer.concat([Buffer.from([unit]), answer]);
      const tail = Buffer.alloc(2);
      tail.writeUInt16LE(rtuChecksum(body));
      clock.after(untilMs - clock.runningMs(), () => {
        if (this.collisions === collisionsBefore) events.received(Buffer.concat([body, tail]));
      });
    });
  }

  /** @returns when the frame ends */
  #occupy(from: WireFrame['from'], unit: number, pdu: Buffer): number {
    const startMs = this.#options.clock.runningMs();
    const endMs = startMs + this.lineTimeMs(pdu.length + 3);
    if (startMs < this.#busyUntilMs) this.collisions++;
    this.#busyUntilMs = Math.max(this.#busyUntilMs, endMs);
    this.frames.push({ from, unit, pdu, startMs, endMs });
    return endMs;
  }
}

/** A unit that has every register and every coil, all of them 0, and obeys every write. */
export function plainUnit(turnaroundMs: number): WireUnit {
  return {
    turnaroundMs,
    answer: (pdu) => {
      const functionCode = pdu.readUInt8(0);
      const count = pdu.readUInt16BE(3);
      if (functionCode > 4) return Buffer.from(pdu.subarray(0, 5));
      const length = functionCode <= 2 ? Math.ceil(count / 8) : count * 2;
      return Buffer.concat([Buffer.from([functionCode, length]), Buffer.alloc(length)]);
    },
  };
}
