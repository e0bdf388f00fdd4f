import type { WriteStream } from 'node:tty';
import type { Context, Output, StopSignal } from './context.ts';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The context of a command that runs as this process. */
export function processContext(given: Pick<Context, 'version' | 'compose'>): Context {
  return {
    ...given,
    standardOutput: outputOf(process.stdout),
    errorOutput: outputOf(process.stderr),
    environment: process.env,
    workingDirectory: process.cwd(),
    onStopSignal: (listener) => {
      // Only the demonstration gives a channel: its gateway must not outlive it.
      const whenLauncherGoes = (): void => listener('launcherGone' satisfies StopSignal);
      process.on('disconnect', whenLauncherGoes);
      for (const signal of STOP_SIGNALS) process.on(signal, listener);
      return () => {
        process.off('disconnect', whenLauncherGoes);
        for (const signal of STOP_SIGNALS) process.off(signal, listener);
      };
    },
  };
}

function outputOf(stream: WriteStream): Output {
  // A reader that went away (`loadgate status | head -1`) is no defect.
  stream.on('error', () => undefined);
  return {
    write: (text) => {
      stream.write(text);
    },
    get isTerminal() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns ?? 100;
    },
  };
}
