import type { Fault } from '../../domain/faults.ts';
import type { BusMessage, PublishOptions, PublishResult } from '../../ports/bus.ts';
import type { Cancel } from '../../ports/clock.ts';
import { atMost } from './atMost.ts';
import { BrokerAddresses } from './brokerAddresses.ts';
import { BrokerTroubles } from './brokerTroubles.ts';
import { type ConnectionFailure, connectionSentence } from './connectionSentence.ts';
import { readCredentials } from './credentials.ts';
import type { AttemptOutcome, BusOptions, MqttBus } from './mqttBus.ts';
import { SendWindow } from './sendWindow.ts';
import { failureOf, MqttSession } from './session.ts';
import { TopicHandlers } from './topicHandlers.ts';

const KEEPALIVE_S = 30;
const ACKNOWLEDGE_TIMEOUT_MS = 20_000;
/** A connection that held this long was a good one: the next failure is the first again. */
const STEADY_MS = 30_000;
/** Time for the farewell at the end. */
const CLOSE_MS = 2_000;
/** Acknowledgements count as whole again after so many times the longest that one may take. */
const CALM_TIMEOUTS = 3;
const GONE: AttemptOutcome = { isAccepted: false, failure: { message: 'The gateway stopped' } };

/** Connects in the background, for ever, with growing pauses; the broker may be missing. Nothing here rejects. */
export function connectBus(options: BusOptions): MqttBus {
  return new ReconnectingBus(options);
}

class ReconnectingBus implements MqttBus {
  readonly #options: BusOptions;
  readonly #handlers = new TopicHandlers();
  readonly #addresses: BrokerAddresses;
  readonly #troubles: BrokerTroubles;
  readonly #window = new SendWindow();
  readonly #acknowledgeTimeoutMs: number;
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
  /** The attempt under way, or the connection, was ended for an attempt that begins at once. */
  #isPressed = false;
  /** The next attempt is one with new credentials: that it fails says nothing about the address. */
  #isTrial = false;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#addresses = new BrokerAddresses(options.url, options.fallbackUrls ?? []);
    this.#acknowledgeTimeoutMs = options.acknowledgeTimeoutMs ?? ACKNOWLEDGE_TIMEOUT_MS;
    this.#troubles = new BrokerTroubles(CALM_TIMEOUTS * this.#acknowledgeTimeoutMs);
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
    return Math.min(this.#session?.inFlightMaximum ?? 1, this.#window.size());
  }

  async publish(topic: string, payload: string, options?: PublishOptions): Promise<PublishResult> {
    if (this.#session === undefined || !this.isConnected()) {
      return { ok: false, cause: 'offline', detail: 'no connection to the broker' };
    }
    const { clock } = this.#options;
    const sentAtMs = clock.runningMs();
    const result = await this.#session.publish(topic, payload, options);
    const nowMs = clock.runningMs();
    this.#troubles.published(topic, result, nowMs);
    if (result.ok) this.#window.acknowledged(sentAtMs, nowMs);
    else if (result.cause === 'timeout') this.#window.missed(sentAtMs, nowMs);
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
    const where = this.#addresses.sentence(this.isConnected());
    return [where, ...this.#troubles.sentences(this.#options.clock.runningMs())].join('. ');
  }

  faults(): readonly Fault[] {
    return this.#troubles.faults();
  }

  attemptNow(url?: string): Promise<AttemptOutcome> {
    if (this.isConnected()) return Promise.resolve({ isAccepted: true });
    if (url !== undefined) this.#addresses.goTo(url);
    return this.#press();
  }

  startAnew(): Promise<AttemptOutcome> {
    this.#isTrial = this.isConnected();
    return this.#press();
  }

  #press(): Promise<AttemptOutcome> {
    if (this.#isClosing) return Promise.resolve(GONE);
    return new Promise((resolve) => {
      this.#awaiting.push(resolve);
      this.#cancelAttempt();
      const session = this.#session;
      if (session === undefined) {
        this.#attempt();
        return;
      }
      this.#isPressed = true;
      const giveUp = (): void => session.abort({ message: 'Given up for an attempt made at once' });
      // One that does not stand may wait for an answer to a packet that was lost while the way was broken.
      if (!session.isLive) giveUp();
      else {
        session.leave();
        this.#cancelAttempt = this.#options.clock.after(CLOSE_MS, giveUp);
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
        await this.#briefly(session.publish(will.topic, will.payload, { retain: true, label: will.label }));
      session.finish();
      await this.#briefly(closed);
    }
    session.abort({ message: 'The gateway stopped' });
    await this.#briefly(closed);
  }

  #briefly(work: Promise<unknown>): Promise<unknown> {
    return atMost(this.#options.clock, CLOSE_MS, work);
  }

  #attempt(): void {
    const { log } = this.#options;
    const reading = readCredentials(this.#options.credentials());
    if (!reading.ok) {
      this.#failed(reading.detail, { message: reading.detail });
      return;
    }
    const wanted = {
      ...this.#options,
      url: this.#addresses.current(),
      keepaliveS: this.#options.keepaliveS ?? KEEPALIVE_S,
      acknowledgeTimeoutMs: this.#acknowledgeTimeoutMs,
    };
    try {
      this.#session = new MqttSession(wanted, reading.credentials, {
        onAccepted: (hasKeptSession) => this.#accepted(hasKeptSession),
        onMessage: async (message) => {
          const handle = this.#handlers.handlerOf(message.topic);
          if (handle !== undefined) return handle(message);
          log.warn({ topic: message.topic }, 'A message on a topic that nothing listens to was dropped');
        },
        onClosed: (failure) => this.#sessionClosed(failure),
      });
    } catch (error) {
      // What is no certificate or no key is noticed before anything is sent.
      const failure = failureOf(error);
      this.#failed(connectionSentence(failure), failure);
    }
  }

  #accepted(hasKeptSession: boolean): void {
    const { clock, log } = this.#options;
    const url = this.#addresses.current();
    this.#acceptedAtMs = clock.runningMs();
    this.#addresses.accepted();
    this.#said.clear();
    log.info({ url }, 'Connected to the broker');
    if (!hasKeptSession && this.#sessionsAt.has(url)) {
      this.#troubles.sessionLost(clock.runningMs());
      log.warn(
        { url },
        'The broker has lost the session of this gateway, and commands that waited in it; it is subscribed anew, nothing of the outbox is lost',
      );
    }
    this.#sessionsAt.add(url);
    this.#isTrial = false;
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
    this.#cancelAttempt();
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
    const wasTrial = this.#isTrial;
    this.#isTrial = false;
    const isRoundOver = wasSteady || (!wasTrial && this.#addresses.failed(sentence));
    if (wasSteady || wasTrial) this.#addresses.lost(sentence);
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
}
