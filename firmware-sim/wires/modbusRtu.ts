import type { Answer, DeviceInPlace } from '../deviceInPlace.ts';
import type { LineSpec } from '../homeSpec.ts';
import type { ScaledTime } from '../scaledTime.ts';
import { hasGoodCrc, withCrc } from './crc.ts';
import { openPseudoTerminal, type PseudoTerminal } from './pty.ts';

/** Above 19200 baud the silent interval is fixed (Modbus over serial line V1.02, 2.5.1.1). */
const FIXED_SILENCE_MS = 1.75;
const LONGEST_FRAME = 256;
const BROADCAST_UNIT = 0;
/** A serial chip hands characters over in small heaps like this one, not one by one. */
const CHARACTERS_PER_HEAP = 8;

/** Time that one character takes on the line: start bit, 8 data bits, parity bit if any, stop bits. */
export function characterMs(line: LineSpec): number {
  const bits = 1 + 8 + (line.parity === 'none' ? 0 : 1) + line.stopBits;
  return (bits * 1000) / line.baudRate;
}

/** Silence of 3.5 characters that ends a frame. */
export function frameSilenceMs(line: LineSpec): number {
  return line.baudRate > 19_200 ? FIXED_SILENCE_MS : 3.5 * characterMs(line);
}

/**
 * A two-wire line with several units on it, on a pseudo-terminal.
 * A pseudo-terminal passes bytes at once, so the line's time is kept here: a request is heard when its last
 * character and the silence have passed, and the answer comes out at the line's pace.
 * Half duplex: whatever arrives while an answer is going out is lost.
 */
export class ModbusRtuLine {
  readonly line: LineSpec;
  /** Frames that no device could use: bad CRC, too short, too long. */
  damagedFrames = 0;
  /** Bytes that arrived while an answer was going out. */
  collidedBytes = 0;
  readonly #devices: readonly DeviceInPlace[];
  readonly #time: ScaledTime;
  readonly #characterMs: number;
  readonly #silenceMs: number;
  readonly #terminal: PseudoTerminal;
  #heard: Buffer = Buffer.alloc(0);
  /** When the last character heard has really passed on the line. */
  #heardUntilMs = 0;
  #frameTimerRuns = false;
  #waitingFrames: Buffer[] = [];
  #isSending = false;

  constructor(line: LineSpec, devices: readonly DeviceInPlace[], time: ScaledTime) {
    this.line = line;
    this.#devices = devices;
    this.#time = time;
    this.#characterMs = characterMs(line);
    this.#silenceMs = frameSilenceMs(line);
    this.#terminal = openPseudoTerminal((bytes) => this.#hear(bytes));
  }

  get path(): string {
    return this.#terminal.path;
  }

  close(): void {
    this.#waitingFrames = [];
    this.#terminal.close();
  }

  #hear(bytes: Buffer): void {
    if (this.#isSending) {
      this.collidedBytes += bytes.length;
      return;
    }
    this.#heard = Buffer.concat([this.#heard, bytes]);
    this.#heardUntilMs = Math.max(this.#heardUntilMs, this.#time.nowMs()) + bytes.length * this.#characterMs;
    if (this.#frameTimerRuns) return;
    this.#frameTimerRuns = true;
    this.#awaitSilence();
  }

  #awaitSilence(): void {
    const silentAtMs = this.#heardUntilMs + this.#silenceMs;
    this.#time.at(silentAtMs, () => {
      if (this.#heardUntilMs + this.#silenceMs > silentAtMs) {
        this.#awaitSilence();
        return;
      }
      this.#frameTimerRuns = false;
      const frame = this.#heard;
      this.#heard = Buffer.alloc(0);
      this.#deliver(frame, silentAtMs);
    });
  }

  /** A frame with a bad CRC is nobody's: it gets no answer at all. */
  #deliver(frame: Buffer, nowMs: number): void {
    if (frame.length > LONGEST_FRAME || !hasGoodCrc(frame)) {
      this.damagedFrames += 1;
      return;
    }
    const unit = frame[0] as number;
    const pdu = frame.subarray(1, -2);
    if (unit === BROADCAST_UNIT) {
      for (const device of this.#devices) device.hearBroadcast(pdu, nowMs);
      return;
    }
    for (const device of this.#devices) {
      if (!device.answersTo(unit)) continue;
      const answer = device.answer(pdu, nowMs, unit);
      if (answer === undefined) continue;
      this.#time.at(nowMs + answer.afterMs, () => this.#send(frameOf(answer)));
    }
  }

  #send(frame: Buffer): void {
    this.#waitingFrames.push(frame);
    if (!this.#isSending) this.#sendNext();
  }

  #sendNext(): void {
    const frame = this.#waitingFrames.shift();
    this.#isSending = frame !== undefined;
    if (frame !== undefined) this.#trickle(frame, 0, this.#time.nowMs());
  }

  /** Writes what must be out by now, never a character before its time. */
  #trickle(frame: Buffer, sentBytes: number, startedAtMs: number): void {
    const passed = Math.floor((this.#time.nowMs() - startedAtMs) / this.#characterMs);
    const dueBytes = Math.min(frame.length, Math.max(passed, sentBytes));
    if (dueBytes > sentBytes) this.#terminal.write(frame.subarray(sentBytes, dueBytes));
    if (dueBytes === frame.length) {
      this.#sendNext();
      return;
    }
    const nextBytes = Math.min(frame.length, dueBytes + CHARACTERS_PER_HEAP);
    const nextAtMs = startedAtMs + nextBytes * this.#characterMs;
    this.#time.at(nextAtMs, () => this.#trickle(frame, dueBytes, startedAtMs));
  }
}

function frameOf(answer: Answer): Buffer {
  const frame = withCrc(Buffer.concat([Buffer.from([answer.unit]), answer.pdu]));
  if (answer.damage === 'short') return frame.subarray(0, Math.max(1, frame.length - 3));
  if (answer.damage === 'envelope') {
    const last = frame.length - 1;
    frame[last] = (frame[last] as number) ^ 0xff;
  }
  return frame;
}
