import { execFile } from 'node:child_process';
import type { RunningMs } from '../../domain/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Supervisor } from '../../ports/supervisor.ts';

export interface SupervisorOptions {
  readonly clock: Pick<Clock, 'runningMs'>;
  readonly log: Log;
  /** Where systemd says how it wants to be told: NOTIFY_SOCKET and WATCHDOG_USEC. The process's own when absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Program that speaks to systemd; `systemd-notify` when absent. */
  readonly program?: string;
}

/** Signs of life come this many times within the watchdog's time, so that one lost in a busy second does no harm. */
const SIGNS_PER_WATCHDOG = 4;

/** Between two status texts when systemd keeps no watchdog over the gateway. */
const STATUS_EVERY_MS = 10_000;

/** A message takes some milliseconds; one that takes this long is given up, or the next could never go. */
const GIVE_UP_AFTER_MS = 5_000;

const SILENT: Supervisor = { ready: () => {}, alive: () => {}, stopping: () => {} };

/**
 * Tells systemd how the gateway is, through `systemd-notify` (the unit needs NotifyAccess=all). Silent when
 * systemd did not start it. A message that cannot be sent is logged once and never stops the caller.
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const environment = options.environment ?? process.env;
  if (!environment.NOTIFY_SOCKET) return SILENT;
  return new SystemdSupervisor(options, environment);
}

class SystemdSupervisor implements Supervisor {
  readonly #clock: Pick<Clock, 'runningMs'>;
  readonly #log: Log;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #program: string;
  readonly #spacingMs: number;
  #aliveAtMs: RunningMs = Number.NEGATIVE_INFINITY;
  #isSendingAlive = false;
  #hasFailed = false;

  constructor(options: SupervisorOptions, environment: Readonly<Record<string, string | undefined>>) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#environment = environment;
    this.#program = options.program ?? 'systemd-notify';
    const watchdogMs = Number(environment.WATCHDOG_USEC) / 1000;
    this.#spacingMs = watchdogMs > 0 ? watchdogMs / SIGNS_PER_WATCHDOG : STATUS_EVERY_MS;
  }

  ready(statusText: string): void {
    this.#send(['READY=1', status(statusText)]);
  }

  alive(statusText: string): void {
    const nowMs = this.#clock.runningMs();
    if (this.#isSendingAlive || nowMs - this.#aliveAtMs < this.#spacingMs) return;
    this.#aliveAtMs = nowMs;
    this.#isSendingAlive = true;
    this.#send(['WATCHDOG=1', status(statusText)], () => {
      this.#isSendingAlive = false;
    });
  }

  stopping(): void {
    this.#send(['STOPPING=1']);
  }

  #send(assignments: readonly string[], done: () => void = () => {}): void {
    const options = { env: this.#environment, timeout: GIVE_UP_AFTER_MS };
    execFile(this.#program, assignments, options, (error) => {
      this.#noteOutcome(error);
      done();
    });
  }

  #noteOutcome(error: Error | null): void {
    if (error !== null && !this.#hasFailed) {
      const detail =
        `${this.#program}: expected it to reach systemd, found "${error.message.trim()}"; ` +
        'install systemd and set NotifyAccess=all in the unit, or the watchdog will restart the gateway.';
      this.#log.warn({ detail }, 'could not tell systemd how the gateway is');
    }
    this.#hasFailed = error !== null;
  }
}

/** One line: a line break would begin another assignment. */
function status(text: string): string {
  return `STATUS=${text.replaceAll(/\s+/g, ' ')}`;
}
