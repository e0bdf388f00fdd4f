import mqtt from 'mqtt';
import { patience } from '../processes/waiting.ts';
import type { JsonObject } from './contractFiles.ts';
import { judgeMessage, type WireMessage } from './judgeMessage.ts';

/** A message as the watch has seen it. */
export interface SeenMessage extends WireMessage {
  readonly text: string;
  /** What it says, and what a JWS in it carries; empty when it was not understood. */
  readonly objects: readonly JsonObject[];
}

/** No topic of the contract: tells that all that was sent before has come. */
const MARK_TOPIC = 'watch/mark';
const MARK_WITHIN_MS = 5_000;

/**
 * A subscriber on all topics of a broker from its first moment on, which holds every message against the published contract.
 * Its session is kept by a broker that keeps any, so that it misses nothing while the broker is away.
 */
export class WireWatch {
  readonly messages: SeenMessage[] = [];
  readonly #complaints: string[] = [];
  readonly #wrongOnPurpose = new Set<string>();
  /** The last sequence of each outbox on each topic. */
  readonly #highest = new Map<string, number>();
  readonly #client: mqtt.MqttClient;
  #onMark: () => void = () => undefined;

  private constructor(client: mqtt.MqttClient) {
    this.#client = client;
    // While the broker is away; the client comes back by itself.
    client.on('error', () => undefined);
    client.on('message', (topic, payload, { retain, dup }) => {
      // A broker that was killed does not know what it has delivered.
      if (!dup || !this.#hasSeen(topic, payload.toString())) this.#take(topic, payload, retain);
    });
  }

  static async attach(url: string): Promise<WireWatch> {
    const client = await mqtt.connectAsync(url, {
      protocolVersion: 5,
      clientId: 'wire-watch',
      clean: false,
      reconnectPeriod: 50,
      properties: { sessionExpiryInterval: 3_600 },
    });
    const watch = new WireWatch(client);
    // As they were published, and none a second time after a reconnection.
    await client.subscribeAsync('#', { qos: 1, rap: true, rh: 2 });
    return watch;
  }

  /** A test sends this text although, or because, it is against the contract. */
  letPass(text: string): void {
    this.#wrongOnPurpose.add(text);
  }

  /** Waits for all that was sent so far, and ends. @returns what was against the contract */
  async close(): Promise<readonly string[]> {
    if (this.#client.connected) {
      const marked = new Promise<void>((resolve) => {
        this.#onMark = resolve;
      });
      await this.#client.publishAsync(MARK_TOPIC, '', { qos: 1 });
      await patience(marked, MARK_WITHIN_MS);
    }
    await this.#client.endAsync(true);
    return this.#complaints;
  }

  #hasSeen(topic: string, text: string): boolean {
    return this.messages.some((seen) => seen.topic === topic && seen.text === text);
  }

  #take(topic: string, payload: Buffer, isRetained: boolean): void {
    if (topic === MARK_TOPIC) {
      this.#onMark();
      return;
    }
    const text = payload.toString();
    const message = { topic, payload, isRetained, isRepeated: this.#isRepeated(topic, text) };
    const { objects, complaints } = judgeMessage(message);
    this.messages.push({ ...message, text, objects });
    if (!this.#wrongOnPurpose.has(text)) this.#complaints.push(...complaints);
  }

  /** By its number in its outbox: one that is not the highest so far. */
  #isRepeated(topic: string, text: string): boolean {
    const [, outboxId, sequence] = /"outboxId":"(\w+)".*?"sequence":(\d+)/.exec(text) ?? [];
    if (outboxId === undefined) return false;
    const key = `${topic} ${outboxId}`;
    const highest = this.#highest.get(key) ?? 0;
    this.#highest.set(key, Math.max(highest, Number(sequence)));
    return Number(sequence) <= highest;
  }
}
