import mqtt from 'mqtt';
import type { Bus, BusMessage, PublishResult } from '../../src/ports/bus.ts';
import type { Cancel, Clock } from '../../src/ports/clock.ts';

export interface FleetBusOptions {
  readonly url: string;
  readonly clientId: string;
  /** PEM texts; absent: without TLS. */
  readonly credentials?: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
  readonly will: { readonly topic: string; readonly payload: string };
  readonly clock: Clock;
  /** Pause before the next attempt, ms of the clock. */
  readonly reconnectMs: () => number;
  /** Whatever is sent leaves so much later, ms of the clock; 0: at once. */
  readonly sendDelayMs: number;
}

const SESSION_EXPIRY_S = 86_400;
const KEEPALIVE_S = 60;
const CONNECT_TIMEOUT_MS = 60_000;

type Handler = (message: BusMessage) => Promise<void>;

/**
 * A real MQTT 5 session of one light gateway, which can be cut as a power cut does it, and lose what the broker keeps. A
 * client lives as long as its connection: what was not acknowledged by then is the outbox's to send again.
 */
export class FleetBus implements Bus {
  readonly #options: FleetBusOptions;
  readonly #handlers = new Map<string, Handler>();
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  #client: mqtt.MqttClient | undefined;
  #isConnected = false;
  #isWanted = false;
  #isFresh = false;
  #cancelAttempt: Cancel = () => undefined;

  constructor(options: FleetBusOptions) {
    this.#options = options;
  }

  isConnected(): boolean {
    return this.#isConnected;
  }

  /** Connects, and again and again from here on. */
  open(): void {
    this.#isWanted = true;
    this.#attempt();
  }

  publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<PublishResult> {
    const { clock, sendDelayMs } = this.#options;
    return new Promise((resolve) => {
      const send = (): void => {
        const client = this.#client;
        if (client === undefined || !this.#isConnected) {
          resolve({ ok: false, cause: 'offline', detail: 'no connection' });
          return;
        }
        client.publish(topic, payload, { qos: 1, retain: options?.retain === true }, (error) =>
          resolve(
            error === undefined || error === null
              ? { ok: true }
              : { ok: false, cause: this.#isConnected ? 'refused' : 'offline', detail: error.message },
          ),
        );
      };
      if (sendDelayMs > 0) clock.after(sendDelayMs, send);
      else send();
    });
  }

  /** Before open(). */
  subscribe(topic: string, handle: Handler): void {
    this.#handlers.set(topic, handle);
  }

  onConnection(listener: (isConnected: boolean) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#isConnected);
    return () => this.#listeners.delete(listener);
  }

  /** As when the power goes: not a word. Stays away until open(). */
  cut(): void {
    this.#isWanted = false;
    this.#cancelAttempt();
    this.#client?.stream.destroy();
  }

  /** The connection goes, and the next one finds nothing at the broker. */
  loseSession(): void {
    this.#isFresh = true;
    this.#client?.stream.destroy();
  }

  async close(): Promise<void> {
    this.#isWanted = false;
    this.#cancelAttempt();
    await this.#client?.endAsync(true);
  }

  #attempt(): void {
    if (!this.#isWanted || this.#client !== undefined) return;
    const { url, clientId, credentials, will } = this.#options;
    const client = mqtt.connect(url, {
      ...credentials,
      clientId,
      protocolVersion: 5,
      clean: this.#isFresh,
      keepalive: KEEPALIVE_S,
      reconnectPeriod: 0,
      resubscribe: false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
      properties: { sessionExpiryInterval: SESSION_EXPIRY_S },
    });
    this.#client = client;
    client.on('error', () => undefined);
    client.on('connect', ({ sessionPresent }) => this.#accepted(client, sessionPresent));
    client.on('close', () => this.#closed(client));
    // Acknowledged once the handler has resolved.
    client.handleMessage = ({ topic, payload, retain }, done) => {
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
      const handled = this.#handlers.get(topic)?.({ topic, payload: bytes, isRetained: retain });
      void Promise.resolve(handled).then(
        () => done(),
        (error: Error) => done(error),
      );
    };
  }

  #accepted(client: mqtt.MqttClient, isSessionKept: boolean): void {
    this.#isFresh = false;
    const stand = (): void => {
      if (this.#client !== client) return;
      this.#isConnected = true;
      for (const listener of this.#listeners) listener(true);
    };
    if (isSessionKept) stand();
    else client.subscribe([...this.#handlers.keys()], { qos: 1 }, stand);
  }

  #closed(client: mqtt.MqttClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.removeAllListeners();
    client.on('error', () => undefined);
    client.end(true);
    if (this.#isConnected) {
      this.#isConnected = false;
      for (const listener of this.#listeners) listener(false);
    }
    if (this.#isWanted)
      this.#cancelAttempt = this.#options.clock.after(this.#options.reconnectMs(), () => this.#attempt());
  }
}
