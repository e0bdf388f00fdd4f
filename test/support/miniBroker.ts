import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { IConnectPacket, IPublishPacket, Packet } from 'mqtt-packet';
import { generate, parser } from 'mqtt-packet';
import { WebSocketWire } from './webSocketWire.ts';

/** What the broker does with a PUBLISH: take it, take it and keep the PUBACK, refuse it, or go before or after taking it. */
export type PublishAnswer =
  | { readonly kind: 'acknowledge'; readonly reasonCode?: number }
  | { readonly kind: 'withhold' }
  | { readonly kind: 'refuse'; readonly reasonCode: number }
  | { readonly kind: 'cutBefore' }
  | { readonly kind: 'cutAfter' };

export const ACKNOWLEDGE: PublishAnswer = { kind: 'acknowledge' };

export interface MiniBrokerKnobs {
  /** Asked for every PUBLISH, with its number since the start of the broker, from 1. */
  readonly onPublish?: (packet: IPublishPacket, count: number) => PublishAnswer;
  /** 0 accepts; others refuse the connection with it. */
  readonly connackCode?: number;
  /** What it says in words to a refusal of the connection or of a message (MQTT 5). */
  readonly reasonString?: string;
  readonly receiveMaximum?: number;
  readonly maximumPacketSize?: number;
  /** Takes everything and answers nothing, not even a ping. */
  readonly isMute?: boolean;
  /** What a SUBSCRIBE is granted; 0x80 and above refuse it. */
  readonly granted?: number;
  /** Says at the next connection that it has kept the session. */
  readonly hasSession?: boolean;
}

/** Absent: plain TCP. */
export interface MiniBrokerTls extends TlsOptions {
  /** MQTT over WebSocket, at /mqtt alone. */
  readonly isWebSocket?: boolean;
}

interface Peer {
  readonly socket: Duplex;
  protocolVersion: number;
}

/** A broker for one test, by script. It knows MQTT 3.1.1 and 5 as far as a gateway needs. */
export class MiniBroker {
  knobs: MiniBrokerKnobs;
  /** What the broker has taken, in order, repetitions included. */
  readonly taken: { topic: string; payload: string; retain: boolean }[] = [];
  /** Of each message of `taken`: its properties (MQTT 5). */
  readonly properties: IPublishPacket['properties'][] = [];
  /** Reasons with which clients have said farewell; 0 where they gave none. */
  readonly farewells: number[] = [];
  readonly connects: IConnectPacket[] = [];
  readonly subscriptions: string[] = [];
  /** Identifiers of delivered messages that the client has acknowledged. */
  readonly acknowledged: number[] = [];
  /** Most PUBLISH packets without a PUBACK that were ever open on a connection. */
  mostOpen = 0;
  readonly #server: Server;
  readonly #peers = new Set<Peer>();
  #publishes = 0;
  #open = 0;
  #nextId = 1;
  readonly #tls: MiniBrokerTls | undefined;

  private constructor(knobs: MiniBrokerKnobs, tls: MiniBrokerTls | undefined) {
    this.knobs = knobs;
    this.#tls = tls;
    this.#server = this.#createServer();
  }

  static async start(knobs: MiniBrokerKnobs = {}, port = 0, tls?: MiniBrokerTls): Promise<MiniBroker> {
    const broker = new MiniBroker(knobs, tls);
    await new Promise<void>((resolve, reject) => {
      broker.#server.once('error', reject);
      broker.#server.listen(port, '127.0.0.1', resolve);
    });
    return broker;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the broker does not listen');
    return address.port;
  }

  get url(): string {
    if (this.#tls === undefined) return `mqtt://127.0.0.1:${this.port}`;
    return this.#tls.isWebSocket === true
      ? `wss://localhost:${this.port}/mqtt`
      : `mqtts://localhost:${this.port}`;
  }

  /** @returns the packet identifier, which stands in `acknowledged` once the client has answered */
  deliver(topic: string, payload: string | Buffer, options: { retain?: boolean; id?: number } = {}): number {
    const messageId = options.id ?? this.#nextId++;
    for (const peer of this.#peers) {
      this.#send(peer, {
        cmd: 'publish',
        topic,
        payload,
        qos: 1,
        retain: options.retain === true,
        dup: options.id !== undefined,
        messageId,
      });
    }
    return messageId;
  }

  cut(): void {
    for (const peer of this.#peers) peer.socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cut();
    await closed;
  }

  #createServer(): Server {
    const tls = this.#tls;
    const welcome = (socket: Duplex): void => this.#welcome(socket);
    if (tls === undefined) return createServer(welcome);
    if (tls.isWebSocket !== true) return createTlsServer(tls, welcome).on('tlsClientError', () => {});
    const server = createHttpsServer(tls, (_request, response) => response.writeHead(404).end());
    server.on('tlsClientError', () => {});
    return server.on('upgrade', (request, socket, head) => {
      if (request.url === '/mqtt') this.#welcome(new WebSocketWire(request, socket, head));
      else socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    });
  }

  #welcome(socket: Duplex): void {
    const peer: Peer = { socket, protocolVersion: 4 };
    this.#peers.add(peer);
    this.#open = 0;
    const reader = parser();
    reader.on('packet', (packet) => {
      if (!socket.destroyed) this.#answer(peer, packet);
    });
    reader.on('error', () => socket.destroy());
    socket.on('data', (bytes) => reader.parse(bytes));
    socket.on('error', () => {});
    socket.on('close', () => this.#peers.delete(peer));
  }

  #answer(peer: Peer, packet: Packet): void {
    if (packet.cmd === 'connect') {
      peer.protocolVersion = packet.protocolVersion ?? 4;
      this.connects.push(packet);
    }
    if (this.knobs.isMute === true) return;
    if (packet.cmd === 'connect') this.#connack(peer);
    else if (packet.cmd === 'publish') this.#takePublish(peer, packet);
    else if (packet.cmd === 'pingreq') this.#send(peer, { cmd: 'pingresp' });
    else if (packet.cmd === 'puback') this.acknowledged.push(packet.messageId ?? 0);
    else if (packet.cmd === 'disconnect') {
      this.farewells.push(packet.reasonCode ?? 0);
      peer.socket.end();
    } else if (packet.cmd === 'subscribe') {
      this.subscriptions.push(...packet.subscriptions.map(({ topic }) => topic));
      const granted = packet.subscriptions.map(() => this.knobs.granted ?? 1);
      this.#send(peer, { cmd: 'suback', messageId: packet.messageId ?? 0, granted });
    }
  }

  #connack(peer: Peer): void {
    const { connackCode = 0, maximumPacketSize, reasonString, receiveMaximum } = this.knobs;
    const properties = {
      ...(reasonString !== undefined && { reasonString }),
      ...(receiveMaximum !== undefined && { receiveMaximum }),
      ...(maximumPacketSize !== undefined && { maximumPacketSize }),
    };
    this.#send(peer, {
      cmd: 'connack',
      sessionPresent: this.knobs.hasSession === true,
      ...(peer.protocolVersion === 5 ? { reasonCode: connackCode, properties } : { returnCode: connackCode }),
    });
    if (connackCode !== 0) peer.socket.end();
  }

  #takePublish(peer: Peer, packet: IPublishPacket): void {
    this.#publishes += 1;
    const answer = this.knobs.onPublish?.(packet, this.#publishes) ?? ACKNOWLEDGE;
    if (answer.kind === 'cutBefore') {
      peer.socket.destroy();
      return;
    }
    if (answer.kind !== 'refuse') {
      const { retain, topic } = packet;
      this.taken.push({ topic, payload: packet.payload.toString(), retain });
      this.properties.push(packet.properties);
    }
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    if (answer.kind === 'cutAfter') {
      peer.socket.destroy();
      return;
    }
    if (answer.kind === 'withhold') return;
    // At the next turn, so that messages sent together are open together.
    setImmediate(() => {
      this.#open -= 1;
      const messageId = packet.messageId ?? 0;
      const reasonCode = answer.reasonCode ?? 0;
      const { reasonString } = this.knobs;
      const properties = reasonString === undefined ? {} : { properties: { reasonString } };
      const told = peer.protocolVersion === 5 ? { reasonCode, ...properties } : {};
      this.#send(peer, { cmd: 'puback', messageId, ...told });
    });
  }

  #send(peer: Peer, packet: Packet): void {
    if (!peer.socket.destroyed) {
      peer.socket.write(generate(packet, { protocolVersion: peer.protocolVersion }));
    }
  }
}
