import type { Bus, BusMessage, PublishResult } from '../../src/ports/bus.ts';

export interface ReceivedMessage {
  readonly topic: string;
  /** Which outbox the sequence counts in. */
  readonly outboxId: string;
  readonly stream: string;
  readonly sequence: number;
  readonly payload: string;
}

/**
 * A broker and a subscriber behind it, without a wire. It can be gone, and it can take a message and lose the
 * acknowledgement, so that the same message comes twice.
 */
export class BackOffice {
  readonly received: ReceivedMessage[] = [];
  isThere = true;
  /** Every so many messages the acknowledgement is lost; 0 never. */
  losesEvery = 0;
  /** Every so many messages one that was acknowledged never arrives; 0 never. */
  losesMessageEvery = 0;
  /** Called for each that arrives. While it is set, what came is not kept here. */
  onReceived: ((message: ReceivedMessage) => void) | undefined;
  #published = 0;
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  readonly #handlers = new Map<string, (message: BusMessage) => Promise<void>>();

  setThere(isThere: boolean): void {
    if (this.isThere === isThere) return;
    this.isThere = isThere;
    for (const listener of this.#listeners) listener(isThere);
  }

  /** A way to it for one life of a gateway; cut when that life ends. */
  connect(): Bus & { cut(): void } {
    let isCut = false;
    const own = new Set<(isConnected: boolean) => void>();
    return {
      isConnected: () => this.isThere && !isCut,
      publish: async (topic, payload): Promise<PublishResult> => {
        if (!this.isThere || isCut) return { ok: false, cause: 'offline', detail: 'nobody there' };
        const { outboxId, stream, sequence } = JSON.parse(payload) as ReceivedMessage;
        this.#published += 1;
        const isLost = this.losesMessageEvery > 0 && this.#published % this.losesMessageEvery === 0;
        if (!isLost) this.#receive({ topic, outboxId, stream, sequence, payload });
        if (this.losesEvery > 0 && this.#published % this.losesEvery === 0) {
          return { ok: false, cause: 'timeout', detail: 'no acknowledgement' };
        }
        return { ok: true };
      },
      subscribe: (topic, handle) => {
        this.#handlers.set(topic, handle);
      },
      onConnection: (listener) => {
        this.#listeners.add(listener);
        own.add(listener);
        listener(this.isThere && !isCut);
        return () => {
          this.#listeners.delete(listener);
        };
      },
      close: async () => undefined,
      cut: () => {
        isCut = true;
        for (const listener of own) this.#listeners.delete(listener);
      },
    };
  }

  published(): number {
    return this.#published;
  }

  #receive(message: ReceivedMessage): void {
    if (this.onReceived === undefined) this.received.push(message);
    else this.onReceived(message);
  }

  /** Sends a command to the gateway as it is; resolves when it was acknowledged. */
  async command(topic: string, text: string): Promise<void> {
    await this.#handlers.get(topic)?.({ topic, payload: Buffer.from(text) });
  }

  /**
   * What a subscriber that takes each sequence of an outbox once has, per stream; throws when the same number came
   * with other bytes.
   */
  distinct(): Map<string, number[]> {
    const payloads = new Map<string, string>();
    const streams = new Map<string, number[]>();
    for (const { outboxId, stream, sequence, payload } of this.received) {
      const key = `${outboxId} ${stream} ${sequence}`;
      const known = payloads.get(key);
      if (known !== undefined && known !== payload) throw new Error(`${key} came with two contents`);
      if (known !== undefined) continue;
      payloads.set(key, payload);
      streams.set(stream, [...(streams.get(stream) ?? []), sequence]);
    }
    return streams;
  }
}
