import type { Bus, BusMessage, PublishResult } from '../../src/ports/bus.ts';
import type { Entropy } from '../../src/ports/entropy.ts';
import type { OutboxRow, Store, StreamName } from '../../src/ports/store.ts';

/** The outbox of a store, in memory; it outlives the postmen that work on it. */
export class MemoryOutbox implements Pick<Store, 'outboxId' | 'pending' | 'pendingCount' | 'acknowledge'> {
  readonly outboxId = '0a1b2c3d';
  rows: OutboxRow[] = [];
  readonly #last: Record<StreamName, number> = { receipts: 0, events: 0, telemetry: 0, status: 0 };
  /** Called before rows are removed. */
  onAcknowledge: (rows: readonly Pick<OutboxRow, 'stream' | 'sequence'>[]) => void = () => {};
  removals = 0;

  /** @param bytes of its body, about */
  add(stream: StreamName, bytes = 2): number {
    this.#last[stream] += 1;
    const sequence = this.#last[stream];
    const body = bytes <= 2 ? '{}' : JSON.stringify({ filling: 'x'.repeat(bytes) });
    this.rows.push({ stream, sequence, recordedAtUtcMs: 1_000 * sequence, runningMs: sequence, body });
    return sequence;
  }

  pending(limit: number, stream?: StreamName): readonly OutboxRow[] {
    return this.rows.filter((row) => stream === undefined || row.stream === stream).slice(0, limit);
  }

  pendingCount(): number {
    return this.rows.length;
  }

  acknowledge(rows: readonly Pick<OutboxRow, 'stream' | 'sequence'>[]): void {
    this.onAcknowledge(rows);
    this.removals += 1;
    const gone = new Set(rows.map(({ stream, sequence }) => `${stream} ${sequence}`));
    this.rows = this.rows.filter(({ stream, sequence }) => !gone.has(`${stream} ${sequence}`));
  }
}

export interface Sent {
  readonly payload: string;
  readonly topic: string;
  readonly sequence: number;
  readonly isRetained: boolean;
  readonly answer: (result: PublishResult) => void;
}

/** A bus whose every acknowledgement the test gives by hand. */
export class HandBus implements Bus {
  readonly sent: Sent[] = [];
  readonly handlers = new Map<string, (message: BusMessage) => Promise<void>>();
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  readonly #open = new Set<Sent>();
  #isConnected = false;

  isConnected(): boolean {
    return this.#isConnected;
  }

  get open(): readonly Sent[] {
    return [...this.#open];
  }

  publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<PublishResult> {
    if (!this.#isConnected) return Promise.resolve({ ok: false, cause: 'offline', detail: 'down' });
    return new Promise((resolve) => {
      const message: Sent = {
        topic,
        payload,
        sequence: JSON.parse(payload).sequence,
        isRetained: options?.retain === true,
        answer: (result) => {
          this.#open.delete(message);
          resolve(result);
        },
      };
      this.sent.push(message);
      this.#open.add(message);
    });
  }

  subscribe(topic: string, handle: (message: BusMessage) => Promise<void>): void {
    this.handlers.set(topic, handle);
  }

  onConnection(listener: (isConnected: boolean) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#isConnected);
    return () => this.#listeners.delete(listener);
  }

  connect(): void {
    this.#change(true);
  }

  /** Everything without an answer is offline, as the real one does it. */
  disconnect(): void {
    this.#isConnected = false;
    for (const message of this.#open) message.answer({ ok: false, cause: 'offline', detail: 'lost' });
    this.#change(false);
  }

  async close(): Promise<void> {
    this.disconnect();
  }

  #change(isConnected: boolean): void {
    this.#isConnected = isConnected;
    for (const listener of this.#listeners) listener(isConnected);
  }
}

/** Draws the middle of every range, or what the test says. */
export function fixedEntropy(fraction = 0.5): Entropy {
  return {
    wholeUpTo: (maxInclusive) => Math.round(maxInclusive * fraction),
    identifier: () => 'id',
  };
}

/** Remembers what a subscriber saw that knows each sequence of a stream only once. */
export class IdempotentSubscriber {
  readonly seen: number[] = [];
  /** Takes only the next one; the rest are repetitions or will come again. */
  readonly inSequence: number[] = [];

  take(sequence: number): void {
    if (!this.seen.includes(sequence)) this.seen.push(sequence);
    if (sequence === this.inSequence.length + 1) this.inSequence.push(sequence);
  }
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
