import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Log } from '../../ports/log.ts';
import { redactFields, redactText } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogOptions {
  readonly level: LogLevel;
  /** 1 standard output, 2 standard error, or any other descriptor that is open for writing. */
  readonly fileDescriptor: number;
}

/** Characters kept while the log cannot be written; lines beyond are dropped. */
const LONGEST_BACKLOG = 1_000_000;

/**
 * Lines of JSON, each written before the call returns: what led to a crash is in the log. A worker would lose
 * it. Secrets are left out by the names of their fields.
 */
export function createLog({ level, fileDescriptor }: LogOptions): Log {
  const sink = destination({ dest: fileDescriptor, sync: true, maxLength: LONGEST_BACKLOG });
  // A full disk or a reader that has gone away must not take the gateway with it.
  sink.on('error', () => {});
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    messageKey: 'message',
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(pino(options, sink));
}

function wrap(logger: Logger): Log {
  const writer = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    if (logger.isLevelEnabled(level)) logger[level](redactFields(fields), redactText(message));
  };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    child: (fields) => wrap(logger.child(redactFields(fields))),
  };
}
