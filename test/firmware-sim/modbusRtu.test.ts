import { SerialPort } from 'serialport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../firmware-sim/faults.ts';
import { buildHome, type Home } from '../../firmware-sim/home.ts';
import { readHome } from '../../firmware-sim/homeSpec.ts';
import { ScaledTime } from '../../firmware-sim/scaledTime.ts';
import { withCrc } from '../../firmware-sim/wires/crc.ts';
import { characterMs, frameSilenceMs, ModbusRtuLine } from '../../firmware-sim/wires/modbusRtu.ts';
import { openPseudoTerminal } from '../../firmware-sim/wires/pty.ts';
import { EVENING_MS } from './support.ts';

const VOLTS_OF_UNIT_1 = frame('01 04 0000 0002');

let home: Home;
let time: ScaledTime;
let wire: ModbusRtuLine;
let port: SerialPort;

function frame(hex: string): Buffer {
  return withCrc(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

async function open(lineId = 'house', speed = 1): Promise<void> {
  home = buildHome(readHome('three-phase'), { startAtMs: EVENING_MS });
  time = new ScaledTime(EVENING_MS, speed);
  const line = home.spec.lines.find((known) => known.lineId === lineId);
  if (line === undefined) throw new Error(`no line ${lineId}`);
  const ids = home.spec.devices.filter((device) => 'lineId' in device && device.lineId === lineId);
  wire = new ModbusRtuLine(
    line,
    ids.flatMap(({ deviceId }) => home.devices[deviceId] ?? []),
    time,
  );
  port = await openPort(wire.path);
}

function openPort(path: string): Promise<SerialPort> {
  return new Promise((resolve, reject) => {
    const opened = new SerialPort({ path, baudRate: 9600 }, (error) =>
      error ? reject(error) : resolve(opened),
    );
  });
}

function closePort(opened: SerialPort): Promise<void> {
  return new Promise((resolve) => opened.close(() => resolve()));
}

interface Heard {
  readonly bytes: Buffer;
  /** From the request to the last byte, real time. */
  readonly afterMs: number;
}

/** Everything that comes back until enough bytes have come, or the time is over. */
function exchange(request: Buffer, bytes: number, withinMs = 5_000): Promise<Heard> {
  return new Promise((resolve) => {
    let heard: Buffer = Buffer.alloc(0);
    const startedAtMs = performance.now();
    const finish = (): void => {
      clearTimeout(timer);
      port.removeListener('data', hear);
      resolve({ bytes: heard, afterMs: performance.now() - startedAtMs });
    };
    const timer = setTimeout(finish, withinMs);
    const hear = (chunk: Buffer): void => {
      heard = Buffer.concat([heard, chunk]);
      if (heard.length >= bytes) finish();
    };
    port.on('data', hear);
    port.write(request);
  });
}

/** An answer of so many bytes, as hex. */
async function ask(request: Buffer, bytes = 9): Promise<string> {
  return (await exchange(request, bytes)).bytes.toString('hex');
}

/** What comes in a time in which every answer would have come. */
async function askInVain(request: Buffer): Promise<string> {
  return (await exchange(request, 1, 150)).bytes.toString('hex');
}

function setFault(deviceId: string, fault: Fault): void {
  expect(home.devices[deviceId]?.setFault(fault, time.nowMs())).toBeUndefined();
}

function isWhole(hex: string): boolean {
  const bytes = Buffer.from(hex, 'hex');
  return bytes.length > 4 && withCrc(bytes.subarray(0, -2)).equals(bytes);
}

describe('a pseudo-terminal', () => {
  it('passes every byte both ways, and outlives its clients', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    let received: Buffer = Buffer.alloc(0);
    const terminal = openPseudoTerminal((bytes) => {
      received = Buffer.concat([received, bytes]);
    });
    for (let client = 0; client < 2; client += 1) {
      received = Buffer.alloc(0);
      const opened = await openPort(terminal.path);
      let sent: Buffer = Buffer.alloc(0);
      opened.on('data', (bytes: Buffer) => {
        sent = Buffer.concat([sent, bytes]);
      });
      opened.write(all);
      terminal.write(all);
      await expect.poll(() => received.equals(all) && sent.equals(all)).toBe(true);
      await closePort(opened);
    }
    terminal.close();
  });
});

describe('a pseudo-terminal without a client', () => {
  it('does not echo what goes out', async () => {
    let echoed = 0;
    const terminal = openPseudoTerminal((bytes) => {
      echoed += bytes.length;
    });
    terminal.write(Buffer.from([0x01, 0x0d, 0x0a, 0x41]));
    await new Promise((resolve) => setTimeout(resolve, 50));
    terminal.close();
    expect(echoed).toBe(0);
  });
});

describe('a Modbus RTU line', () => {
  afterEach(async () => {
    await closePort(port);
    time.stop();
    wire.close();
  });

  describe('at 9600 8N1', () => {
    beforeEach(() => open());

    it('answers for each unit on it, and only for those', async () => {
      const [meter, heater, relay] = [
        await ask(VOLTS_OF_UNIT_1),
        await ask(frame('02 04 0000 0002')),
        await ask(frame('03 01 0000 0008'), 6),
      ];
      expect([meter, heater].map((hex) => hex.slice(0, 6))).toEqual(['010404', '020404']);
      expect(relay).toBe(frame('03 01 01 00').toString('hex'));
      expect([meter, heater, relay].every(isWhole)).toBe(true);
      expect(await askInVain(frame('04 04 0000 0002'))).toBe('');
    });

    it('honours the line speed: request, silence, turnaround and answer take their time', async () => {
      const request = frame('01 04 0000 003c');
      const answerBytes = 125;
      const heard = await exchange(request, answerBytes);
      expect(heard.bytes).toHaveLength(answerBytes);
      const leastMs = (8 + 3.5 + answerBytes) * (10_000 / 9_600) + 20;
      expect(heard.afterMs).toBeGreaterThanOrEqual(leastMs - 1);
      expect(heard.afterMs).toBeLessThan(leastMs + 1_000);
    });

    it('keeps silent on a bad CRC and is ready for the next frame', async () => {
      const bad = Buffer.from(VOLTS_OF_UNIT_1);
      bad[7] = (bad[7] as number) ^ 1;
      expect(await askInVain(bad)).toBe('');
      expect(wire.damagedFrames).toBe(1);
      expect(isWhole(await ask(VOLTS_OF_UNIT_1))).toBe(true);
    });

    it('ends a frame by silence: two halves with a pause between are no frame', async () => {
      port.write(VOLTS_OF_UNIT_1.subarray(0, 4));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await askInVain(VOLTS_OF_UNIT_1.subarray(4))).toBe('');
      expect(wire.damagedFrames).toBe(2);
    });

    it('puts a frame together that arrives in heaps without a pause', async () => {
      // A busy machine may tear the heaps apart; then the line rightly sees a pause.
      const attempt = async (): Promise<boolean> => {
        port.write(VOLTS_OF_UNIT_1.subarray(0, 4));
        return isWhole((await exchange(VOLTS_OF_UNIT_1.subarray(4), 9, 300)).bytes.toString('hex'));
      };
      await expect.poll(attempt, { timeout: 5_000 }).toBe(true);
    });

    it('loses a request that collides with an answer', async () => {
      const answer = exchange(frame('01 04 0000 003c'), 125);
      await new Promise((resolve) => port.once('data', resolve));
      port.write(frame('03 05 0000 ff00'));
      expect((await answer).bytes).toHaveLength(125);
      expect(wire.collidedBytes).toBe(8);
      expect(home.devices.relay?.requests).toBe(0);
    });

    it('lets a broadcast reach the relay without an answer', async () => {
      expect(await askInVain(frame('00 05 0001 ff00'))).toBe('');
      expect(await ask(frame('03 01 0000 0008'), 6)).toBe(frame('03 01 01 02').toString('hex'));
    });

    it('bad CRC: the answer does not check', async () => {
      setFault('grid-meter', { kind: 'badCrc', forRequests: 1 });
      const hex = await ask(VOLTS_OF_UNIT_1);
      expect([hex.length, isWhole(hex)]).toEqual([18, false]);
      expect(isWhole(await ask(VOLTS_OF_UNIT_1))).toBe(true);
    });

    it('short frame: the end is missing', async () => {
      setFault('grid-meter', { kind: 'shortFrame' });
      expect((await exchange(VOLTS_OF_UNIT_1, 9, 600)).bytes).toHaveLength(6);
    });

    it('wrong unit: a good frame under another number', async () => {
      setFault('relay', { kind: 'wrongUnit' });
      expect(await ask(frame('03 01 0000 0008'), 6)).toBe(frame('04 01 01 00').toString('hex'));
    });

    it('silence and reboot: nothing comes', async () => {
      setFault('grid-meter', { kind: 'silence', forRequests: 1 });
      expect(await askInVain(VOLTS_OF_UNIT_1)).toBe('');
      setFault('grid-meter', { kind: 'reboot' });
      expect(await askInVain(VOLTS_OF_UNIT_1)).toBe('');
    });

    it('exception: comes as a good frame', async () => {
      setFault('grid-meter', { kind: 'exception', code: 4 });
      expect(await ask(VOLTS_OF_UNIT_1, 5)).toBe(frame('01 84 04').toString('hex'));
    });

    it('frozen: the same bytes again', async () => {
      setFault('grid-meter', { kind: 'frozen' });
      const first = await ask(VOLTS_OF_UNIT_1);
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect(await ask(VOLTS_OF_UNIT_1)).toBe(first);
    });

    it('delay: the answer comes late, into the time of another request', async () => {
      setFault('grid-meter', { kind: 'delay', delayMs: 700, forRequests: 1 });
      expect(await askInVain(VOLTS_OF_UNIT_1)).toBe('');
      const late = await ask(frame('03 01 0000 0008'), 15);
      expect(late.startsWith(frame('03 01 01 00').toString('hex'))).toBe(true);
      expect(isWhole(late.slice(12))).toBe(true);
      expect(late.slice(12, 18)).toBe('010404');
    });
  });

  it('scales line time with the speed of the house', async () => {
    await open('house', 10);
    let fastestMs = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      fastestMs = Math.min(fastestMs, (await exchange(frame('01 04 0000 003c'), 125)).afterMs);
    }
    expect(fastestMs).toBeGreaterThanOrEqual(15);
    expect(fastestMs).toBeLessThan(100);
  });

  it('counts the parity bit: a character at 19200 8E1 has eleven bits', async () => {
    await open('charging');
    expect(characterMs(wire.line)).toBeCloseTo(11 / 19.2, 6);
    expect(frameSilenceMs(wire.line)).toBeCloseTo((3.5 * 11) / 19.2, 6);
    expect(frameSilenceMs({ ...wire.line, baudRate: 38_400 })).toBe(1.75);
    expect((await ask(frame('02 04 0064 0002'))).slice(0, 14)).toBe('02040400100006');
  });
});
