import mqtt from 'mqtt';
import { MESSAGES, type MessageName } from '../../../src/contract/messages.ts';
import { topicOf, UPWARD_TOPICS } from '../../../src/contract/topics.ts';

/**
 * The other side: a subscriber with a session that outlives it and its broker. It keeps every message of every
 * gateway by stream and sequence, and what is wrong with any.
 */
export class BackOffice {
  /** What no message may be: against its contract, or other bytes under a sequence that was seen before. */
  readonly complaints: string[] = [];
  /** Messages that came once more, with the same bytes. */
  repetitions = 0;
  readonly #client: mqtt.MqttClient;
  readonly #seen = new Map<string, Map<number, string>>();

  private constructor(client: mqtt.MqttClient) {
    this.#client = client;
    // While the broker is away; the client comes back by itself.
    client.on('error', () => undefined);
    client.on('message', (topic, payload) => this.#take(topic, payload.toString()));
  }

  static async connect(url: string): Promise<BackOffice> {
    const client = await mqtt.connectAsync(url, {
      protocolVersion: 5,
      clientId: 'back-office',
      clean: false,
      reconnectPeriod: 100,
      properties: { sessionExpiryInterval: 3_600 },
    });
    const backOffice = new BackOffice(client);
    await client.subscribeAsync(
      UPWARD_TOPICS.map((name) => topicOf('+', name)),
      { qos: 1 },
    );
    return backOffice;
  }

  /** Sequences that came, in order of their number. */
  sequences(gatewayId: string, stream: string): readonly number[] {
    return [...(this.#seen.get(`${gatewayId}/${stream}`)?.keys() ?? [])].sort((one, other) => one - other);
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #take(topic: string, bytes: string): void {
    const message = JSON.parse(bytes);
    const schema = MESSAGES[message.schema as MessageName];
    const parsed = schema?.safeParse(message);
    if (parsed?.success !== true) {
      this.complaints.push(`${topic}: against its contract: ${parsed?.error.message ?? message.schema}`);
      return;
    }
    if (message.schema === 'loadgate.offline/1') return;
    const key = `${message.gatewayId}/${message.stream}`;
    if (topic !== topicOf(message.gatewayId, message.stream))
      this.complaints.push(`${topic}: carries ${key}`);
    const stream = this.#seen.get(key) ?? new Map<number, string>();
    this.#seen.set(key, stream);
    const before = stream.get(message.sequence);
    if (before === undefined) stream.set(message.sequence, bytes);
    else if (before === bytes) this.repetitions += 1;
    else this.complaints.push(`${key} ${message.sequence}: first ${before}, then ${bytes}`);
  }
}
