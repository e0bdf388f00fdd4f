import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Connect, Connection, Loss } from './connection.ts';
import type { LineOptions } from './lineOptions.ts';

interface KeeperParts {
  readonly clock: Clock;
  readonly options: Required<LineOptions>;
  readonly connect: Connect;
  readonly opened: () => void;
  readonly received: (bytes: Uint8Array) => void;
  /** Who hears it says whether to go on, by renew or retry; until then there is no connection. */
  readonly lost: (loss: Loss) => void;
}

/** A session that lasted this long without a question was ended for its idleness, not refused. */
const LASTING_MS = 5_000;

/**
 * Keeps one connection, and never more than one: the next is begun when the one before has let go of the wire. After
 * a failure the next comes after a growing delay, which falls back only after an answer: a device that accepts
 * connections and says nothing is not hammered.
 */
export class ConnectionKeeper {
  readonly #parts: KeeperParts;
  #connection: Connection | undefined;
  #letGo: Promise<void> = Promise.resolve();
  #isOpen = false;
  #isClosed = false;
  /** Of the present connection, or of the one that was just lost; absent while it never opened. */
  #openedAtMs: number | undefined;
  #hasProven = false;
  #retryMs: number;
  #cancelRetry: Cancel = () => {};
  /** Connections that were made so far. */
  connections = 0;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#retryMs = parts.options.firstRetryMs;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the connection has shown that there is a device behind it: by an answer, or by lasting. */
  get isTried(): boolean {
    if (this.#openedAtMs === undefined) return false;
    return this.#hasProven || this.#parts.clock.runningMs() - this.#openedAtMs >= LASTING_MS;
  }

  connect(): void {
    if (this.#isClosed) return;
    // A connection that was let go of may still speak; only the present one is listened to.
    const isPresent = () => this.#connection === connection;
    const connection = this.#parts.connect({
      opened: () => isPresent() && this.#begin(),
      received: (bytes) => isPresent() && this.#parts.received(bytes),
      lost: (loss) => {
        if (!isPresent()) return;
        void this.drop();
        this.#parts.lost(loss);
      },
    });
    this.#connection = connection;
    this.#openedAtMs = undefined;
    this.#hasProven = false;
  }

  send(bytes: Uint8Array): void {
    this.#connection?.send(bytes);
  }

  /** An answer came over this connection. */
  prove(): void {
    this.#hasProven = true;
    this.#retryMs = this.#parts.options.firstRetryMs;
  }

  /** Connects after the delay that failures have earned. @returns the delay */
  retry(): number {
    const { firstRetryMs, lastRetryMs, reconnectMs } = this.#parts.options;
    const delayMs = Math.max(this.#retryMs, reconnectMs);
    this.#retryMs = Math.min(Math.max(this.#retryMs, firstRetryMs) * 2, lastRetryMs);
    this.#connectAfter(delayMs);
    return delayMs;
  }

  /** Connects as soon as the device may be asked to. */
  renew(): void {
    this.#connectAfter(this.#parts.options.reconnectMs);
  }

  /** Gives up the present connection; resolves when the wire is free. */
  drop(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#isOpen = false;
    this.#cancelRetry();
    if (connection !== undefined) {
      this.#letGo = Promise.all([this.#letGo, connection.close()]).then(() => undefined);
    }
    return this.#letGo;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.drop();
  }

  #begin(): void {
    this.#isOpen = true;
    this.#openedAtMs = this.#parts.clock.runningMs();
    this.connections++;
    this.#parts.opened();
  }

  #connectAfter(delayMs: number): void {
    this.#cancelRetry();
    let isCancelled = false;
    const cancel = this.#parts.clock.after(delayMs, () => {
      void this.#letGo.then(() => {
        if (!isCancelled) this.connect();
      });
    });
    this.#cancelRetry = () => {
      isCancelled = true;
      cancel();
    };
  }
}
