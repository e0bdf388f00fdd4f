import type { Fault } from '../../domain/faults.ts';
import type { Bus, BusMessage, PublishOptions, PublishResult } from '../../ports/bus.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { BrokerAddresses } from './brokerAddresses.ts';
import { BrokerTroubles } from './brokerTroubles.ts';
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
  /** mqtt://host:port, mqtts://host:port or wss://host:port/path */
  readonly url: string;
  /** Tried in this order when the first one fails; the last good one comes first from then on. */
  readonly fallbackUrls?: readonly string[];
  /** The same in every life of the gateway: the broker keeps its session under it. */
  readonly clientId: string;
  /** 4 is MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  readonly username?: string;
  /** Retained; the broker publishes it when this client is lost, and close() when it goes. Absent: nothing is. */
  readonly will?: LastWill;
  readonly clock: Clock;
  readonly log: Log;
  /** Pause before the next attempt after this many rounds of all addresses in a row have failed, from 1. */
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
   * @param url one of the addresses; absent: the one whose turn it is
   */
  attemptNow(url?: string): Promise<AttemptOutcome>;
  /** The addresses in the order in which they are tried; while the connection stands the one at which it does alone. */
  addresses(): readonly string[];
  /** For a field engineer: where the connection stands, and what is wrong with it and at each of the other addresses. */
  sentence(): string;
  /** What is wrong although the connection stands. */
  faults(): readonly Fault[];
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
  readonly #addresses: BrokerAddresses;
  readonly #troubles = new BrokerTroubles();
  /** Where a session was given in this life, so that the broker ought to have it still. */
  readonly #sessionsAt = new Set<string>();
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  #session: MqttSession | undefined;
  #failures = 0;
  #acceptedAtMs: number | undefined;
  /** What the log holds already. */
  readonly #said = new Map<string, string>();
  #cancelAttempt: Cancel;
  #isClosing = false;
  #onSessionClosed: () => void = () => {};
  readonly #awaiting: ((outcome: AttemptOutcome) => void)[] = [];
  /** The attempt under way was ended for one that begins at once. */
  #isPressed = false;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#addresses = new BrokerAddresses(options.url, options.fallbackUrls ?? []);
    if (options.protocolVersion === 4) {
      options.log.info(
        {},
        'With MQTT 3.1.1 the broker gives no reasons for a refusal, keeps what has aged, and bounds nothing in flight; see docs/broker.md',
      );
    }
    // Not before the caller has subscribed: a kept session may deliver at once.
    this.#cancelAttempt = options.clock.after(0, () => this.#attempt());
  }

  isConnected(): boolean {
    return this.#session?.isLive === true && !this.#isClosing;
  }

  inFlightMaximum(): number {
    return this.#session?.inFlightMaximum ?? 1;
  }

  async publish(topic: string, payload: string, options?: PublishOptions): Promise<PublishResult> {
    if (this.#session === undefined || !this.isConnected()) {
      return { ok: false, cause: 'offline', detail: 'no connection to the broker' };
    }
    const result = await this.#session.publish(topic, payload, options);
    this.#troubles.published(topic, result, this.#options.clock.runningMs());
    return result;
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

  addresses(): readonly string[] {
    return this.isConnected() ? [this.#addresses.current()] : this.#addresses.inOrder();
  }

  sentence(): string {
    return [this.#addresses.sentence(this.isConnected()), ...this.#troubles.sentences()].join('. ');
  }

  faults(): readonly Fault[] {
    return this.#troubles.faults();
  }

  attemptNow(url?: string): Promise<AttemptOutcome> {
    if (this.isConnected()) return Promise.resolve({ isAccepted: true });
    const gone = { isAccepted: false, failure: { message: 'The gateway stopped' } } as const;
    if (this.#isClosing) return Promise.resolve(gone);
    return new Promise((resolve) => {
      this.#awaiting.push(resolve);
      this.#cancelAttempt();
      if (url !== undefined) this.#addresses.goTo(url);
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
      if (will !== undefined)
        await this.#atMost(CLOSE_MS, session.publish(will.topic, will.payload, { retain: true }));
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
        url: this.#addresses.current(),
        keepaliveS: keepaliveS ?? KEEPALIVE_S,
        acknowledgeTimeoutMs: acknowledgeTimeoutMs ?? ACKNOWLEDGE_TIMEOUT_MS,
      },
      reading.credentials,
      {
        onAccepted: (hasKeptSession) => this.#accepted(hasKeptSession),
        onMessage: async (message) => {
          const handle = this.#handlers.handlerOf(message.topic);
          if (handle !== undefined) return handle(message);
          log.warn({ topic: message.topic }, 'A message on a topic that nothing listens to was dropped');
        },
        onClosed: (failure) => this.#sessionClosed(failure),
      },
    );
  }

  #accepted(hasKeptSession: boolean): void {
    const { clock, log } = this.#options;
    const url = this.#addresses.current();
    this.#acceptedAtMs = clock.runningMs();
    this.#addresses.accepted();
    this.#said.clear();
    log.info({ url }, 'Connected to the broker');
    if (!hasKeptSession && this.#sessionsAt.has(url)) {
      log.warn(
        { url },
        'The broker has lost the session of this gateway, and commands that waited in it; it is subscribed anew, nothing of the outbox is lost',
      );
    }
    this.#sessionsAt.add(url);
    for (const topic of this.#handlers.filters()) void this.#subscribeAtBroker(topic);
    this.#isPressed = false;
    this.#tell(true);
    this.#settle({ isAccepted: true });
  }

  async #subscribeAtBroker(topic: string): Promise<void> {
    const refusal = await this.#session?.subscribe(topic);
    // Lost together with its connection: the next one subscribes again.
    if (!this.isConnected()) return;
    this.#troubles.subscribed(topic, refusal, this.#options.clock.runningMs());
    if (refusal === undefined) return;
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
    const wasSteady = heldMs !== undefined && heldMs >= STEADY_MS;
    if (heldMs !== undefined) {
      if (wasSteady) this.#failures = 0;
      this.#tell(false);
    }
    if (this.#isPressed) {
      this.#isPressed = false;
      this.#attempt();
    } else this.#failed(connectionSentence(failure), failure, wasSteady);
  }

  #failed(sentence: string, failure: ConnectionFailure | undefined, wasSteady = false): void {
    const { clock, log, reconnectDelayMs } = this.#options;
    const url = this.#addresses.current();
    const isRoundOver = wasSteady || this.#addresses.failed(sentence);
    if (wasSteady) this.#addresses.lost(sentence);
    if (isRoundOver) this.#failures += 1;
    // Also between two addresses there is a pause, drawn anew: a town must not move to the other broker in step.
    const delayMs = reconnectDelayMs(isRoundOver ? this.#failures : 1);
    const fields = { url, failures: this.#failures, retryInMs: delayMs, next: this.#addresses.current() };
    // Said once while it stays the same: a broker that is gone for days must not fill the log.
    if (sentence === this.#said.get(url)) log.debug(fields, sentence);
    else log.warn(fields, sentence);
    this.#said.set(url, sentence);
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
