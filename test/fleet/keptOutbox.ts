import type { Clock } from '../../src/ports/clock.ts';
import type { OutboxDraft, OutboxRow, Store, StreamName } from '../../src/ports/store.ts';

type OutboxStore = Pick<Store, 'outboxId' | 'pending' | 'pendingCount' | 'acknowledge'>;

/** Receipts leave before all else. */
const ORDER: readonly StreamName[] = ['receipts', 'events', 'status', 'telemetry'];

/** The outbox of a light gateway, in memory: it outlives the sessions and the deaths of its gateway. */
export class KeptOutbox implements OutboxStore {
  readonly outboxId: string;
  readonly #clock: Clock;
  readonly #rows = new Map<StreamName, OutboxRow[]>();
  readonly #last = new Map<StreamName, number>();

  /** @param outboxId 8 hexadecimal digits */
  constructor(outboxId: string, clock: Clock) {
    this.outboxId = outboxId;
    this.#clock = clock;
  }

  add({ stream, body }: OutboxDraft): void {
    const sequence = (this.#last.get(stream) ?? 0) + 1;
    this.#last.set(stream, sequence);
    const { utcMs, runningMs } = this.#clock.now();
    const row = { stream, sequence, recordedAtUtcMs: utcMs, runningMs, body: JSON.stringify(body) };
    const rows = this.#rows.get(stream);
    if (rows === undefined) this.#rows.set(stream, [row]);
    else rows.push(row);
  }

  /** How many of a stream there ever were. */
  count(stream: StreamName): number {
    return this.#last.get(stream) ?? 0;
  }

  pending(limit: number, stream?: StreamName): readonly OutboxRow[] {
    const streams = stream === undefined ? ORDER : [stream];
    return streams.flatMap((name) => this.#rows.get(name) ?? []).slice(0, limit);
  }

  pendingCount(): number {
    return ORDER.reduce((sum, stream) => sum + (this.#rows.get(stream)?.length ?? 0), 0);
  }

  acknowledge(rows: readonly Pick<OutboxRow, 'stream' | 'sequence'>[]): void {
    for (const { stream, sequence } of rows) {
      const kept = this.#rows.get(stream)?.filter((row) => row.sequence !== sequence) ?? [];
      this.#rows.set(stream, kept);
    }
  }
}
