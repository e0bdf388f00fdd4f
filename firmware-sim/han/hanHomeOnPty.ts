import { openPseudoTerminal } from '../wires/pty.ts';
import { HanHome, type HanHomeOptions } from './hanHome.ts';

export interface HanHomeOnPty {
  readonly home: HanHome;
  /** What a serial port library opens. */
  readonly path: string;
  /** The home's own time. */
  nowMs(): number;
  close(): void;
}

const TICK_MS = 10;

/** The home at a real pseudo-terminal, by the machine's own clock, or so many times faster. */
export function openHanHome(
  options: Omit<HanHomeOptions, 'write' | 'startMs'>,
  { speed = 1 }: { readonly speed?: number } = {},
): HanHomeOnPty {
  const startMs = Date.now();
  const realStartMs = performance.now();
  const nowMs = () => startMs + Math.floor((performance.now() - realStartMs) * speed);
  const terminal = openPseudoTerminal((bytes) => home.stick.receive(bytes));
  const home = new HanHome({ ...options, startMs, write: (bytes) => terminal.write(bytes) });
  const ticker = setInterval(() => home.advanceTo(nowMs()), TICK_MS);
  return {
    home,
    path: terminal.path,
    nowMs,
    close: () => {
      clearInterval(ticker);
      terminal.close();
    },
  };
}
