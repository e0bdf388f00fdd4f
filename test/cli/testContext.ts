import { tmpdir } from 'node:os';
import { vi } from 'vitest';
import type { Composition, Context, StopSignal } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/program.ts';
import type { JournalSegment } from '../../src/ports/store.ts';

export interface CliRun {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface TestContext extends Context {
  readonly out: string[];
  readonly err: string[];
  signal(signal: StopSignal): void;
  listeners(): number;
}

/** A context that keeps what is written and takes signals by hand. */
export function testContext(
  composition: Partial<Composition> = {},
  given: Partial<Pick<Context, 'environment' | 'workingDirectory'>> = {},
): TestContext {
  const out: string[] = [];
  const err: string[] = [];
  const listeners = new Set<(signal: StopSignal) => void>();
  const output = (parts: string[]) => ({
    write: (text: string) => {
      parts.push(text);
    },
    isTerminal: false,
    columns: 100,
  });
  return {
    out,
    err,
    standardOutput: output(out),
    errorOutput: output(err),
    // The directories of the examples are those of an installed gateway, which whoever tests may not write.
    environment: { LOADGATE_STATE_DIRECTORY: tmpdir(), LOADGATE_RUNTIME_DIRECTORY: tmpdir() },
    workingDirectory: '/nowhere',
    version: '1.2.3',
    onStopSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    compose: async () => composition as Composition,
    signal: (signal) => {
      for (const listener of [...listeners]) listener(signal);
    },
    listeners: () => listeners.size,
    ...given,
  };
}

/** A record of which only the segments count; a test gives its own. */
export const EMPTY_RECORD = {
  journalId: '0a1b2c3d',
  segments: () => [],
  records: () => [],
  lastRecord: () => undefined,
  notes: () => [],
  outbox: () => [],
  usage: () => [],
  usageState: () => undefined,
  networkChanges: () => [],
  pendingCount: () => 0,
  close: () => undefined,
};

/** A context whose record holds no segment; it keeps which folder and which interval were asked for. */
export function recordContext(composition: (asked: unknown[]) => Partial<Composition>) {
  const asked: unknown[] = [];
  const close = vi.fn();
  const context = testContext({
    openRecord: (directory) => {
      asked.push(directory);
      const segments = (interval: unknown): Iterable<JournalSegment> => {
        asked.push(interval);
        return [];
      };
      return { ok: true, record: { ...EMPTY_RECORD, segments, close } };
    },
    ...composition(asked),
  });
  return { asked, close, context };
}

export async function loadgate(args: readonly string[], context = testContext()): Promise<CliRun> {
  const exitCode = await runCli(args, context);
  return { exitCode, out: context.out.join(''), err: context.err.join('') };
}
