import type { Bus, BusMessage, PublishResult } from '../../ports/bus.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { type ConnectionFailure, connectionSentence } from './connectionSentence.ts';
import { type CredentialFiles, readCredentials } from './credentials.ts';
import { type LastWill, MqttSession } from './session.ts';
import { TopicHandlers } from './topicHandlers.ts';

const KEEPALIVE_S = 30;
const ACKNOWLEDGE_TIMEOUT_MS = 20_000;
/** A connection that held this long was a good one: the next failure is the first again. */
const STEADY_MS = 30_000;
/** Time for the farewell at the end. */
const CLOSE_MS = 2_000;

export interface BusOptions extends CredentialFiles {
  /** mqtt://host:port or mqtts://host:port */
  readonly url: string;
  /** The same in every life of the gateway: the broker keeps its session under it. */
  readonly clientId: string;
  /** 4 is MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  readonly username?: string;
  /** Retained; the broker publishes it when this client is lost, and close() when it goes. Absent: nothing is. */
  readonly will?: LastWill;
  readonly clock: Clock;
  readonly log: Log;
  /** Pause before the next attempt after this many failures in a row, from 1. */
  readonly reconnectDelayMs: (failures: number) => number;
  /**
   * True: a message that nobody is subscribed to counts as refused and stays in the outbox, where the broker says so
   * (MQTT 5, reason 16). False for a broker that hands messages on by other ways than subscriptions.
   */
  readonly requiresSubscriber: boolean;
  /** Silence after which the connection counts as dead is one and a half times this. Default 30. */
  readonly keepaliveS?: number;
  /** Default 20 000. */
  readonly acknowledgeTimeoutMs?: number;
  /** How many messages the broker may send before the first is acknowledged (MQTT 5). Default 8. */
  readonly receiveMaximum?: number;
}

export interface MqttBus extends Bus {
  /** How many messages the broker takes before it has acknowledged the first (receive maximum). */
  inFlightMaximum(): number;
  /**
   * Does not wait for the next attempt: one is made now, in the place of one under way. Resolves with its outcome, at once
   * while the connection stands.
   */
  attemptNow(): Promise<AttemptOutcome>;
  /** Asks the broker for a sign of life. @returns false when the connection ended first */
  ping(): Promise<boolean>;
}

export type AttemptOutcome =
  | { readonly isAccepted: true }
  /** Absent: closed without a reason. */
  | { readonly isAccepted: false; readonly failure: ConnectionFailure | undefined };

/** Connects in the background, for ever, with growing pauses; the broker may be missing. Nothing here rejects. */
export function connectBus(options: BusOptions): MqttBus {
  return new ReconnectingBus(options);
}

class ReconnectingBus implements MqttBus {
  readonly #options: BusOptions;
  readonly #handlers = new TopicHandlers();
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  #session: MqttSession | undefined;
  #failures = 0;
  #acceptedAtMs: number | undefined;
  #lastSentence = '';
  #cancelAttempt: Cancel;
  #isClosing = false;
  #onSessionClosed: () => void = () => {};
  readonly #awaiting: ((outcome: AttemptOutcome) => void)[] = [];
  /** The attempt under way was ended for one that begins at once. */
  #isPressed = false;

  constructor(options: BusOptions) {
    this.#options = options;
    // Not before the caller has subscribed: a kept session may deliver at once.
    this.#cancelAttempt = options.clock.after(0, () => this.#attempt());
  }

  isConnected(): boolean {
    return this.#session?.isLive === true && !this.#isClosing;
  }

  inFlightMaximum(): number {
    return this.#session?.inFlightMaximum ?? 1;
  }

  publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<PublishResult> {
    if (this.#session === undefined || !this.isConnected()) {
      return Promise.resolve({ ok: false, cause: 'offline', detail: 'no connection to the broker' });
    }
    return this.#session.publish(topic, payload, options?.retain === true);
  }

  subscribe(topic: string, handle: (message: BusMessage) => Promise<void>): void {
    this.#handlers.add(topic, handle);
    if (this.isConnected()) void this.#subscribeAtBroker(topic);
  }

  onConnection(listener: (isConnected: boolean) => void): () => void {
    this.#listeners.add(listener);
    listener(this.isConnected());
    return () => this.#listeners.delete(listener);
  }

  attemptNow(): Promise<AttemptOutcome> {
    if (this.isConnected()) return Promise.resolve({ isAccepted: true });
    const gone = { isAccepted: false, failure: { message: 'The gateway stopped' } } as const;
    if (this.#isClosing) return Promise.resolve(gone);
    return new Promise((resolve) => {
      this.#awaiting.push(resolve);
      this.#cancelAttempt();
      if (this.#session === undefined) this.#attempt();
      else {
        // It may wait for an answer to a packet that was lost while the way was broken.
        this.#isPressed = true;
        this.#session.abort({ message: 'Given up for an attempt made at once' });
      }
    });
  }

  ping(): Promise<boolean> {
    return this.#session?.ping() ?? Promise.resolve(false);
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    const session = this.#session;
    const wasLive = this.isConnected();
    this.#isClosing = true;
    this.#cancelAttempt();
    if (session === undefined) return;
    const closed = new Promise<void>((resolve) => {
      this.#onSessionClosed = resolve;
    });
    if (wasLive) {
      this.#tell(false);
      // An orderly farewell does not set off the last will, but nobody must take this client for present.
      const { will } = this.#options;
      if (will !== undefined) await this.#atMost(CLOSE_MS, session.publish(will.topic, will.payload, true));
      session.finish();
      await this.#atMost(CLOSE_MS, closed);
    }
    session.abort({ message: 'The gateway stopped' });
    await this.#atMost(CLOSE_MS, closed);
  }

  #attempt(): void {
    const { log } = this.#options;
    const reading = readCredentials(this.#options);
    if (!reading.ok) {
      this.#failed(reading.detail, { message: reading.detail });
      return;
    }
    const { keepaliveS, acknowledgeTimeoutMs } = this.#options;
    this.#session = new MqttSession(
      {
        ...this.#options,
        keepaliveS: keepaliveS ?? KEEPALIVE_S,
        acknowledgeTimeoutMs: acknowledgeTimeoutMs ?? ACKNOWLEDGE_TIMEOUT_MS,
      },
      reading.credentials,
      {
        onAccepted: () => this.#accepted(),
        onMessage: async (message) => {
          const handle = this.#handlers.handlerOf(message.topic);
          if (handle !== undefined) return handle(message);
          log.warn({ topic: message.topic }, 'A message on a topic that nothing listens to was dropped');
        },
        onClosed: (failure) => this.#sessionClosed(failure),
      },
    );
  }

  #accepted(): void {
    const { clock, log, url } = this.#options;
    this.#acceptedAtMs = clock.runningMs();
    this.#lastSentence = '';
    log.info({ url }, 'Connected to the broker');
    for (const topic of this.#handlers.filters()) void this.#subscribeAtBroker(topic);
    this.#isPressed = false;
    this.#tell(true);
    this.#settle({ isAccepted: true });
  }

  async #subscribeAtBroker(topic: string): Promise<void> {
    const refusal = await this.#session?.subscribe(topic);
    // Lost together with its connection: the next one subscribes again.
    if (refusal === undefined || !this.isConnected()) return;
    this.#options.log.error(
      { topic, refusal },
      'The broker does not grant this subscription; check the access rules of the broker',
    );
  }

  #sessionClosed(failure: ConnectionFailure | undefined): void {
    const heldMs =
      this.#acceptedAtMs === undefined ? undefined : this.#options.clock.runningMs() - this.#acceptedAtMs;
    this.#session = undefined;
    this.#acceptedAtMs = undefined;
    this.#onSessionClosed();
    if (this.#isClosing) {
      this.#settle({ isAccepted: false, failure });
      return;
    }
    if (heldMs !== undefined) {
      if (heldMs >= STEADY_MS) this.#failures = 0;
      this.#tell(false);
    }
    if (this.#isPressed) {
      this.#isPressed = false;
      this.#attempt();
    } else this.#failed(connectionSentence(failure), failure);
  }

  #failed(sentence: string, failure: ConnectionFailure | undefined): void {
    const { clock, log, reconnectDelayMs, url } = this.#options;
    this.#failures += 1;
    const delayMs = reconnectDelayMs(this.#failures);
    const fields = { url, failures: this.#failures, retryInMs: delayMs };
    // Said once while it stays the same: a broker that is gone for days must not fill the log.
    if (sentence === this.#lastSentence) log.debug(fields, sentence);
    else log.warn(fields, sentence);
    this.#lastSentence = sentence;
    this.#cancelAttempt = clock.after(delayMs, () => this.#attempt());
    this.#settle({ isAccepted: false, failure });
  }

  #settle(outcome: AttemptOutcome): void {
    for (const resolve of this.#awaiting.splice(0)) resolve(outcome);
  }

  #tell(isConnected: boolean): void {
    for (const listener of this.#listeners) listener(isConnected);
  }

  async #atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
    let cancel: Cancel = () => {};
    const limit = new Promise<void>((resolve) => {
      cancel = this.#options.clock.after(limitMs, resolve);
    });
    await Promise.race([work, limit]);
    cancel();
  }
}
