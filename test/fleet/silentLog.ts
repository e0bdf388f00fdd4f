import type { Log } from '../../src/ports/log.ts';

/** Thousands of gateways in one process say nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
