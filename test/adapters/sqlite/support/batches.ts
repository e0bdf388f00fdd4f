import type { Log } from '../../../../src/ports/log.ts';
import type { OutboxDraft, RecordBatch } from '../../../../src/ports/store.ts';

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

export function recordingLog(lines: LogLine[] = []): Log {
  const writer = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const log: Log = {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    child: () => log,
  };
  return log;
}

export const UTC_START_MS = Date.UTC(2026, 0, 5);

/** The commit number `count`: thirty seconds after the one before, one journal entry, a memory that tells it. */
export function batchOf(count: number, outbox: readonly OutboxDraft[] = []): RecordBatch {
  const runningMs = count * 30_000;
  const utcMs = UTC_START_MS + runningMs;
  return {
    segment: {
      firstRunningMs: runningMs,
      lastRunningMs: runningMs + 29_000,
      firstUtcMs: utcMs,
      lastUtcMs: utcMs + 29_000,
      entries: [{ count, commands: [], readings: { grid: { value: count / 10 } } }],
    },
    memory: { count, held: Array.from({ length: count % 7 }, (_, place) => ({ place, count })) },
    runningMs,
    utcMs,
    outbox,
  };
}

export const EVENT: OutboxDraft = { stream: 'events', body: { kind: 'limitReleased', limitId: 'l1' } };
export const STATUS: OutboxDraft = { stream: 'status', body: { posture: 'normal' } };
export const TELEMETRY: OutboxDraft = { stream: 'telemetry', body: { importPowerW: 1234.5 } };
