import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import mqtt from 'mqtt';
import type { BusMessage, PublishOptions, PublishResult } from '../../ports/bus.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { ConnectionFailure } from './connectionSentence.ts';
import { type ConnectionWanted, connectOptionsOf, labelProperties } from './connectOptions.ts';
import type { Credentials } from './credentials.ts';
import { Flights } from './flights.ts';
import { refusalSentence } from './refusalSentence.ts';

/** The next address is not kept waiting by one that a firewall swallows. */
const REACH_TIMEOUT_MS = 15_000;
/** PUBACK of MQTT 5: taken, but nobody is subscribed. */
const NO_MATCHING_SUBSCRIBERS = 0x10;
/** DISCONNECT of MQTT 5: the last will counts, and with it its delay (3.14.2.1). */
const WITH_WILL = 0x04;
/** MQTT 5 section 3.2.2.3.3: what a broker allows that does not say. */
const RECEIVE_MAXIMUM_UNSAID = 65_535;
/**
 * What is written in one go would else become one piece of up to 16 384 bytes, of which the broker can read nothing before it
 * has all of it: on a slow line many messages then wait for the last.
 */
const TLS_PIECE_BYTES = 1_024;
/** Head and properties of a PUBLISH beside topic, label and payload: never more. */
const HEAD_BYTES = 32;

export interface SessionOptions extends ConnectionWanted {
  readonly url: string;
  /** A message that nobody is subscribed to counts as refused, where the broker says so (MQTT 5). */
  readonly requiresSubscriber: boolean;
  readonly acknowledgeTimeoutMs: number;
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

/**
 * One connection from its attempt to its end. The MQTT library's own client lives just as long: it would send
 * what is unacknowledged again by itself after a reconnect, out of our order and from memory without a bound.
 * Here whatever is open at the end is answered `offline`, and the outbox decides.
 */
export class MqttSession {
  readonly #options: SessionOptions;
  readonly #client: mqtt.MqttClient;
  readonly #flights: Flights;
  readonly #withoutSubscriber = new Set<number>();
  readonly #pings: ((isAnswered: boolean) => void)[] = [];
  readonly #cancelReach: Cancel;
  #failure: ConnectionFailure | undefined;
  #isLive = false;
  #isGivenUp = false;
  #isClosed = false;
  #inFlightMaximum = RECEIVE_MAXIMUM_UNSAID;
  #mostBytes = Number.POSITIVE_INFINITY;

  constructor(options: SessionOptions, credentials: Credentials, events: SessionEvents) {
    this.#options = options;
    const { acknowledgeTimeoutMs, clock, url } = options;
    // A late acknowledgement must find nobody: its packet identifier could by then be another message's.
    this.#flights = new Flights(clock, acknowledgeTimeoutMs, () =>
      this.abort({ code: 'ACKNOWLEDGEMENT_MISSING', message: 'no acknowledgement in time' }),
    );
    let webSocket: Socket | undefined;
    const wanted = connectOptionsOf(options, credentials, (socket) => {
      webSocket = socket;
    });
    this.#client = mqtt.connect(url, wanted);
    const wire = webSocket ?? this.#client.stream;
    if (wire instanceof TLSSocket) wire.setMaxSendFragment(TLS_PIECE_BYTES);
    this.#cancelReach = clock.after(REACH_TIMEOUT_MS, () => {
      if (wire instanceof Socket && wire.connecting) this.abort({ code: 'ETIMEDOUT', message: 'no answer' });
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
    { retain = false, expiryS, label }: PublishOptions = {},
  ): Promise<PublishResult> {
    if (!this.#isLive) return Promise.resolve(offline('no connection to the broker'));
    const beside = label === undefined ? 0 : Buffer.byteLength(`${label.contentType}${label.schema}`);
    const bytes = Buffer.byteLength(payload) + Buffer.byteLength(topic) + beside + HEAD_BYTES;
    if (bytes > this.#mostBytes) {
      const detail = `the message has ${bytes} bytes, the broker takes at most ${this.#mostBytes}`;
      return Promise.resolve({ ok: false, cause: 'refused', detail });
    }
    const properties = {
      ...(expiryS !== undefined && { messageExpiryInterval: expiryS }),
      ...(label !== undefined && labelProperties(label)),
    };
    return new Promise((resolve) => {
      const flight = this.#flights.takeOff(bytes, resolve);
      // With MQTT 3.1.1 the library leaves the properties aside.
      this.#client.publish(topic, payload, { qos: 1, retain, properties }, (error, packet) =>
        flight.land(this.#judge(error, packet, retain)),
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
    this.#isGivenUp = true;
    this.#failure ??= failure;
    this.#isLive = false;
    this.#client.end(true);
    // end() does nothing more once a farewell is under way.
    this.#client.stream.destroy();
  }

  /** Says farewell; the last will is not published. */
  finish(): void {
    this.#end();
  }

  /** Says farewell for a short while: the last will is published should that become a long one. Without MQTT 5 it is not. */
  leave(): void {
    this.#end(this.#options.protocolVersion === 5 ? WITH_WILL : undefined);
  }

  #end(reasonCode?: number): void {
    this.#isLive = false;
    this.#client.end(this.#flights.count > 0, reasonCode === undefined ? {} : { reasonCode });
  }

  #listen(events: SessionEvents): void {
    const client = this.#client;
    client.on('connect', (connack) => {
      // It may have come in with what ended it.
      if (this.#isGivenUp) return;
      this.#inFlightMaximum = connack.properties?.receiveMaximum ?? RECEIVE_MAXIMUM_UNSAID;
      this.#mostBytes = connack.properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY;
      this.#failure = undefined;
      this.#isLive = true;
      events.onAccepted(connack.sessionPresent);
    });
    let said: string | undefined;
    client.on('error', (error) => {
      this.#failure = failureOf(error, said);
    });
    // The library passes on only what it knows; a web server in the place of the broker it does not.
    client.stream.on('error', (error) => {
      this.#failure ??= error;
    });
    client.on('disconnect', (packet) => {
      const ended = { code: packet.reasonCode ?? 0, message: 'The broker ended the connection' };
      this.#failure = { ...ended, ...saidOf(packet.properties?.reasonString) };
    });
    client.on('packetreceive', (packet) => {
      // Of a refusal the library passes the code on alone; this comes before it.
      if (packet.cmd === 'connack') said = packet.properties?.reasonString;
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
    this.#cancelReach();
    this.#flights.landAll(offline('the connection was lost before the acknowledgement'));
    for (const settle of this.#pings.splice(0)) settle(false);
    // No timer of the library outlives its connection.
    this.#client.end(true);
    events.onClosed(this.#failure);
  }

  #judge(error: unknown, packet: mqtt.Packet | undefined, retain: boolean): PublishResult {
    if (error !== null && error !== undefined) {
      const { code, message } = failureOf(error);
      if (typeof code !== 'number') return offline(message);
      const said = packet?.cmd === 'puback' ? packet.properties?.reasonString : undefined;
      return { ok: false, cause: 'refused', detail: refusalSentence(code, said) };
    }
    const messageId = packet?.messageId;
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

/** As it came, with what the broker said to it. */
export function failureOf(error: unknown, said?: string): ConnectionFailure {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? error.code : undefined;
  const isCode = typeof code === 'number' || typeof code === 'string';
  return { ...(isCode && { code }), message: error.message, ...saidOf(said) };
}

function saidOf(said: string | undefined): { said?: string } {
  return said === undefined ? {} : { said };
}
