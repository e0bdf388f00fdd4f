import mqtt from 'mqtt';
import type { BusMessage, PublishResult } from '../../ports/bus.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { ConnectionFailure } from './connectionSentence.ts';
import type { Credentials } from './credentials.ts';
import { refusalSentence } from './refusalSentence.ts';

/** The broker forgets a gateway, and the commands that wait for it, after this long: they would be of no use. */
const SESSION_EXPIRY_S = 86_400;
/** No command comes near this; larger packets are not sent to us by an MQTT 5 broker. */
const MOST_INBOUND_BYTES = 262_144;
const INBOUND_RECEIVE_MAXIMUM = 8;
const CONNACK_TIMEOUT_MS = 15_000;
/** Said here and not left to Node.js, whose defaults the environment can weaken (NODE_OPTIONS, NODE_TLS_REJECT_UNAUTHORIZED). */
const TLS = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const;
/** PUBACK of MQTT 5: taken, but nobody is subscribed. */
const NO_MATCHING_SUBSCRIBERS = 0x10;
/** MQTT 5 section 3.2.2.3.3: what a broker allows that does not say. */
const RECEIVE_MAXIMUM_UNSAID = 65_535;

/** What the broker publishes, retained, when the connection is lost. */
export interface LastWill {
  readonly topic: string;
  readonly payload: string;
}

export interface SessionOptions {
  readonly url: string;
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
  readonly username?: string;
  readonly will?: LastWill;
  readonly keepaliveS: number;
  /** A message that nobody is subscribed to counts as refused, where the broker says so (MQTT 5). */
  readonly requiresSubscriber: boolean;
  readonly acknowledgeTimeoutMs: number;
  /** How many messages the broker may send before the first is acknowledged (MQTT 5). Default 8. */
  readonly receiveMaximum?: number;
  readonly clock: Clock;
}

export interface SessionEvents {
  /** The broker has accepted (CONNACK), which alone counts: with TLS 1.3 a refusal may come after "connected". */
  readonly onAccepted: (hasKeptSession: boolean) => void;
  /** Rejects when the message must not be acknowledged; the session then ends so that it comes again. */
  readonly onMessage: (message: BusMessage) => Promise<void>;
  /** Called once, accepted or not. */
  readonly onClosed: (failure: ConnectionFailure | undefined) => void;
}

interface Flight {
  readonly settle: (result: PublishResult) => void;
}

/**
 * One connection from its attempt to its end. The MQTT library's own client lives just as long: it would send
 * what is unacknowledged again by itself after a reconnect, out of our order and from memory without a bound.
 * Here whatever is open at the end is answered `offline`, and the outbox decides.
 */
export class MqttSession {
  readonly #options: SessionOptions;
  readonly #client: mqtt.MqttClient;
  readonly #flights = new Set<Flight>();
  readonly #withoutSubscriber = new Set<number>();
  readonly #pings: ((isAnswered: boolean) => void)[] = [];
  #failure: ConnectionFailure | undefined;
  #isLive = false;
  #isClosed = false;
  #inFlightMaximum = RECEIVE_MAXIMUM_UNSAID;
  #mostBytes = Number.POSITIVE_INFINITY;

  constructor(options: SessionOptions, credentials: Credentials, events: SessionEvents) {
    this.#options = options;
    this.#client = mqtt.connect(options.url, {
      ...credentials,
      ...TLS,
      // The library hands on to a WebSocket what it knows by name, and no minimum version.
      wsOptions: { ...TLS, perMessageDeflate: false },
      ...(options.username !== undefined && { username: options.username }),
      clientId: options.clientId,
      protocolVersion: options.protocolVersion,
      clean: false,
      keepalive: options.keepaliveS,
      reconnectPeriod: 0,
      resubscribe: false,
      connectTimeout: CONNACK_TIMEOUT_MS,
      ...(options.will !== undefined && {
        will: { topic: options.will.topic, payload: Buffer.from(options.will.payload), qos: 1, retain: true },
      }),
      ...(options.protocolVersion === 5 && {
        properties: {
          sessionExpiryInterval: SESSION_EXPIRY_S,
          receiveMaximum: options.receiveMaximum ?? INBOUND_RECEIVE_MAXIMUM,
          maximumPacketSize: MOST_INBOUND_BYTES,
        },
      }),
    });
    this.#listen(events);
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** How many messages the broker takes before it has acknowledged the first. */
  get inFlightMaximum(): number {
    return this.#inFlightMaximum;
  }

  publish(
    topic: string,
    payload: string,
    { retain = false, expiryS }: { retain?: boolean; expiryS?: number } = {},
  ): Promise<PublishResult> {
    if (!this.#isLive) return Promise.resolve(offline('no connection to the broker'));
    const bytes = Buffer.byteLength(payload) + Buffer.byteLength(topic);
    if (bytes > this.#mostBytes) {
      const detail = `the message has ${bytes} bytes, the broker takes at most ${this.#mostBytes}`;
      return Promise.resolve({ ok: false, cause: 'refused', detail });
    }
    return new Promise((resolve) => {
      let cancelTimeout: Cancel = () => {};
      const flight: Flight = {
        settle: (result) => {
          if (!this.#flights.delete(flight)) return;
          cancelTimeout();
          resolve(result);
        },
      };
      this.#flights.add(flight);
      cancelTimeout = this.#options.clock.after(this.#options.acknowledgeTimeoutMs, () => {
        const detail = `no acknowledgement within ${this.#options.acknowledgeTimeoutMs} ms`;
        flight.settle({ ok: false, cause: 'timeout', detail });
        // A late acknowledgement must find nobody: its packet identifier could by then be another message's.
        this.abort({ message: `The broker gave ${detail}` });
      });
      const ages = expiryS !== undefined && this.#options.protocolVersion === 5;
      const properties = ages ? { properties: { messageExpiryInterval: expiryS } } : {};
      this.#client.publish(topic, payload, { qos: 1, retain, ...properties }, (error, packet) =>
        flight.settle(this.#judge(error, packet?.messageId, retain)),
      );
    });
  }

  /** Resolves with a sentence when the broker does not grant it. */
  subscribe(topic: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#client.subscribe(topic, { qos: 1 }, (error, _granted, packet) => {
        const code = packet?.granted.find((each) => typeof each === 'number' && each >= 0x80);
        resolve(typeof code === 'number' ? refusalSentence(code) : error?.message);
      });
    });
  }

  /** @returns false when the connection ended before the answer */
  ping(): Promise<boolean> {
    if (!this.#isLive) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#pings.push(resolve);
      this.#client.sendPing();
    });
  }

  /** Ends the connection without a farewell; the broker publishes the last will. */
  abort(failure: ConnectionFailure): void {
    this.#failure ??= failure;
    this.#isLive = false;
    this.#client.end(true);
    // end() does nothing more once a farewell is under way.
    this.#client.stream.destroy();
  }

  /** Says farewell; the last will is not published. */
  finish(): void {
    this.#isLive = false;
    this.#client.end(this.#flights.size > 0);
  }

  #listen(events: SessionEvents): void {
    const client = this.#client;
    client.on('connect', (connack) => {
      this.#inFlightMaximum = connack.properties?.receiveMaximum ?? RECEIVE_MAXIMUM_UNSAID;
      this.#mostBytes = (connack.properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY) - 16;
      this.#failure = undefined;
      this.#isLive = true;
      events.onAccepted(connack.sessionPresent);
    });
    client.on('error', (error) => {
      this.#failure = error;
    });
    // The library passes on only what it knows; a web server in the place of the broker it does not.
    client.stream.on('error', (error) => {
      this.#failure ??= error;
    });
    client.on('disconnect', (packet) => {
      this.#failure = { code: packet.reasonCode ?? 0, message: 'The broker ended the connection' };
    });
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'pingresp') for (const settle of this.#pings.splice(0)) settle(true);
      // The library does not pass this code on; it comes before the callback of the publish.
      if (packet.cmd !== 'puback' || packet.reasonCode !== NO_MATCHING_SUBSCRIBERS) return;
      if (packet.messageId !== undefined) this.#withoutSubscriber.add(packet.messageId);
    });
    client.on('close', () => this.#closed(events));
    client.handleMessage = (packet, acknowledge) => {
      const message: BusMessage = {
        topic: packet.topic,
        payload: typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload,
        ...(packet.retain && { isRetained: true }),
      };
      events.onMessage(message).then(
        () => {
          if (!this.#isClosed) acknowledge();
        },
        (error: unknown) =>
          this.abort({
            message: `A message could not be handled and is left with the broker: ${String(error)}`,
          }),
      );
    };
  }

  #closed(events: SessionEvents): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isLive = false;
    for (const flight of this.#flights) {
      flight.settle(offline('the connection was lost before the acknowledgement'));
    }
    for (const settle of this.#pings.splice(0)) settle(false);
    // No timer of the library outlives its connection.
    this.#client.end(true);
    events.onClosed(this.#failure);
  }

  #judge(error: unknown, messageId: number | undefined, retain: boolean): PublishResult {
    if (error !== null && error !== undefined) {
      const code = typeof error === 'object' && 'code' in error ? error.code : undefined;
      if (typeof code !== 'number') return offline(error instanceof Error ? error.message : String(error));
      return { ok: false, cause: 'refused', detail: refusalSentence(code) };
    }
    const hadNoSubscriber = messageId !== undefined && this.#withoutSubscriber.delete(messageId);
    // A retained message waits at the broker for whoever comes.
    if (hadNoSubscriber && !retain && this.#options.requiresSubscriber) {
      return { ok: false, cause: 'refused', detail: refusalSentence(NO_MATCHING_SUBSCRIBERS) };
    }
    return { ok: true };
  }
}

function offline(detail: string): PublishResult {
  return { ok: false, cause: 'offline', detail };
}
