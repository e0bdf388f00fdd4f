import type { SerialPort } from 'serialport';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ModbusLine } from '../../ports/modbusLine.ts';
import type { Connect, ConnectionEvents } from './connection.ts';
import { GuardedLine } from './guardedLine.ts';
import { DEFAULT_LINE_OPTIONS, type LineOptions } from './lineOptions.ts';
import { findBroadcastMistake, RtuProtocol } from './rtuProtocol.ts';

export interface RtuLineOptions extends LineOptions {
  /** Least time after an unanswered request in which bytes are dropped as its late reply. */
  readonly lateWindowMs?: number;
  /** Time that the devices get to carry out a broadcast. */
  readonly turnaroundMs?: number;
  /** After this long an unanswered request is no longer expected to be answered. */
  readonly forgetAfterMs?: number;
}

interface SerialSettings {
  /** Path of the port, best a stable one below /dev/serial/by-id. */
  readonly path: string;
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

export interface RtuLinePlan extends SerialSettings {
  readonly clock: Clock;
  readonly log: Log;
  readonly options?: RtuLineOptions;
}

const DEFAULT_TIMING = { lateWindowMs: 300, turnaroundMs: 200, forgetAfterMs: 5_000 };
/** Serial frames are short; the library's own choice costs 64 KiB a port. */
const READ_BUFFER_BYTES = 1_024;

/**
 * A serial line with all its units. Returns at once; opens the port, and a new one after an unplug, in the background.
 * The port is locked against other programs.
 */
export function openRtuLine(plan: RtuLinePlan): ModbusLine {
  const { path, baudRate, parity, stopBits, clock, log, options = {} } = plan;
  const bitsPerCharacter = 1 + 8 + (parity === 'none' ? 0 : 1) + stopBits;
  const { lateWindowMs, turnaroundMs, forgetAfterMs, ...lineOptions } = { ...DEFAULT_TIMING, ...options };
  return new GuardedLine({
    name: path,
    clock,
    log,
    options: { ...DEFAULT_LINE_OPTIONS, ...lineOptions },
    protocol: new RtuProtocol({ baudRate, bitsPerCharacter, lateWindowMs, turnaroundMs, forgetAfterMs }),
    connect: connectSerial(plan),
    findMistake: findBroadcastMistake,
  });
}

function connectSerial(settings: SerialSettings): Connect {
  return (events) => {
    const opening = openPort(settings, events);
    return {
      send: (bytes) => void opening.then((port) => port?.write(Buffer.from(bytes))),
      close: async () => {
        const port = await opening;
        port?.removeAllListeners();
        // A port that breaks while it is closed has nobody left to tell.
        port?.on('error', () => {});
        if (port?.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
      },
    };
  };
}

/** The opened port; nothing when it could not be opened, which the events have been told. */
async function openPort(settings: SerialSettings, events: ConnectionEvents): Promise<SerialPort | undefined> {
  const { opened, received, lost } = events;
  const lose = (detail: string) => lost({ detail, isByPeer: false });
  try {
    const port = await newPort(settings);
    const error = await new Promise<Error | null>((resolve) => port.open(resolve));
    if (error !== null) throw error;
    port.on('data', received);
    port.once('close', () => lose('the port went away; check the adapter and its cable'));
    port.on('error', ({ message }) => lose(`the port failed (${message}); check the adapter and its cable`));
    opened();
    return port;
  } catch (error) {
    lose(describeOpenError(error instanceof Error ? error : new Error(String(error))));
    return undefined;
  }
}

// Loaded by need: a home without a serial line does without the native addon.
async function newPort({ path, baudRate, parity, stopBits }: SerialSettings): Promise<SerialPort> {
  const { SerialPort } = await import('serialport');
  const highWaterMark = READ_BUFFER_BYTES;
  return new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, highWaterMark, autoOpen: false });
}

// The binding gives texts without codes.
const OPEN_ERRORS: readonly (readonly [RegExp, string])[] = [
  [
    /No such file|No such device/i,
    'there is no such port; check that the adapter is plugged in and the path is right',
  ],
  [
    /Permission denied|Operation not permitted/i,
    'the port may not be opened; add the user of the gateway to the group of the port (dialout)',
  ],
  [
    /cannot lock|busy|temporarily unavailable/i,
    'another program uses the port; stop it or give it another port',
  ],
  [/Inappropriate ioctl/i, 'this is not a serial port; check the path'],
];

function describeOpenError(error: Error): string {
  const known = OPEN_ERRORS.find(([pattern]) => pattern.test(error.message));
  return `${known?.[1] ?? 'the port could not be opened'} (${error.message.trim()})`;
}
