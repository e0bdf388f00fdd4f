import type { SerialPort } from 'serialport';

/** One opened (or opening) serial port. */
export interface SerialWire {
  send(bytes: Uint8Array): void;
  /** Lets go of the port. No event comes after the call. */
  close(): Promise<void>;
}

/** lost comes at most once, also when the port never opened, and is the last. */
export interface SerialWireEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  lost(detail: string): void;
}

/** Begins to open a port and returns at once. */
export type OpenWire = (events: SerialWireEvents) => SerialWire;

const BAUD_RATE = 115_200;
/** A frame is at most 255 octets; the library's own choice costs 64 KiB a port. */
const READ_BUFFER_BYTES = 1_024;

/** 115200 baud, 8N1, without flow control: how the makers of Z-Stack sticks ship them. The port is locked against others. */
export function serialWire(path: string): OpenWire {
  return (events) => {
    let isOver = false;
    const tellLost = (detail: string) => {
      if (isOver) return;
      isOver = true;
      events.lost(detail);
    };
    const opening = openPort(path).then(
      (port) => {
        port.on('data', (bytes: Uint8Array) => !isOver && events.received(bytes));
        port.once('close', () => tellLost('the port went away; check that the radio stick is plugged in'));
        port.on('error', ({ message }) =>
          tellLost(`the port failed (${message}); plug the radio stick in again`),
        );
        if (!isOver) events.opened();
        return port;
      },
      (error: Error) => {
        tellLost(describeOpenError(error));
        return undefined;
      },
    );
    return {
      send: (bytes) => void opening.then((port) => (isOver ? false : port?.write(Buffer.from(bytes)))),
      close: async () => {
        isOver = true;
        const port = await opening;
        if (port?.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
      },
    };
  };
}

// Loaded by need: a home without a serial port does without the native addon.
async function openPort(path: string): Promise<SerialPort> {
  const { SerialPort } = await import('serialport');
  const settings = { path, baudRate: BAUD_RATE, dataBits: 8, parity: 'none', stopBits: 1 } as const;
  const port = new SerialPort({ ...settings, highWaterMark: READ_BUFFER_BYTES, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error === null ? resolve() : reject(error)));
  });
  return port;
}

// The binding gives texts without codes.
const OPEN_ERRORS: readonly (readonly [RegExp, string])[] = [
  [
    /No such (file|device)/i,
    'there is no such port; check that the radio stick is plugged in and the path is right',
  ],
  [
    /Permission denied|not permitted/i,
    'the port may not be opened; add the user of the gateway to the group of the port (dialout)',
  ],
  [
    /lock|busy|temporarily unavailable/i,
    'another program uses the radio stick; stop it or use another stick',
  ],
  [/Inappropriate ioctl/i, 'this is not a serial port; check the path'],
];

function describeOpenError({ message }: Error): string {
  const known = OPEN_ERRORS.find(([pattern]) => pattern.test(message));
  return `${known?.[1] ?? 'the port could not be opened'} (${message.trim()})`;
}
