import { closeSync, constants, mkdtempSync, openSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadStream } from 'node:tty';
import * as nodePty from '@lydell/node-pty';

/**
 * A Modbus device that answers by raw bytes, and wrongly where it is told to. The hundreds of the address choose the
 * fault. Written from the protocol's documents alone: it shares nothing with the driver that it tests.
 */
export const FAULT_AT = {
  none: 0,
  late: 100,
  truncated: 200,
  corrupted: 300,
  otherUnit: 400,
  exception: 500,
  silent: 600,
  noiseFirst: 700,
  byteByByte: 800,
  otherFunction: 900,
  exceptionOfOtherUnit: 1000,
  twice: 1100,
  shortCount: 1200,
  hangUp: 1300,
} as const;

export type Fault = keyof typeof FAULT_AT;

/** How much later than the reply of a healthy device a late one comes. */
export const LATE_MS = 400;

/** What a register holds that was never written: tells address and unit apart. */
export function factoryValue(unit: number, address: number): number {
  return (address * 37 + unit * 1009) & 0xffff;
}

interface Heard {
  readonly unit: number;
  readonly pdu: Buffer;
}

interface Port {
  send(bytes: Buffer): void;
  hangUp(): void;
  frame(unit: number, pdu: Buffer, isCorrupted: boolean): Buffer;
}

class Device {
  readonly heard: Heard[] = [];
  readonly words = new Map<string, number>();
  /** Requests that the device swallows: a device that is busy, or that does not know this function. */
  swallows: (heard: Heard) => boolean = () => false;
  #inOrder: Promise<void> = Promise.resolve();

  take(heard: Heard, port: Port): void {
    this.heard.push(heard);
    this.#inOrder = this.#inOrder.then(() => this.#answer(heard, port));
  }

  async #answer(heard: Heard, port: Port): Promise<void> {
    const { unit, pdu } = heard;
    if (this.swallows(heard)) return;
    const functionCode = pdu.readUInt8(0);
    const fault = faultAt(pdu.readUInt16BE(1));
    const reply = this.#carryOut(unit, pdu);
    if (unit === 0 && fault === 'none') return;
    const exception = (of: number) => port.frame(of, Buffer.from([functionCode | 0x80, 2]), false);
    const whole = port.frame(unit, reply, false);
    switch (fault) {
      case 'none':
        return port.send(whole);
      case 'late':
        await sleep(LATE_MS);
        return port.send(whole);
      case 'truncated':
        return port.send(whole.subarray(0, -3));
      case 'corrupted':
        return port.send(port.frame(unit, reply, true));
      case 'otherUnit':
        return port.send(port.frame(unit + 1, reply, false));
      case 'exception':
        return port.send(exception(unit));
      case 'silent':
        return undefined;
      case 'noiseFirst':
        return port.send(Buffer.concat([Buffer.from([0xff, 0x00, 0x13]), whole]));
      case 'byteByByte':
        for (const byte of whole) {
          port.send(Buffer.from([byte]));
          await sleep(5);
        }
        return undefined;
      case 'otherFunction':
        reply.writeUInt8(functionCode === 3 ? 4 : 3, 0);
        return port.send(port.frame(unit, reply, false));
      case 'exceptionOfOtherUnit':
        return port.send(exception(unit + 1));
      case 'twice':
        return port.send(Buffer.concat([whole, whole]));
      case 'shortCount': {
        const short = Buffer.from(reply.subarray(0, -2));
        short.writeUInt8(short.readUInt8(1) - 2, 1);
        return port.send(port.frame(unit, short, false));
      }
      case 'hangUp':
        return port.hangUp();
    }
  }

  #carryOut(unit: number, pdu: Buffer): Buffer {
    const functionCode = pdu.readUInt8(0);
    const address = pdu.readUInt16BE(1);
    const second = pdu.readUInt16BE(3);
    if (functionCode <= 2) {
      const data = Buffer.alloc(Math.ceil(second / 8));
      for (let bit = 0; bit < second; bit++) {
        if (this.#word(unit, address + bit) & 1) data[bit >> 3] = (data[bit >> 3] ?? 0) | (1 << (bit & 7));
      }
      return Buffer.concat([Buffer.from([functionCode, data.length]), data]);
    }
    if (functionCode <= 4) {
      const data = Buffer.alloc(second * 2);
      for (let index = 0; index < second; index++) {
        data.writeUInt16BE(this.#word(unit, address + index), index * 2);
      }
      return Buffer.concat([Buffer.from([functionCode, data.length]), data]);
    }
    if (functionCode <= 6) this.words.set(`${unit}/${address}`, second);
    for (let index = 0; functionCode >= 15 && index < second; index++) {
      const word =
        functionCode === 15
          ? (pdu.readUInt8(6 + (index >> 3)) >> (index & 7)) & 1
          : pdu.readUInt16BE(6 + index * 2);
      this.words.set(`${unit}/${address + index}`, word);
    }
    return Buffer.from(pdu.subarray(0, 5));
  }

  #word(unit: number, address: number): number {
    return this.words.get(`${unit}/${address}`) ?? factoryValue(unit, address);
  }
}

function faultAt(address: number): Fault {
  const hundreds = Math.floor(address / 100) * 100;
  const found = Object.entries(FAULT_AT).find(([, at]) => at === hundreds);
  return (found?.[0] as Fault | undefined) ?? 'none';
}

/** The fault device as a TCP server on a port of the system's choice. */
export class TcpFaultSlave {
  readonly device = new Device();
  port = 0;
  /** Connections that were made so far. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  async start(): Promise<this> {
    const server = createServer((socket) => this.#serve(socket));
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.#server = server;
    const address = server.address();
    if (address !== null && typeof address === 'object') this.port = address.port;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** Sends bytes that nobody asked for. */
  blurt(bytes: Buffer): void {
    for (const socket of this.#sockets) socket.write(bytes);
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk]);
      while (buffer.length >= 6 && buffer.length >= 6 + buffer.readUInt16BE(4)) {
        const end = 6 + buffer.readUInt16BE(4);
        const transaction = buffer.readUInt16BE(0);
        const heard = { unit: buffer.readUInt8(6), pdu: Buffer.from(buffer.subarray(7, end)) };
        buffer = buffer.subarray(end);
        this.device.take(heard, {
          send: (bytes) => void socket.write(bytes),
          hangUp: () => void socket.destroy(),
          frame: (unit, pdu, isCorrupted) => tcpFrame(transaction + (isCorrupted ? 7 : 0), unit, pdu),
        });
      }
    });
  }
}

function tcpFrame(transaction: number, unit: number, pdu: Buffer): Buffer {
  const header = Buffer.alloc(7);
  header.writeUInt16BE(transaction & 0xffff, 0);
  header.writeUInt16BE(pdu.length + 1, 4);
  header.writeUInt8(unit, 6);
  return Buffer.concat([header, pdu]);
}

interface OpenPty {
  readonly _pty: string;
  readonly _master: ReadStream;
  readonly _slave: ReadStream;
}
const pty = nodePty as unknown as { open(options: { encoding: null }): OpenPty };

/** The fault device on a pseudo-terminal. It can be pulled out and plugged in again under the same path. */
export class RtuFaultSlave {
  readonly device = new Device();
  readonly path: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'loadgate-line-'));
  #terminal: OpenPty | undefined;
  #holder = -1;

  constructor() {
    this.path = join(this.#folder, 'port');
    this.plugIn();
  }

  plugIn(): void {
    const terminal = pty.open({ encoding: null });
    // The library reads the port's end too and would take bytes away. Without any holder the master would fail.
    this.#holder = openSync(terminal._pty, constants.O_RDWR | constants.O_NOCTTY);
    terminal._slave.destroy();
    this.#terminal = terminal;
    symlinkSync(terminal._pty, this.path);
    let buffer = Buffer.alloc(0);
    terminal._master.on('data', (chunk: Buffer) => {
      buffer = Buffer.concat([buffer, chunk]);
      for (
        let end = rtuRequestLength(buffer);
        end > 0 && buffer.length >= end;
        end = rtuRequestLength(buffer)
      ) {
        const body = buffer.subarray(0, end - 2);
        const isGood = rtuChecksum(body) === buffer.readUInt16LE(end - 2);
        const heard = { unit: body.readUInt8(0), pdu: Buffer.from(body.subarray(1)) };
        buffer = buffer.subarray(end);
        if (isGood) {
          this.device.take(heard, {
            send: (bytes) => this.blurt(bytes),
            hangUp: () => this.pullOut(),
            frame: (unit, pdu, isCorrupted) => rtuFrame(unit, pdu, isCorrupted),
          });
        }
      }
    });
  }

  pullOut(): void {
    unlinkSync(this.path);
    closeSync(this.#holder);
    this.#terminal?._master.destroy();
    this.#terminal = undefined;
  }

  /** Sends bytes that nobody asked for. */
  blurt(bytes: Buffer): void {
    this.#terminal?._master.write(bytes);
  }

  stop(): void {
    if (this.#terminal !== undefined) this.pullOut();
    rmSync(this.#folder, { recursive: true });
  }
}

function rtuRequestLength(buffer: Buffer): number {
  if (buffer.length < 8) return 0;
  return buffer.readUInt8(1) >= 15 ? 9 + buffer.readUInt8(6) : 8;
}

export function rtuFrame(unit: number, pdu: Buffer, isCorrupted = false): Buffer {
  const body = Buffer.concat([Buffer.from([unit]), pdu]);
  const tail = Buffer.alloc(2);
  tail.writeUInt16LE(rtuChecksum(body) ^ (isCorrupted ? 0x55 : 0), 0);
  return Buffer.concat([body, tail]);
}

export function rtuChecksum(bytes: Uint8Array): number {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let step = 0; step < 8; step++) {
      const carries = (sum & 1) === 1;
      sum >>>= 1;
      if (carries) sum ^= 0xa001;
    }
  }
  return sum;
}
