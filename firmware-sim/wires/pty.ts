import { closeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ReadStream } from 'node:tty';

interface PtyBinding {
  open(
    columns: number,
    rows: number,
  ): { readonly master: number; readonly slave: number; readonly pty: string };
}

/** One end of a pseudo-terminal; the other end is a path that a serial port library can open. */
export interface PseudoTerminal {
  readonly path: string;
  write(bytes: Buffer): void;
  close(): void;
}

/**
 * Opens a pseudo-terminal that passes every byte as it is.
 * The far end stays open in here as well, so that it outlives its clients; it is never read.
 */
export function openPseudoTerminal(onBytes: (bytes: Buffer) => void): PseudoTerminal {
  // The public interface of the package only starts programs, and its own open() reads from the far end.
  const { requireBinary } = createRequire(import.meta.url)('@lydell/node-pty/requireBinary.js') as {
    requireBinary(file: string): PtyBinding;
  };
  const { master, slave, pty } = requireBinary('pty.node').open(80, 24);
  const farEnd = new ReadStream(slave);
  farEnd.setRawMode(true);
  const nearEnd = new ReadStream(master);
  nearEnd.on('data', onBytes);
  // A terminal that is being closed reports an input error; there is nobody left to tell.
  nearEnd.on('error', () => undefined);
  return {
    path: pty,
    write: (bytes) => {
      nearEnd.write(bytes);
    },
    close: () => {
      nearEnd.destroy();
      farEnd.destroy();
      closeSync(slave);
    },
  };
}
