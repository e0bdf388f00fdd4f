import type { OutboxRow, StreamName } from '../../ports/store.ts';
import type { StreamStore, StreamThinning } from '../../ports/streams.ts';
import { mergeTelemetry, readTelemetry, shapeOf } from './mergeTelemetry.ts';

/**
 * The oldest rows of a stream may be on the wire, or have reached the broker without the gateway having heard of it: what was
 * sent under a sequence must stay what it was. More than the postman ever has under way.
 */
const UNTOUCHED = 256;
/** So that the control cycle has its turn between two slices. */
const ROWS_A_SLICE = 120;
const HALF_HOUR_MS = 1_800_000;
const HOUR_MS = 3_600_000;
/** What is longer was merged already. */
const LONGEST_FINE_MS = 900_000;
/** A day of half-hours. */
const HALF_HOURS_A_SLICE = 48;

/**
 * What gives way when there is no room, a slice at a time, the finest first:
 * 1. telemetry by the minute becomes telemetry by the half-hour;
 * 2. of the reports of the status one of each hour stays;
 * 3. telemetry by the half-hour goes, the oldest first.
 * Receipts and events, and with them everything about consent, never do.
 */
export class Thinner {
  readonly #store: StreamStore;
  /** Up to here all is thin already, in this life. */
  readonly #thinUntil: Record<'telemetry' | 'status', number> = { telemetry: 0, status: 0 };

  constructor(store: StreamStore) {
    this.#store = store;
  }

  /** @returns about how many rows went; 0: there is nothing left that may */
  runSlice(): number {
    return this.#mergeMinutes() || this.#dropStatus() || this.#dropHalfHours();
  }

  #mergeMinutes(): number {
    let behind = this.#beginning('telemetry');
    for (;;) {
      const rows = this.#store.waiting('telemetry', behind, ROWS_A_SLICE);
      const orders = halfHoursOf(rows, rows.length < ROWS_A_SLICE).map(mergeOf);
      const last = orders.at(-1);
      if (last === undefined) return 0;
      const found = orders.flatMap(({ thinning }) => thinning ?? []);
      behind = last.until;
      this.#thinUntil.telemetry = behind;
      if (found.length > 0) return this.#thin('telemetry', found);
    }
  }

  #dropStatus(): number {
    const rows = this.#store.waiting('status', this.#beginning('status'), ROWS_A_SLICE);
    const hours = groupsOf(rows, ({ recordedAtUtcMs }) => Math.floor(recordedAtUtcMs / HOUR_MS));
    // The newest hour is not over, or goes on behind this slice.
    const done = hours.slice(0, -1);
    const last = done.at(-1)?.at(-1);
    if (last === undefined) return 0;
    this.#thinUntil.status = last.sequence;
    const orders = done.flatMap((hour) => removalOf(hour.slice(0, -1)));
    return orders.length === 0 ? this.#dropStatus() : this.#thin('status', orders);
  }

  #dropHalfHours(): number {
    const rows = this.#store.waiting('telemetry', this.#untouched('telemetry'), HALF_HOURS_A_SLICE + 1);
    // The newest of all stays, however little room there is.
    const orders = removalOf(rows.slice(0, -1));
    return orders.length === 0 ? 0 : this.#thin('telemetry', orders);
  }

  #thin(stream: StreamName, orders: readonly StreamThinning[]): number {
    this.#store.thin(orders);
    const [before] = orders;
    // A disk that fails keeps them; the next slice must not take them for gone.
    const isDone =
      before === undefined || this.#store.waiting(stream, before.from - 1, 1)[0]?.sequence !== before.from;
    return isDone ? orders.reduce((sum, { from, until }) => sum + until - from, 0) : 0;
  }

  #beginning(stream: 'telemetry' | 'status'): number {
    return Math.max(this.#thinUntil[stream], this.#untouched(stream));
  }

  #untouched(stream: StreamName): number {
    return this.#store.oldestBut(stream, UNTOUCHED) ?? Number.MAX_SAFE_INTEGER;
  }
}

interface Merge {
  readonly until: number;
  readonly thinning?: StreamThinning;
}

/** Runs of rows of one half-hour; the last run is left out unless nothing more of it is to come. */
function halfHoursOf(rows: readonly OutboxRow[], isEnd: boolean): OutboxRow[][] {
  const groups = groupsOf(rows, keyOf);
  // The half-hour that is not over yet stays as it is.
  const done = groups.slice(0, -1);
  return isEnd || done.length > 0 ? done : groups;
}

function keyOf({ body, sequence }: OutboxRow): string {
  const telemetry = readTelemetry(body);
  if (telemetry === undefined || telemetry.durationMs > LONGEST_FINE_MS) return `row ${sequence}`;
  const halfHour = Math.floor(Date.parse(telemetry.intervalFrom) / HALF_HOUR_MS);
  return `${halfHour} ${shapeOf(telemetry)}`;
}

function mergeOf(rows: readonly OutboxRow[]): Merge {
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('expected rows');
  const bodies = rows.flatMap(({ body }) => readTelemetry(body) ?? []);
  if (rows.length < 2 || bodies.length < rows.length) return { until: last.sequence };
  const body = mergeTelemetry(bodies);
  return {
    until: last.sequence,
    thinning: {
      stream: 'telemetry',
      from: first.sequence,
      until: last.sequence,
      fromUtcMs: Date.parse(body.intervalFrom),
      untilUtcMs: Date.parse(body.intervalUntil),
      body: JSON.stringify(body),
    },
  };
}

function removalOf(rows: readonly OutboxRow[]): StreamThinning[] {
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    {
      stream: first.stream,
      from: first.sequence,
      until: last.sequence,
      fromUtcMs: first.recordedAtUtcMs,
      untilUtcMs: last.recordedAtUtcMs,
    },
  ];
}

function groupsOf(rows: readonly OutboxRow[], key: (row: OutboxRow) => string | number): OutboxRow[][] {
  const groups: { readonly key: string | number; readonly rows: OutboxRow[] }[] = [];
  for (const row of rows) {
    const own = key(row);
    const last = groups.at(-1);
    if (last?.key === own) last.rows.push(row);
    else groups.push({ key: own, rows: [row] });
  }
  return groups.map((group) => group.rows);
}
